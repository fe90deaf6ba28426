import { stringify } from 'csv-stringify/sync';

import type { ExportProfile } from '../../shared/choices.js';
import type { Cell } from './columns.js';

/** How cells and rows become text. */
export interface Format {
  /** Before the header. */
  readonly opening: string;
  text(value: string): string;
  instant(value: number): string;
}

/** `YYYY-MM-DDTHH:mm:ssZ`: UTC, whole seconds. */
export function isoSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/**
 * Characters that make a spreadsheet read a cell as a formula, their
 * full-width forms included (OWASP, "CSV Injection").
 */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;

const FORMATS: Readonly<Record<ExportProfile, Format>> = {
  /** For programs: nothing is changed, UTF-8 without byte order mark. */
  plain: { opening: '', text: (value) => value, instant: isoSeconds },
  /** For Excel and LibreOffice: a byte order mark, dates they read, and no cell that runs as a formula. */
  spreadsheet: {
    opening: '\uFEFF',
    text: (value) => (FORMULA_START.test(value) ? `'${value}` : value),
    instant: (value) => isoSeconds(value).replace('T', ' ').replace('Z', ''),
  },
};

export function formatOf(profile: ExportProfile): Format {
  return FORMATS[profile];
}

function cellText(cell: Cell, format: Format): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return format.text(cell);
  if (typeof cell === 'boolean') return cell ? 'true' : 'false';
  return 'instant' in cell ? format.instant(cell.instant) : cell.decimal;
}

/** Rows as RFC 4180 text, each ended by CRLF. */
export function csvText(rows: ReadonlyArray<readonly Cell[]>, format: Format): string {
  return stringify(
    rows.map((cells) => cells.map((cell) => cellText(cell, format))),
    // With an explicit delimiter the library leaves a lone CR or LF unquoted, which readers take for a row's end.
    { record_delimiter: '\r\n', quote_record_delimiter: true },
  );
}
