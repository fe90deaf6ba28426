/** The closed lists of choices, for schemas and pickers alike. */
import type { BreakdownBy, SplitBy } from './model.js';

export const SPLITS = ['provider', 'resource', 'meter'] as const satisfies readonly SplitBy[];
export const BREAKDOWNS = ['resource', 'meter', 'connection'] as const satisfies readonly BreakdownBy[];
/** The polling cadences a user can choose, in minutes; 0 is "manual". */
export const CADENCE_MINUTES = [5, 15, 30, 60, 0] as const;
export const EXPORT_PROFILES = ['plain', 'spreadsheet'] as const;
export type ExportProfile = (typeof EXPORT_PROFILES)[number];
