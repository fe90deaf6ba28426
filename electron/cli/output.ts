import type { Writable } from 'node:stream';

import { isPipeClosed, writeDrained } from '../export/drain.js';
import { outputError } from '../export/error.js';

/** Resolves when the text has been passed on. Rejects with ExportError, or with the signal's reason. */
export type Print = (text: string) => Promise<void>;

function forgiving(stream: Writable, forgives: (error: unknown) => boolean, signal?: AbortSignal): Print {
  let closed = false;
  return async (text) => {
    if (closed) return;
    try {
      await writeDrained(stream, text, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!forgives(error)) throw outputError(error);
      closed = true;
    }
  };
}

/** Standard output: silent once nobody reads any more; a full disk behind it is an error. */
export function printer(stream: Writable, signal: AbortSignal | undefined): Print {
  return forgiving(stream, isPipeClosed, signal);
}

/** Standard error: where it fails there is nowhere to say so. */
export function errorPrinter(stream: Writable): Print {
  return forgiving(stream, () => true);
}

/** Text of others for a terminal: no control characters, so that no name moves the cursor or ends a line. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** Rows with their columns aligned, two spaces apart. `right`: the columns of amounts. */
export function table(rows: ReadonlyArray<readonly string[]>, right: ReadonlySet<number>): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, Array.from(cell).length);
    });
  }
  return rows
    .map((row) => {
      const cells = row.map((cell, index) => {
        const space = ' '.repeat((widths[index] ?? 0) - Array.from(cell).length);
        return right.has(index) ? space + cell : cell + space;
      });
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}
