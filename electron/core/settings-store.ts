import { readFileSync, renameSync } from 'node:fs';

import { DEFAULT_SETTINGS, settingsSchema } from '../../shared/settings.js';
import type { Settings, SettingsPatch } from '../../shared/settings.js';
import { readJsonFile, writeJsonFile } from './files.js';

/**
 * The user's settings in `settings.json`. A broken field falls back to its
 * default alone. A file that cannot be read at all is set aside, as a ledger is:
 * the next change would write over what the user may still want.
 */
export class SettingsStore {
  /** The path a file was set aside to, or null. */
  readonly setAside: string | null;
  private current: Settings;

  constructor(
    private readonly path: string,
    now: () => number,
  ) {
    this.setAside = isReadable(path) ? null : moveAside(path, now());
    this.current = this.read();
  }

  get(): Settings {
    return this.current;
  }

  /** @throws NodeJS.ErrnoException when the file cannot be written; nothing changes then. */
  change(patch: SettingsPatch): Settings {
    // Another process may have written since: only the fields named here are changed.
    const changes = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const next = settingsSchema.parse({ ...this.read(), ...changes });
    writeJsonFile(this.path, next);
    this.current = next;
    return next;
  }

  private read(): Settings {
    const parsed = settingsSchema.safeParse(readJsonFile(this.path) ?? {});
    return parsed.success ? parsed.data : DEFAULT_SETTINGS;
  }
}

/** True also where there is no file. */
function isReadable(path: string): boolean {
  try {
    return settingsSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).success;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

/** @returns null where another process has done it meanwhile, or nothing can be moved */
function moveAside(path: string, now: number): string | null {
  const aside = `${path}.damaged-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
  try {
    renameSync(path, aside);
    return aside;
  } catch {
    return null;
  }
}
