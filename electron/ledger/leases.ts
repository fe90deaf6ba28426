import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { SyncProgress } from '../../shared/model.js';
import { jsonColumn, jsonOrNull } from './columns.js';
import { connectionNumber } from './connections.js';
import type { Database } from './driver.js';
import type { Lease, Ledger } from './types.js';

/** Leases: one sync of a connection at a time, across processes. */

/** After this long without a heartbeat the holder of a lease is dead. */
const LEASE_MS = 60_000;

/** A clock set back leaves heartbeats in the future: those far off are dead too. */
function isAlive(held: { readonly owner: string; readonly heartbeat: bigint }, now: number): boolean {
  return Math.abs(now - Number(held.heartbeat)) <= LEASE_MS && !hasEnded(held.owner);
}

/**
 * Whether a holder that calls itself `host:pid` is a process of this machine
 * that is gone: nobody waits a minute for what was killed. A number that has
 * been given to another process since is told by its missing heartbeat.
 */
function hasEnded(owner: string): boolean {
  const here = `${hostname()}:`;
  const pid = owner.startsWith(here) ? Number(owner.slice(here.length)) : 0;
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

export function leasePart(db: Database): Pick<Ledger, 'takeLease' | 'leaseHolder'> {
  const holder = (connection: string) =>
    db.first<{ owner: string; heartbeat: bigint; progress: string | null }>(
      `SELECT owner, heartbeat, progress FROM lease
       WHERE connection_n = (SELECT n FROM connection WHERE id = ?)`,
      connection,
    );
  return {
    takeLease: (connection, owner, now) =>
      db.write(() => {
        const held = holder(connection);
        if (held !== null && isAlive(held, now)) return null;
        // Tells this holding from a later one by the same owner.
        const token = randomUUID();
        db.run(
          'INSERT OR REPLACE INTO lease (connection_n, owner, token, heartbeat) VALUES (?, ?, ?, ?)',
          connectionNumber(db, connection),
          owner,
          token,
          now,
        );
        return leaseOf(db, token);
      }),
    leaseHolder(connection, now) {
      const held = holder(connection);
      if (held === null || !isAlive(held, now)) return null;
      return { owner: held.owner, progress: jsonOrNull<SyncProgress>(held.progress) };
    },
  };
}

function leaseOf(db: Database, token: string): Lease {
  return {
    heartbeat: (now, progress) =>
      db.run(
        'UPDATE lease SET heartbeat = ?, progress = ? WHERE token = ?',
        now,
        jsonColumn(progress),
        token,
      ) > 0,
    release: () => void db.run('DELETE FROM lease WHERE token = ?', token),
  };
}
