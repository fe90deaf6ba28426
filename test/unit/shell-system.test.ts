import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { desktopEntry, setAutostart } from '../../electron/shell/autostart.js';
import { openLink } from '../../electron/shell/open-link.js';
import { Shortcut } from '../../electron/shell/shortcut.js';
import { awaitTrayHost, hasTrayHost } from '../../electron/shell/tray-host.js';
import type { Run } from '../../electron/shell/tray-host.js';
import { LINKS } from '../../shared/links.js';

describe('setAutostart', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cost-tray-autostart-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const options = (platform: NodeJS.Platform) => ({
    platform,
    app: { setLoginItemSettings: vi.fn() },
    command: ['/opt/Cost Tray/cost-tray', '--hidden'] as const,
    configFolder: folder,
  });

  it('writes and removes a desktop entry on Linux', async () => {
    const linux = options('linux');
    const file = join(folder, 'autostart', 'cost-tray.desktop');
    await setAutostart(linux, false);
    await setAutostart(linux, true);
    expect(readFileSync(file, 'utf8')).toContain('Exec="/opt/Cost Tray/cost-tray" "--hidden"\n');
    const written = statSync(file).mtimeMs;
    await setAutostart(linux, true);
    expect(statSync(file).mtimeMs).toBe(written);
    expect(readdirSync(join(folder, 'autostart'))).toEqual(['cost-tray.desktop']);
    await setAutostart(linux, false);
    expect(existsSync(file)).toBe(false);
    expect(linux.app.setLoginItemSettings).not.toHaveBeenCalled();
  });

  it('says in a sentence where it cannot write', async () => {
    writeFileSync(join(folder, 'autostart'), 'a file in the way');
    await expect(setAutostart(options('linux'), true)).rejects.toThrow(
      /^Start at login could not be changed: /,
    );
  });

  it('leaves it to the system elsewhere', async () => {
    const mac = options('darwin');
    await setAutostart(mac, true);
    expect(mac.app.setLoginItemSettings).toHaveBeenCalledWith({ openAtLogin: true });
    const windows = options('win32');
    await setAutostart(windows, false);
    expect(windows.app.setLoginItemSettings).toHaveBeenCalledWith({
      openAtLogin: false,
      path: '/opt/Cost Tray/cost-tray',
      args: ['--hidden'],
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('quotes as the Desktop Entry Specification asks', () => {
    // Inside quotes " ` $ \ get a backslash, and every backslash is doubled by the file's own escapes.
    expect(desktopEntry(['/a b/c$d', 'e"f', 'g\\h', '100%'])).toContain(
      'Exec="/a b/c\\\\$d" "e\\\\"f" "g\\\\\\\\h" "100%%"\n',
    );
  });
});

describe('Shortcut', () => {
  /** A system where `F1` is another program's and `?` no key. */
  const system = () => {
    const held = new Map<string, () => void>();
    return {
      held,
      register: (key: string, press: () => void) => {
        if (key === '?') throw new TypeError('conversion failure');
        if (key === 'F1') return false;
        held.set(key, press);
        return true;
      },
      unregister: (key: string) => void held.delete(key),
    };
  };

  it('registers, replaces and lets go', () => {
    const keys = system();
    const press = vi.fn();
    const shortcut = new Shortcut(keys, press);
    expect(shortcut.set('F5')).toBe('registered');
    expect(shortcut.set('F5')).toBe('registered');
    keys.held.get('F5')?.();
    expect(press).toHaveBeenCalledTimes(1);
    expect(shortcut.set('F6')).toBe('registered');
    expect([...keys.held.keys()]).toEqual(['F6']);
    expect(shortcut.set(null)).toBe('none');
    expect(keys.held.size).toBe(0);
  });

  it('says when it cannot be had, and keeps the old one', () => {
    const keys = system();
    const shortcut = new Shortcut(keys, () => undefined);
    shortcut.set('F5');
    expect(shortcut.set('F1')).toBe('taken');
    expect(shortcut.set('?')).toBe('invalid');
    expect([...keys.held.keys()]).toEqual(['F5']);
    shortcut.dispose();
    expect(keys.held.size).toBe(0);
  });
});

describe('hasTrayHost', () => {
  /** What each program prints; one that is not named is missing. */
  const programs =
    (answers: Record<string, string>): Run =>
    (command) => {
      const answer = answers[command];
      return answer === undefined ? Promise.reject(new Error('ENOENT')) : Promise.resolve(answer);
    };

  it.each([
    [{ busctl: 'b true\n' }, true],
    [{ busctl: 'b false\n', gdbus: '(<true>,)\n' }, false],
    [{ gdbus: '(<true>,)\n' }, true],
    [{ 'dbus-send': 'method return time=1 sender=:1.2\n   variant       boolean true\n' }, true],
    [{ 'dbus-send': '   variant       boolean false\n' }, false],
    [{}, false],
  ])('reads %j as %s', async (answers: Record<string, string>, expected) => {
    expect(await hasTrayHost({ platform: 'linux', run: programs(answers) })).toBe(expected);
  });

  it('asks nobody where there is always a tray', async () => {
    const run = vi.fn<Run>();
    expect(await hasTrayHost({ platform: 'win32', run })).toBe(true);
    expect(await hasTrayHost({ platform: 'darwin', run })).toBe(true);
    expect(run).not.toHaveBeenCalled();
  });

  it('waits for a panel that comes late, and gives up after its tries', async () => {
    const wait = vi.fn(() => Promise.resolve());
    const run = vi.fn<Run>().mockResolvedValueOnce('b false').mockResolvedValue('b true');
    expect(await awaitTrayHost({ platform: 'linux', run, wait }, 5)).toBe(true);
    expect(wait).toHaveBeenCalledTimes(1);
    wait.mockClear();
    expect(await awaitTrayHost({ platform: 'linux', run: programs({}), wait }, 3)).toBe(false);
    expect(wait).toHaveBeenCalledTimes(2);
  });
});

describe('openLink', () => {
  it('opens the constant address, and names it where there is no browser', async () => {
    const open = vi.fn(() => Promise.resolve());
    await openLink(open, 'phalaKeys');
    expect(open).toHaveBeenCalledWith(LINKS.phalaKeys);
    await expect(openLink(() => Promise.reject(new Error('x')), 'phalaKeys')).rejects.toThrow(
      LINKS.phalaKeys,
    );
  });
});
