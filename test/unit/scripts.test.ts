import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chromiumSwitches, needsWindow } from '../../scripts/launch.mjs';
import { lacksDisplay } from '../../scripts/lib/display.mjs';
import { hashOf } from '../../scripts/lib/hash.mjs';
import { matches } from '../../scripts/lib/modules.mjs';
import { isNewEnough } from '../../scripts/lib/node-version.mjs';
import { ROOT, cacheFolder, callersFolder } from '../../scripts/lib/place.mjs';
import { installCommand, missingLibraries } from '../../scripts/lib/system.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scripts-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What follows the program's name, and whether a window opens. */
const CALLS: readonly [words: string[], window: boolean][] = [
  [[], true],
  [['--hidden'], true],
  [['--demo'], true],
  [['--demo', '--once', 'out'], true],
  [['status'], false],
  [['status', '--json'], false],
  [['--no-sandbox', 'status'], false],
  [['export', '-', '--from', '2026-01-01', '--to', '2026-01-31'], false],
  [['-h'], false],
  [['--help'], false],
  [['--version'], false],
];

describe('a window or the command line', () => {
  test.each(CALLS)('%j: window %j', (words, window) => {
    expect(needsWindow(words)).toBe(window);
  });

  test.skipIf(process.platform === 'win32').each(CALLS)(
    "the Linux package's launcher agrees on %j",
    (words, window) => {
      const launcher = join(folder, 'cost-tray');
      copyFileSync(join(ROOT, 'scripts/package/cost-tray'), launcher);
      writeFileSync(`${launcher}-bin`, '#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n');
      chmodSync(launcher, 0o755);
      chmodSync(`${launcher}-bin`, 0o755);
      mkdirSync(join(folder, 'bin'));
      symlinkSync(launcher, join(folder, 'bin/cost-tray'));
      const { stdout } = spawnSync(join(folder, 'bin/cost-tray'), words, { encoding: 'utf8' });
      const passed = stdout.split('\n').slice(0, -1);
      const added = passed.slice(0, passed.length - words.length);
      expect(passed.slice(added.length)).toEqual(words);
      expect(added.includes('--ozone-platform=headless')).toBe(!window);
      expect(window ? added : []).toEqual([]);
    },
  );

  test.skipIf(process.platform !== 'linux')("Chromium's switches", () => {
    expect(chromiumSwitches(false, {})).toContain('--ozone-platform=headless');
    expect(chromiumSwitches(true, { DISPLAY: ':1' }).join(' ')).not.toContain('ozone');
    expect(chromiumSwitches(true, { WAYLAND_DISPLAY: 'wayland-0' })).toContain('--ozone-platform=wayland');
    expect(chromiumSwitches(true, { DISPLAY: ':1', WAYLAND_DISPLAY: 'w' }).join(' ')).not.toContain('ozone');
    expect(chromiumSwitches(true, {}).includes('--no-sandbox')).toBe(process.getuid?.() === 0);
  });

  test.skipIf(process.platform !== 'linux')('a display is lacking without either variable', () => {
    expect(lacksDisplay({})).toBe(true);
    expect(lacksDisplay({ DISPLAY: '' })).toBe(true);
    expect(lacksDisplay({ DISPLAY: ':0' })).toBe(false);
    expect(lacksDisplay({ WAYLAND_DISPLAY: 'wayland-0' })).toBe(false);
  });
});

test.each([
  ['20.19.0', '>=20.19', true],
  ['20.18.3', '>=20.19', false],
  ['22.0.0', '>=20.19', true],
  ['18.20.4', '>=20.19', false],
  ['20.9.0', '>=20.19', false],
])('Node %s against %s: %j', (version, range, enough) => {
  expect(isNewEnough(version, range)).toBe(enough);
});

describe('node_modules against the lock file', () => {
  const lock = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/zod': { version: '4.0.0' },
      'node_modules/@libsql/darwin-x64': { version: '0.5.29', optional: true },
    },
  };
  const zod = (version: string) => ({ packages: { 'node_modules/zod': { version } } });

  test('the same versions match, another system’s builds may be missing', () => {
    expect(matches(lock, zod('4.0.0'))).toBe(true);
  });
  test.each([
    ['another version', zod('4.0.1')],
    ['a missing package', { packages: {} }],
    ['nothing installed, or not to the end', undefined],
    [
      'another version of an optional one',
      { packages: { ...zod('4.0.0').packages, 'node_modules/@libsql/darwin-x64': { version: '0.5.28' } } },
    ],
  ])('%s does not', (_, installed) => {
    expect(matches(lock, installed)).toBe(false);
  });
});

describe('system packages', () => {
  const LDD = [
    '\tlinux-vdso.so.1 (0x00007ffd)',
    '\tlibnss3.so => not found',
    '\tlibgtk-3.so.0 => not found',
    '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)',
    '\tlibatk-1.0.so.0 => not found',
  ].join('\n');
  const missing = [...missingLibraries(LDD), 'Xvfb'];
  const only = (manager: string) => (name: string) => name === manager;

  test('what ldd did not find', () => {
    expect(missingLibraries(LDD)).toEqual(['libnss3.so', 'libgtk-3.so.0', 'libatk-1.0.so.0']);
    expect(missingLibraries('\tnot a dynamic executable')).toEqual([]);
  });
  test.each([
    ['apt-get', 'apt-get install -y --no-install-recommends libnss3 libgtk-3-0 xvfb'],
    [
      'dnf',
      'dnf install -y libnss3.so()(64bit) libgtk-3.so.0()(64bit) libatk-1.0.so.0()(64bit) /usr/bin/Xvfb',
    ],
    ['pacman', 'pacman -S --needed nss gtk3 xorg-server-xvfb'],
  ])('the command of %s', (manager, command) => {
    expect(installCommand(missing, only(manager))?.join(' ')).toBe(command);
  });
  test('none where the package manager is not known', () => {
    expect(installCommand(missing, only('emerge'))).toBeUndefined();
  });
});

describe('places', () => {
  test('the cache follows XDG_CACHE_HOME', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/c' })).toBe(join('/c', 'cost-tray'));
  });
  test('the folder of the caller, not of whatever called npm further up', () => {
    expect(callersFolder({ INIT_CWD: '/home/me' }, ROOT)).toBe('/home/me');
    expect(callersFolder({ INIT_CWD: '/home/me' }, '/elsewhere')).toBe('/elsewhere');
    expect(callersFolder({}, ROOT)).toBe(ROOT);
  });
});

test('the hash of the sources changes with contents and names, and with nothing else', () => {
  mkdirSync(join(folder, 'shared/deep'), { recursive: true });
  const file = join(folder, 'shared/deep/a.ts');
  const hash = () => hashOf(folder, ['shared', 'absent'], ['settings.json']);
  writeFileSync(file, 'one');
  const first = hash();
  writeFileSync(file, 'one');
  writeFileSync(join(folder, 'unrelated'), 'x');
  expect(hash()).toBe(first);
  writeFileSync(file, 'two');
  expect(hash()).not.toBe(first);
  writeFileSync(file, 'one');
  writeFileSync(join(folder, 'settings.json'), '{}');
  expect(hash()).not.toBe(first);
});
