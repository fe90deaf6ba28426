/**
 * A copy of the connections beside the ledger, so that a ledger that had to be
 * set aside can be filled again from the vendors without the user's help. It
 * holds names and rates, never a key.
 */
import { z } from 'zod';

import { parseDay } from '../../shared/day.js';
import { PROVIDER_IDS } from '../../shared/model.js';
import { AMOUNT_TEXT, formatDecimal, parseNanos } from '../../shared/money.js';
import type { Connection, Ledger } from '../ledger/types.js';
import { readJsonFile, writeJsonFile } from './files.js';

const mirrorSchema = z.object({
  schema: z.literal(1),
  connections: z.array(
    z.object({
      id: z.string(),
      provider: z.enum(PROVIDER_IDS),
      account: z.string(),
      accountName: z.string().nullable(),
      name: z.string(),
      unit: z.enum(['USD', 'CHC']),
      origin: z.string(),
      rates: z.array(z.object({ from: z.string(), usdPerUnit: z.string().regex(AMOUNT_TEXT) })),
    }),
  ),
});

/**
 * Writes the copy. The removed are left out: their history went with the ledger.
 *
 * @param without one that is about to be removed
 */
export function writeMirror(path: string, ledger: Ledger, without: string | null = null): void {
  const connections = ledger
    .connections()
    .filter((connection) => connection.removedAt === null && connection.id !== without)
    .map((connection: Connection) => ({
      id: connection.id,
      provider: connection.provider,
      account: connection.account,
      accountName: connection.accountName,
      name: connection.name,
      unit: connection.unit,
      origin: connection.origin,
      rates: ledger
        .rates(connection.id)
        .map((rate) => ({ from: rate.from, usdPerUnit: formatDecimal(rate.usdPerUnit) })),
    }));
  writeJsonFile(path, { schema: 1, connections });
}

/**
 * Brings the connections of the copy that the ledger lacks into it. Does nothing
 * where there is no copy. Asked at every start: one that is killed between
 * beginning a fresh ledger and filling it must not lose them.
 *
 * @returns whether the ledger lacked any
 */
export function restoreFromMirror(path: string, ledger: Ledger, now: number): boolean {
  const parsed = mirrorSchema.safeParse(readJsonFile(path));
  if (!parsed.success) return false;
  let lacked = false;
  for (const entry of parsed.data.connections) {
    const isKnown =
      ledger.connection(entry.id) !== null ||
      ledger.connectionByAccount(entry.provider, entry.account) !== null;
    if (isKnown) continue;
    lacked = true;
    const rates = entry.rates.flatMap((rate) => {
      const from = parseDay(rate.from);
      return from === null ? [] : [{ from, usdPerUnit: parseNanos(rate.usdPerUnit) }];
    });
    try {
      ledger.addConnection(
        { ...entry, rates, accountCreatedDay: null, billingAnchor: null, creditLeft: null },
        now,
      );
    } catch (error) {
      // Another process that starts has just done the same.
      if (ledger.connection(entry.id) === null) throw error;
    }
  }
  return lacked;
}
