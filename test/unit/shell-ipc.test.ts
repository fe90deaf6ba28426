import { describe, expect, it, vi } from 'vitest';

import { answerCall } from '../../electron/shell/answer.js';
import { registerHandlers, senderCheck } from '../../electron/shell/ipc.js';
import { FaultError } from '../../shared/faults.js';
import { CALLS, IPC_CALL_CHANNEL } from '../../shared/ipc.js';
import type { CallName, Handlers } from '../../shared/ipc.js';

type Listener = (event: unknown, name: unknown, argument: unknown) => unknown;

const ipc = vi.hoisted(() => ({ listeners: new Map<string, Listener>() }));

vi.mock('electron', () => ({
  ipcMain: {
    handle: (channel: string, listener: Listener) => ipc.listeners.set(channel, listener),
    removeHandler: (channel: string) => ipc.listeners.delete(channel),
  },
}));

/** Handlers that note what reached them; single ones replaced by a test. */
function handlersOf(overrides: Partial<Handlers> = {}) {
  const seen: Array<[CallName, unknown]> = [];
  const names = Object.keys(CALLS) as CallName[];
  const noted = names.map((name) => [
    name,
    (input: unknown) => {
      seen.push([name, input]);
      return undefined;
    },
  ]);
  return { seen, handlers: { ...(Object.fromEntries(noted) as Handlers), ...overrides } };
}

const ignore = () => undefined;
const KEY = 'sk-live-0123456789';

describe('answerCall', () => {
  it('hands on what the schema made of the argument', async () => {
    const { handlers, seen } = handlersOf();
    expect(await answerCall(handlers, 'rename', { connection: 'a', name: '  Prod ' }, ignore)).toEqual({
      answered: true,
      value: undefined,
    });
    expect(seen).toEqual([['rename', { connection: 'a', name: 'Prod' }]]);
  });

  it.each(['nope', '__proto__', 'constructor', 'toString', 7, null, undefined])(
    'knows no call %s',
    async (name) => {
      const { handlers, seen } = handlersOf();
      expect(await answerCall(handlers, name, undefined, ignore)).toMatchObject({ answered: false });
      expect(seen).toEqual([]);
    },
  );

  it('refuses a bad argument in the envelope, in one sentence, without its text', async () => {
    const { handlers, seen } = handlersOf();
    const bad: Array<[string, unknown]> = [
      ['connect', { name: null, credential: { provider: 'phala', apiKey: KEY, [KEY]: 1 } }],
      ['connect', { name: null, credential: { provider: KEY } }],
      ['connect', { name: null, credential: { provider: 'phala', apiKey: KEY.repeat(400) } }],
      ['setRate', { connection: 'a', usdPerUnit: KEY, from: KEY }],
      ['deleteAll', KEY],
      ['dayDetail', { day: '2026-02-30' }],
    ];
    for (const [name, argument] of bad) {
      const answer = await answerCall(handlers, name, argument, ignore);
      expect(answer).toMatchObject({ answered: true, value: { ok: false, kind: 'invalid' } });
      expect(JSON.stringify(answer)).not.toContain(KEY);
    }
    expect(seen).toEqual([]);
  });

  it('throws a plain sentence where the answer has no envelope', async () => {
    const { handlers } = handlersOf();
    expect(await answerCall(handlers, 'refresh', { connection: 5 }, ignore)).toEqual({
      answered: false,
      message: '“connection” is not valid: Invalid input: expected string, received number.',
    });
  });

  it('turns what a handler throws into a kind and a sentence, and tells the log', async () => {
    const fault = new FaultError('ledger');
    const { handlers } = handlersOf({
      forgetHistory: () => Promise.reject(fault),
      rename: () => {
        throw new Error(KEY);
      },
      cancelSync: () => {
        throw new Error(KEY);
      },
    });
    const onFailure = vi.fn();
    expect(await answerCall(handlers, 'forgetHistory', { connection: 'a' }, onFailure)).toMatchObject({
      value: { ok: false, kind: 'ledger' },
    });
    const internal = await answerCall(handlers, 'rename', { connection: 'a', name: 'b' }, onFailure);
    expect(internal).toMatchObject({ value: { ok: false, kind: 'internal' } });
    const thrown = await answerCall(handlers, 'cancelSync', { connection: 'a' }, onFailure);
    expect(thrown).toMatchObject({ answered: false });
    expect(JSON.stringify([internal, thrown])).not.toContain(KEY);
    expect(onFailure.mock.calls.map(([name]) => name as string)).toEqual([
      'forgetHistory',
      'rename',
      'cancelSync',
    ]);
  });
});

describe('the wrapper', () => {
  const page = { url: 'app://cost-tray/index.html' };
  const contents = { mainFrame: page };
  const check = (event: unknown, popover: unknown = contents) =>
    senderCheck(() => popover as ReturnType<Parameters<typeof senderCheck>[0]>)(
      event as Parameters<ReturnType<typeof senderCheck>>[0],
    );

  it('trusts the top frame of the popover while it shows our page', () => {
    expect(check({ sender: contents, senderFrame: page })).toBe(true);
  });

  it('trusts no other frame, window or address', () => {
    const other = { mainFrame: page };
    expect(check({ sender: other, senderFrame: page })).toBe(false);
    expect(check({ sender: contents, senderFrame: { url: page.url } })).toBe(false);
    expect(check({ sender: contents, senderFrame: null })).toBe(false);
    expect(check({ sender: contents, senderFrame: page }, null)).toBe(false);
    for (const url of ['https://cost-tray/', 'app://cost-tray.evil/', 'app://other/', 'file:///x', '']) {
      const frame = { url };
      const sender = { mainFrame: frame };
      expect(check({ sender, senderFrame: frame }, sender)).toBe(false);
    }
  });

  it('lets no untrusted page reach a handler', async () => {
    const { handlers, seen } = handlersOf();
    let trusted = false;
    const end = registerHandlers(handlers, () => trusted, ignore);
    const listener = ipc.listeners.get(IPC_CALL_CHANNEL);
    expect(await listener?.({}, 'deleteAll', undefined)).toMatchObject({ answered: false });
    expect(seen).toEqual([]);
    trusted = true;
    await listener?.({}, 'closePopover', undefined);
    expect(seen).toEqual([['closePopover', undefined]]);
    end();
    expect(ipc.listeners.size).toBe(0);
  });
});
