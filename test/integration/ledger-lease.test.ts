import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Bench } from './ledger-support.js';
import { addConnection, bench, NOW } from './ledger-support.js';

let place: Bench;

beforeEach(() => {
  place = bench();
});
afterEach(() => place.close());

it('a process of this machine that was killed holds a lease no longer', async () => {
  const { ledger } = place;
  const { id } = addConnection(ledger);
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const owner = `${hostname()}:${child.pid ?? 0}`;
  const lease = ledger.takeLease(id, owner, NOW);
  expect(ledger.leaseHolder(id, NOW)?.owner).toBe(owner);
  expect(ledger.takeLease(id, 'other', NOW)).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(ledger.leaseHolder(id, NOW)).toBeNull();
  expect(ledger.takeLease(id, 'other', NOW)).not.toBeNull();
  expect(lease?.heartbeat(NOW + 1, null)).toBe(false);
});

it('a holder elsewhere, or without a process number, is told by its heartbeat alone', () => {
  const { ledger } = place;
  const owners = ['another-machine:999999999', 'tray', `${hostname()}:`, `${hostname()}:none`];
  for (const [index, owner] of owners.entries()) {
    const { id } = addConnection(ledger, { account: `ws_${index}` });
    ledger.takeLease(id, owner, NOW);
    expect(ledger.takeLease(id, 'other', NOW + 60_000)).toBeNull();
    expect(ledger.takeLease(id, 'other', NOW + 60_001)).not.toBeNull();
  }
});
