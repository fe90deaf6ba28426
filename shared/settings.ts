import { z } from 'zod';

import { AMOUNT_TEXT } from './money.js';

const amountText = z.string().regex(AMOUNT_TEXT);

/**
 * The user's settings, as kept in `settings.json`. Every field has a default,
 * so a file of an older version, or one with a broken field, still opens.
 */
export const settingsSchema = z.object({
  cadenceMinutes: z
    .union([z.literal(5), z.literal(15), z.literal(30), z.literal(60), z.literal(0)])
    .catch(15),
  theme: z.enum(['system', 'light', 'dark']).catch('system'),
  hideAmounts: z.boolean().catch(false),
  /** A BCP 47 tag for numbers, or null for the system's. */
  numberLocale: z.string().max(35).nullable().catch(null),
  /** The month's budget in USD as a decimal string, or null for none. */
  budgetUsd: amountText.nullable().catch(null),
  /** Which number the tooltip (macOS: the title) bears. */
  trayNumber: z.enum(['monthToDate', 'today', 'none']).catch('monthToDate'),
  /** How many months a first connection reads back. */
  historyMonths: z.number().int().min(1).max(36).catch(13),
  startAtLogin: z.boolean().catch(false),
  /** An Electron accelerator that opens the popover, or null for none. */
  shortcut: z.string().max(60).nullable().catch(null),
});

export type Settings = z.infer<typeof settingsSchema>;

export const DEFAULT_SETTINGS: Settings = {
  cadenceMinutes: 15,
  theme: 'system',
  hideAmounts: false,
  numberLocale: null,
  budgetUsd: null,
  trayNumber: 'monthToDate',
  historyMonths: 13,
  startAtLogin: false,
  shortcut: null,
};

/** What the settings view may change in one call; unknown fields are refused. */
export const settingsPatchSchema = z.strictObject({
  cadenceMinutes: z
    .union([z.literal(5), z.literal(15), z.literal(30), z.literal(60), z.literal(0)])
    .optional(),
  theme: z.enum(['system', 'light', 'dark']).optional(),
  hideAmounts: z.boolean().optional(),
  numberLocale: z.string().max(35).nullable().optional(),
  budgetUsd: amountText.nullable().optional(),
  trayNumber: z.enum(['monthToDate', 'today', 'none']).optional(),
  historyMonths: z.number().int().min(1).max(36).optional(),
  startAtLogin: z.boolean().optional(),
  shortcut: z.string().max(60).nullable().optional(),
});

export type SettingsPatch = z.infer<typeof settingsPatchSchema>;
