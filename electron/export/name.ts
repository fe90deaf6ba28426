import { lstat } from 'node:fs/promises';
import { join } from 'node:path';

import type { DayRange } from '../../shared/day.js';

/** `cost-tray-2026-11-01-to-2026-11-22.csv`; from the second on ` (2)` before the ending. */
export function exportName(range: DayRange, copy = 1): string {
  return `cost-tray-${range.from}-to-${range.to}${copy === 1 ? '' : ` (${copy})`}.csv`;
}

/** A folder that cannot be looked into counts as empty: writing the file reports it. */
function isTaken(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** A path in the folder that no file bears yet, to be offered in the save dialog. */
export async function freeExportPath(folder: string, range: DayRange): Promise<string> {
  for (let copy = 1; ; copy += 1) {
    const path = join(folder, exportName(range, copy));
    if (!(await isTaken(path))) return path;
  }
}
