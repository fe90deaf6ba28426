import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { answerFile } from '../../electron/shell/protocol.js';

let root: string;
let folder: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cost-tray-page-'));
  folder = join(root, 'renderer');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  mkdirSync(join(root, 'renderer-other'));
  writeFileSync(join(folder, 'index.html'), '<p>page</p>');
  writeFileSync(join(folder, 'assets', 'a b.js'), 'script');
  writeFileSync(join(folder, 'notes.txt'), 'private');
  writeFileSync(join(root, 'secret.js'), 'secret');
  writeFileSync(join(root, 'renderer-other', 'x.js'), 'secret');
});

afterAll(() => rmSync(root, { recursive: true }));

const ask = (url: string, init?: RequestInit) => answerFile(folder, new Request(url, init));

it('serves a file of the page with its type and the policy', async () => {
  const answer = await ask('app://cost-tray/index.html?x=1#y');
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe('<p>page</p>');
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/^default-src 'none'; /);
  expect(policy).toContain("connect-src 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
});

it('serves a name with a space', async () => {
  const answer = await ask('app://cost-tray/assets/a%20b.js');
  expect(await answer.text()).toBe('script');
});

it.each([
  'app://cost-tray/../secret.js',
  'app://cost-tray/..%2fsecret.js',
  'app://cost-tray/assets/..%2F..%2Fsecret.js',
  'app://cost-tray/%2e%2e/secret.js',
  'app://cost-tray/..%5csecret.js',
  'app://cost-tray/..%2frenderer-other%2fx.js',
  'app://cost-tray/C:%2fsecret.js',
  'app://cost-tray/a%00.js',
  'app://cost-tray/%zz.js',
  'app://other/index.html',
  'app://cost-tray/notes.txt',
  'app://cost-tray/missing.js',
  'app://cost-tray/assets',
  'app://cost-tray/',
])('finds nothing at %s', async (url) => {
  const answer = await ask(url);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toBe('');
});

it('answers GET alone', async () => {
  expect((await ask('app://cost-tray/index.html', { method: 'POST', body: 'x' })).status).toBe(405);
});
