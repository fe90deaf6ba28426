import { createHash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { ABSENT_OR_LOCKED, KeytarStore, PROMPT_LIMIT_MS } from '../../electron/keychain/keytar-store.js';
import type { Keychain } from '../../electron/keychain/keytar-store.js';
import { MemoryStore } from '../../electron/keychain/memory-store.js';
import { faultOfRefusal } from '../../electron/keychain/secret-store.js';
import { keychainService } from '../../electron/keychain/service-name.js';

const SECRET = 'sk-live-0123456789';

/** A keychain in memory that counts, with single calls replaced by a test. */
function keychain(overrides: Partial<Keychain> = {}) {
  const entries = new Map<string, string>();
  const calls: string[] = [];
  const name = (service: string, account: string) => `${service}/${account}`;
  const base: Keychain = {
    getPassword: (service, account) => {
      calls.push(`get ${account}`);
      return Promise.resolve(entries.get(name(service, account)) ?? null);
    },
    setPassword: (service, account, password) => {
      calls.push(`set ${account}`);
      entries.set(name(service, account), password);
      return Promise.resolve();
    },
    deletePassword: (service, account) => {
      calls.push(`delete ${account}`);
      return Promise.resolve(entries.delete(name(service, account)));
    },
  };
  return { entries, calls, ...base, ...overrides };
}

function store(fake: Keychain, platform: NodeJS.Platform = 'linux') {
  return new KeytarStore({ service: 'S', platform, load: () => Promise.resolve(fake) });
}

/** A prompt that a test answers. */
function prompted<T>() {
  let answer: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    answer = resolve;
  });
  return { promise, answer };
}

const rejects = (message: string) => () => Promise.reject(new Error(message));

afterEach(() => vi.useRealTimers());

describe('KeytarStore', () => {
  it('reads an entry once, however often and however fast it is asked for', async () => {
    const fake = keychain();
    fake.entries.set('S/one', SECRET);
    const keys = store(fake);
    const answers = await Promise.all([keys.get('one'), keys.get('one')]);
    answers.push(await keys.get('one'));
    expect(answers).toEqual(Array(3).fill({ kind: 'found', secret: SECRET }));
    expect(fake.calls).toEqual(['get one']);
  });

  it('knows a stored key without reading it back, and forgets a deleted one', async () => {
    const fake = keychain();
    const keys = store(fake);
    expect(await keys.set('one', SECRET)).toEqual({ kind: 'stored' });
    expect(await keys.get('one')).toEqual({ kind: 'found', secret: SECRET });
    expect(fake.calls).toEqual(['set one']);
    expect(await keys.delete('one')).toEqual({ kind: 'deleted' });
    expect(await keys.get('one')).toEqual({ kind: 'absent', detail: ABSENT_OR_LOCKED });
  });

  it('does not ask again after a refusal until told to', async () => {
    const fake = keychain();
    const keys = store(fake);
    await keys.get('one');
    fake.entries.set('S/one', SECRET);
    expect((await keys.get('one')).kind).toBe('absent');
    keys.ask('one');
    expect(await keys.get('one')).toEqual({ kind: 'found', secret: SECRET });
    expect(fake.calls).toEqual(['get one', 'get one']);
  });

  it('asks again by itself where no keychain was there', async () => {
    const getPassword = vi
      .fn<Keychain['getPassword']>()
      .mockRejectedValueOnce(new Error('Could not connect: No such file or directory'))
      .mockResolvedValueOnce(SECRET);
    const keys = store(keychain({ getPassword }));
    expect((await keys.get('one')).kind).toBe('unavailable');
    expect(await keys.get('one')).toEqual({ kind: 'found', secret: SECRET });
  });

  it.each([
    ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'unavailable'],
    ['The name org.freedesktop.secrets was not provided by any .service files', 'unavailable'],
    ['Cannot create an item in a locked collection', 'locked'],
    ['User interaction is not allowed.', 'locked'],
    ['User canceled the operation.', 'denied'],
    ['The user name or passphrase you entered is not correct.', 'denied'],
  ])('sorts "%s" as %s', async (message, kind) => {
    const fake = keychain({
      getPassword: rejects(message),
      setPassword: rejects(message),
      deletePassword: rejects(message),
    });
    const expected = { kind, detail: message };
    expect(await store(fake).get('one')).toEqual(expected);
    expect(await store(fake).set('one', SECRET)).toEqual(expected);
    expect(await store(fake).delete('one')).toEqual(expected);
    expect(await store(fake).deleteAll(['one'])).toEqual(expected);
  });

  it('tells absent from locked where the platform does', async () => {
    expect(await store(keychain(), 'darwin').get('one')).toEqual({ kind: 'absent', detail: null });
  });

  it('is unavailable where keytar cannot be loaded', async () => {
    const keys = new KeytarStore({
      service: 'S',
      platform: 'linux',
      load: () => Promise.reject(new Error('libsecret-1.so.0: cannot open shared object file')),
    });
    expect((await keys.probe()).kind).toBe('unavailable');
    expect((await keys.set('one', SECRET)).kind).toBe('unavailable');
  });

  it('never repeats the key in what it says', async () => {
    const keys = store(keychain({ setPassword: rejects(`cannot store "${SECRET}"`) }));
    expect(await keys.set('one', SECRET)).toEqual({ kind: 'unavailable', detail: 'cannot store "…"' });
  });

  it('probes without writing and without reading a key', async () => {
    const fake = keychain();
    expect(await store(fake).probe()).toEqual({ kind: 'usable' });
    expect(fake.calls).toEqual(['get probe']);
  });

  it('lets a prompt wait two minutes, and shares it meanwhile', async () => {
    vi.useFakeTimers();
    const prompt = prompted<string | null>();
    const getPassword = vi.fn<Keychain['getPassword']>(() => prompt.promise);
    const keys = store(keychain({ getPassword }));
    const first = keys.get('one');
    await vi.advanceTimersByTimeAsync(PROMPT_LIMIT_MS);
    expect((await first).kind).toBe('locked');
    const second = keys.get('one');
    prompt.answer(SECRET);
    expect(await second).toEqual({ kind: 'found', secret: SECRET });
    expect(getPassword).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes a new key out again whose prompt was answered too late', async () => {
    vi.useFakeTimers();
    const prompt = prompted<undefined>();
    const fake = keychain({ setPassword: () => prompt.promise });
    const keys = store(fake);
    const write = keys.set('one', SECRET);
    await vi.advanceTimersByTimeAsync(PROMPT_LIMIT_MS);
    expect((await write).kind).toBe('locked');
    fake.entries.set('S/one', SECRET);
    prompt.answer(undefined);
    await vi.advanceTimersByTimeAsync(0);
    expect(fake.entries.size).toBe(0);
  });

  it('deletes the entries of all connections, of this service only', async () => {
    const fake = keychain();
    const keys = store(fake);
    await keys.set('one', SECRET);
    await keys.set('two', SECRET);
    fake.entries.set('Other/one', SECRET);
    expect(await keys.deleteAll(['one', 'two'])).toEqual({ kind: 'deleted' });
    expect([...fake.entries.keys()]).toEqual(['Other/one']);
  });

  it('says so when an entry may be there still', async () => {
    expect(await store(keychain(), 'linux').deleteAll(['one'])).toEqual({
      kind: 'absent',
      detail: ABSENT_OR_LOCKED,
    });
    expect(await store(keychain(), 'win32').deleteAll(['one'])).toEqual({ kind: 'deleted' });
  });
});

describe('MemoryStore', () => {
  it('keeps, replaces and forgets keys', async () => {
    const keys = new MemoryStore();
    expect(keys.sessionOnly).toBe(true);
    expect(await keys.get('one')).toEqual({ kind: 'absent', detail: null });
    await keys.set('one', 'a');
    await keys.set('one', 'b');
    expect(await keys.get('one')).toEqual({ kind: 'found', secret: 'b' });
    expect((await keys.delete('one')).kind).toBe('deleted');
    expect((await keys.delete('one')).kind).toBe('absent');
    await keys.set('two', 'c');
    await keys.deleteAll();
    expect((await keys.get('two')).kind).toBe('absent');
  });
});

describe('keychainService', () => {
  it('differs by home and is the same through a link', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cost-tray-home-'));
    try {
      symlinkSync(folder, `${folder}-link`);
      const hash = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 10);
      expect(keychainService(folder)).toBe(`Cost Tray (${hash})`);
      expect(keychainService(`${folder}-link`)).toBe(keychainService(folder));
      expect(keychainService(tmpdir())).not.toBe(keychainService(folder));
    } finally {
      rmSync(`${folder}-link`);
      rmSync(folder, { recursive: true });
    }
  });
});

describe('faultOfRefusal', () => {
  it('names the fault for each refusal', () => {
    expect(faultOfRefusal('absent')).toBe('key-unreadable');
    expect(faultOfRefusal('locked')).toBe('key-unreadable');
    expect(faultOfRefusal('denied')).toBe('keychain-denied');
    expect(faultOfRefusal('unavailable')).toBe('no-keychain');
  });
});
