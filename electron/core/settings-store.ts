import { DEFAULT_SETTINGS, settingsSchema } from '../../shared/settings.js';
import type { Settings, SettingsPatch } from '../../shared/settings.js';
import { readJsonFile, writeJsonFile } from './files.js';

/** The user's settings in `settings.json`. A broken field falls back to its default alone. */
export class SettingsStore {
  private current: Settings;

  constructor(private readonly path: string) {
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
