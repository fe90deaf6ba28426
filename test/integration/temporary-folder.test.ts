import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { makeTemporaryFolder, removeTemporaryFolder } from '../../electron/temporary-folder.js';

let parent = '';

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'cost-tray-test-'));
});

afterEach(() => {
  rmSync(parent, { recursive: true });
});

/** A process that has just ended. */
const endedPid = (): number => spawnSync(process.execPath, ['--version']).pid;

function folderOf(pid: number, name = 'run'): string {
  const folder = join(parent, `${name}-${pid}-aB3dE6`);
  mkdirSync(join(folder, 'deep'), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'deep/file'), '');
  return folder;
}

describe('a temporary folder', () => {
  it('is empty, of this process, and gone once removed', () => {
    const folder = makeTemporaryFolder(parent, 'run');
    expect(readdirSync(folder)).toEqual([]);
    expect(basename(folder)).toMatch(new RegExp(`^run-${process.pid}-`));
    writeFileSync(join(folder, 'file'), '');
    removeTemporaryFolder(folder);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('takes away what ended processes left, and only that', () => {
    const ended = endedPid();
    const left = folderOf(ended);
    const others = [
      folderOf(process.pid),
      folderOf(process.ppid),
      folderOf(ended, 'another'),
      folderOf(ended, 'run-more'),
    ];
    const made = makeTemporaryFolder(parent, 'run');
    expect(existsSync(left)).toBe(false);
    for (const other of others) expect(readdirSync(join(other, 'deep')), other).toEqual(['file']);
    expect(readdirSync(parent)).toHaveLength(others.length + 1);
    expect(existsSync(made)).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('leaves alone what others can change meanwhile', () => {
    const open = folderOf(endedPid());
    chmodSync(open, 0o777);
    const target = join(parent, 'target');
    mkdirSync(target);
    writeFileSync(join(target, 'file'), '');
    const link = join(parent, `run-${endedPid()}-aB3dE6`);
    symlinkSync(target, link);
    makeTemporaryFolder(parent, 'run');
    expect(existsSync(open)).toBe(true);
    expect(existsSync(link)).toBe(true);
    expect(readdirSync(target)).toEqual(['file']);
  });

  it('is made even where nothing can be looked through', () => {
    expect(() => makeTemporaryFolder(join(parent, 'none'), 'run')).toThrow('ENOENT');
  });
});
