import { setImmediate } from 'node:timers/promises';
import type { Writable } from 'node:stream';

import type { ExportProfile } from '../../shared/choices.js';
import type { ExportProgress } from '../../shared/model.js';
import type { Ledger, Question, StoredCharge } from '../ledger/types.js';
import { cellsOf, columnsFor } from './columns.js';
import type { Cell, Columns } from './columns.js';
import { cancelled, ExportError } from './error.js';
import { csvText, formatOf } from './profiles.js';
import type { Format } from './profiles.js';
import { openFileSink, streamSink } from './sink.js';
import type { Sink } from './sink.js';

/** What an export asks of the ledger. */
export type ExportSource = Pick<Ledger, 'charges' | 'countCharges'>;

export type ExportTarget =
  | { readonly kind: 'file'; readonly path: string; readonly overwrite: boolean }
  /** Not ended: it is its owner's. */
  | { readonly kind: 'stream'; readonly stream: Writable };

export interface ExportRequest {
  readonly source: ExportSource;
  readonly question: Question;
  readonly profile: ExportProfile;
  readonly target: ExportTarget;
  readonly onProgress?: (progress: ExportProgress) => void;
  readonly signal?: AbortSignal;
}

/** Charges between two rests of the event loop: a few milliseconds of work. */
const BATCH_ROWS = 250;

/** Hands on charges in batches and lets everything else run in between. */
async function* batches(
  charges: Iterable<StoredCharge>,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredCharge[]> {
  let batch: StoredCharge[] = [];
  for (const charge of charges) {
    batch.push(charge);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
    await setImmediate();
    if (signal?.aborted === true) throw cancelled();
  }
  if (batch.length > 0) yield batch;
}

/** Names of the vendor's remaining fields over all charges, which are read once more for them. */
async function remainingFields({ source, question, signal }: ExportRequest): Promise<Iterable<string>> {
  const fields = new Set<string>();
  for await (const batch of batches(source.charges(question), signal)) {
    for (const charge of batch) for (const field of Object.keys(charge.extra)) fields.add(field);
  }
  return fields;
}

function rowsOf(batch: readonly StoredCharge[], columns: Columns): Cell[][] {
  return batch.map((charge) => {
    const cells = cellsOf(charge, columns);
    if (cells !== null) return cells;
    throw new ExportError(
      'changed',
      'New kinds of data arrived while the export ran, so it was stopped; export again.',
    );
  });
}

async function writeAll(request: ExportRequest, format: Format, sink: Sink): Promise<number> {
  const { source, question, signal } = request;
  const columns = columnsFor(await remainingFields(request));
  const total = source.countCharges(question);
  let rows = 0;
  request.onProgress?.({ rows, total });
  await sink.write(format.opening + csvText([columns.header], format));
  for await (const batch of batches(source.charges(question), signal)) {
    await sink.write(csvText(rowsOf(batch, columns), format));
    rows += batch.length;
    request.onProgress?.({ rows, total: Math.max(rows, total) });
  }
  if (signal?.aborted === true) throw cancelled();
  await sink.finish();
  return rows;
}

/**
 * Writes every charge of the question as CSV, in the ledger's order, holding a
 * batch of rows at a time. A file appears whole or not at all; one that exists
 * is refused before anything is read unless it may be overwritten.
 *
 * @returns the number of charges written, the header not counted
 * @throws ExportError with one sentence to show; also what the ledger throws
 */
export async function exportCsv(request: ExportRequest): Promise<{ readonly rows: number }> {
  if (request.signal?.aborted === true) throw cancelled();
  const { target } = request;
  const sink =
    target.kind === 'file'
      ? await openFileSink(target.path, target.overwrite)
      : streamSink(target.stream, request.signal);
  try {
    return { rows: await writeAll(request, formatOf(request.profile), sink) };
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}
