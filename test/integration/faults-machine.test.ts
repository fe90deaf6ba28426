import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { Database } from '../../electron/ledger/driver.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import type { SyncOutcome } from '../../electron/polling/sync.js';
import type { VendorHttp } from '../../electron/providers/adapter.js';
import { DAY_MS, HOUR_MS, addDays, day, dayOf } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import type { ProviderId } from '../../shared/model.js';
import {
  SINCE,
  begin,
  closeProgram,
  expectDone,
  expectFault,
  expectNoKeyLeaked,
  expectTruth,
  storedDays,
} from '../support/fault-table.js';
import type { Program } from '../support/program.js';

afterEach(closeProgram);

const BOTH = ['phala', 'clickhouse'] as const satisfies readonly ProviderId[];
/** Far enough back for ClickHouse’s days to be locked. */
const LONG_AGO = day('2026-11-02');

/** A program whose ledger holds the truth. */
async function settled(provider: ProviderId, options: Parameters<typeof begin>[0] = {}) {
  const program = await begin({ since: provider === 'phala' ? SINCE : LONG_AGO, ...options });
  const id = await program.connect(provider);
  expectDone(await program.sync(id));
  expectTruth(program, id, provider);
  return { program, id };
}

async function backToTheTruth(program: Program, id: string, provider: ProviderId): Promise<void> {
  program.servers.setFault(provider, null);
  program.wrap = (http) => http;
  program.now += HOUR_MS;
  expectDone(await program.sync(id));
  expectTruth(program, id, provider);
}

describe.each(BOTH)('%s: keys', (provider) => {
  it('a second key of the same account goes on where the first was', async () => {
    const { program, id } = await settled(provider);
    program.servers.revoke(provider);
    program.now += 6 * HOUR_MS;
    const before = storedDays(program, id);
    expectFault(program, id, await program.sync(id), { kind: 'rejected', says: 'rejected the key' });
    expect(storedDays(program, id)).toEqual(before);
    program.useKey(provider, 'second');
    await expect(program.connect(provider)).rejects.toMatchObject({ kind: 'internal' });
    program.ledger.rejoinConnection(id, {});
    expect(program.ledger.connection(id)?.fault).toBeNull();
    await backToTheTruth(program, id, provider);
    expect(program.ledger.connections()).toHaveLength(1);
    expectNoKeyLeaked(program, id);
  });

  it('a key of another account is told, and changes nothing', async () => {
    const { program, id } = await settled(provider);
    const before = storedDays(program, id);
    program.useKey(provider, 'stranger');
    program.now += 25 * HOUR_MS;
    expectFault(program, id, await program.sync(id), {
      kind: 'other-account',
      says: 'This key belongs to another account (Elsewhere). Use a key of the same account',
    });
    expect(storedDays(program, id)).toEqual(before);
    program.useKey(provider, 'first');
    await backToTheTruth(program, id, provider);
  });
});

describe.each(BOTH)('%s: clocks', (provider) => {
  it('set back by three days: what is known stands, and is read on when it is right again', async () => {
    const { program, id } = await settled(provider);
    const before = storedDays(program, id);
    program.skew = -3 * DAY_MS;
    const outcome = await program.sync(id);
    expect(['done', 'failed']).toContain(outcome.kind);
    expect(storedDays(program, id)).toEqual(before);
    program.skew = 0;
    program.now += 6 * HOUR_MS;
    expectDone(await program.sync(id));
    expectTruth(program, id, provider);
  });

  it('ahead by three days, then right: no day stays settled by it', async () => {
    const { program, id } = await settled(provider);
    program.skew = 3 * DAY_MS;
    expectDone(await program.sync(id));
    program.skew = 0;
    program.now += 6 * HOUR_MS;
    expectDone(await program.sync(id));
    expectTruth(program, id, provider);
    program.now += 18 * HOUR_MS;
    expectDone(await program.sync(id));
    expectTruth(program, id, provider);
  });

  it('00:00 UTC in the middle of a sync', async () => {
    const { program, id } = await settled(provider);
    program.now = Date.UTC(2026, 10, 22, 23, 59, 59, 900);
    program.wrap = (http) => ({
      get: (path, query) => {
        program.now += 200;
        return http.get(path, query);
      },
    });
    expectDone(await program.sync(id));
    expect(dayOf(program.now)).toBe('2026-11-23');
    const { from, to } = program.servers.truth.whole();
    const past = { from, to: addDays(to, -2) };
    expect(program.total(id, past)).toBe(program.servers.truth.total(provider, past));
    await backToTheTruth(program, id, provider);
  });

  it('asleep over midnight and a weekend', async () => {
    const { program, id } = await settled(provider);
    program.now += 62 * HOUR_MS;
    const asked = program.servers.counts[provider];
    expectDone(await program.sync(id));
    expectTruth(program, id, provider);
    // No storm: a handful of questions an app, one of them the daily second look, however long the sleep was.
    const scopes = program.ledger.scopes(id).length;
    expect(program.servers.counts[provider] - asked).toBeLessThanOrEqual(3 + 3 * scopes);
  });
});

/** Calls `then` while the first answer about usage is on its way. */
function whileAsking(then: () => void | Promise<void>): (http: VendorHttp) => VendorHttp {
  let done = false;
  return (http) => ({
    get: async (path, query) => {
      const answer = await http.get(path, query);
      if (!done && /\/usage(Cost)?$/.test(path)) {
        done = true;
        await then();
      }
      return answer;
    },
  });
}

describe.each(BOTH)('%s: late answers and other processes', (provider) => {
  it('an answer that comes after the connection was removed is dropped', async () => {
    const { program, id } = await settled(provider);
    const before = storedDays(program, id);
    program.now += 6 * HOUR_MS;
    program.wrap = whileAsking(() => program.ledger.removeConnection(id, { forget: false }, program.now));
    expect(await program.sync(id)).toEqual({ kind: 'dropped' });
    expect(storedDays(program, id)).toEqual(before);
    expect(program.ledger.connection(id)?.fault).toBeNull();
    program.ledger.rejoinConnection(id, {});
    await backToTheTruth(program, id, provider);
  });

  it('an answer that comes after the history was forgotten leaves nothing', async () => {
    const { program, id } = await settled(provider);
    program.now += 6 * HOUR_MS;
    program.wrap = whileAsking(() => program.ledger.removeConnection(id, { forget: true }, program.now));
    expect(await program.sync(id)).toEqual({ kind: 'dropped' });
    expect(program.ledger.connections()).toEqual([]);
    expect(storedDays(program, id)).toEqual([]);
    expect(program.ledger.integrityFault()).toBeNull();
    program.wrap = (http) => http;
    const again = await program.connect(provider);
    await backToTheTruth(program, again, provider);
  });

  it('an answer to a key that was replaced meanwhile is dropped', async () => {
    const { program, id } = await settled(provider);
    const before = storedDays(program, id);
    program.now += 6 * HOUR_MS;
    program.wrap = whileAsking(() => void program.ledger.rejoinConnection(id, {}));
    expect(await program.sync(id)).toEqual({ kind: 'dropped' });
    expect(storedDays(program, id)).toEqual(before);
    await backToTheTruth(program, id, provider);
  });

  it('two processes at once: one reads, the other is told so', async () => {
    const program = await begin({ since: SINCE });
    const id = await program.connect(provider);
    const other = openLedger(program.file, () => program.now).ledger;
    let second: SyncOutcome | null = null;
    program.wrap = whileAsking(async () => {
      second = await program.sync(id, { owner: 'another process' }, { ledger: other });
    });
    expectDone(await program.sync(id));
    expect(second).toEqual({ kind: 'busy' });
    expectTruth(program, id, provider);
    program.wrap = (http) => http;
    program.now += HOUR_MS;
    expectDone(await program.sync(id, { owner: 'another process' }, { ledger: other }));
    expectTruth(program, id, provider);
    other.close();
  });

  it('a process that died while it read is waited for no longer than a minute', async () => {
    const { program, id } = await settled(provider);
    expect(program.ledger.takeLease(id, 'a dead process', program.now)).not.toBeNull();
    program.now += 30_000;
    expect(await program.sync(id)).toEqual({ kind: 'busy' });
    program.now += 31_000;
    expectDone(await program.sync(id));
    expectTruth(program, id, provider);
  });

  it('a sync that is cancelled records nothing, and the next one goes on', async () => {
    const { program, id } = await settled(provider);
    const before = storedDays(program, id);
    program.now += 6 * HOUR_MS;
    const cancelled = new AbortController();
    program.wrap = whileAsking(() => cancelled.abort());
    expect(await program.sync(id, {}, { signal: cancelled.signal })).toEqual({ kind: 'dropped' });
    expect(storedDays(program, id)).toEqual(before);
    await backToTheTruth(program, id, provider);
  });
});

describe.each(BOTH)('%s: a ledger that cannot be written', (provider) => {
  /** Writing fails as it does on a full disk, from the given statement on. */
  const failing = (program: Program, trigger: string): (() => void) => {
    const db = new Database(program.file);
    db.exec(`CREATE TRIGGER disk_full BEFORE ${trigger} BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    return () => {
      db.exec('DROP TRIGGER disk_full');
      db.close();
    };
  };

  it('in the middle of a window: said, and no part of it is stored', async () => {
    const program = await begin({ since: SINCE });
    const id = await program.connect(provider);
    const mend = failing(program, 'INSERT ON day_charges WHEN (SELECT count(*) FROM day_charges) >= 1');
    expectFault(program, id, await program.sync(id), {
      kind: 'ledger',
      says: 'The ledger could not be written (disk full). Free disk space',
    });
    expect(storedDays(program, id)).toEqual([]);
    expect(
      program.ledger
        .scopes(id)
        .flatMap((scope) => program.ledger.covered(scope.id, program.servers.truth.whole())),
    ).toEqual([]);
    mend();
    await backToTheTruth(program, id, provider);
  });

  it('in the middle of a poll: the numbers stand', async () => {
    const { program, id } = await settled(provider);
    const before = storedDays(program, id);
    const mend = failing(program, 'INSERT ON covered');
    program.now += 6 * HOUR_MS;
    expectFault(program, id, await program.sync(id), {
      kind: 'ledger',
      says: 'The ledger could not be written',
    });
    expect(storedDays(program, id)).toEqual(before);
    expect(program.ledger.integrityFault()).toBeNull();
    mend();
    await backToTheTruth(program, id, provider);
  });

  it('at all: a fault of the ledger, not one of the program', async () => {
    const { program, id } = await settled(provider);
    const before = storedDays(program, id);
    const mend = failing(program, 'UPDATE ON connection');
    program.now += 6 * HOUR_MS;
    await expect(program.sync(id)).rejects.toMatchObject({ kind: 'ledger' });
    expect(storedDays(program, id)).toEqual(before);
    mend();
    await backToTheTruth(program, id, provider);
  });
});

describe('a folder that cannot be used', () => {
  it('is a fault of the ledger, and what is there stays as it is', async () => {
    const { program, id } = await settled('phala');
    const place = join(program.folder, 'a file');
    writeFileSync(place, '');
    const opening = (file: string) => () => openLedger(file, () => program.now);
    expect(opening(join(place, 'ledger.sqlite'))).toThrow(FaultError);
    expect(opening(program.folder)).toThrow(/Ledger not writable/);
    await backToTheTruth(program, id, 'phala');
  });

  it.skipIf(process.getuid?.() === 0)('read-only: said, and nothing is lost', async () => {
    const { program, id } = await settled('phala');
    chmodSync(program.folder, 0o500);
    expect(() => openLedger(program.file, () => program.now)).toThrow(/Ledger not writable/);
    chmodSync(program.folder, 0o700);
    await backToTheTruth(program, id, 'phala');
  });
});
