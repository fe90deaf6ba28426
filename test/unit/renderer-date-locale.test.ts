import { getDayOfWeek, parseDate } from '@internationalized/date';
import { expect, it } from 'vitest';

import { dateLocale } from '../../renderer/dateLocale.js';

it.each([
  ['en-US', '11/9/2026', 'Sunday'],
  ['en-GB', '09/11/2026', 'Monday'],
  ['de-DE', '09/11/2026', 'Monday'],
  ['de', '09/11/2026', 'Monday'],
  ['pt-BR', '09/11/2026', 'Sunday'],
  ['ja-JP', '2026-11-09', 'Sunday'],
  ['sv-SE', '2026-11-09', 'Monday'],
])('writes dates for %s as %s, in English, from %s on', (locale, date, weekday) => {
  const tag = dateLocale(locale);
  const text = new Intl.DateTimeFormat(tag).format(new Date(2026, 10, 9));
  expect(text).toBe(date);
  expect(new Intl.DateTimeFormat(tag, { month: 'long' }).format(0)).toBe('January');
  expect(getDayOfWeek(parseDate(weekday === 'Sunday' ? '2026-11-08' : '2026-11-09'), tag)).toBe(0);
});
