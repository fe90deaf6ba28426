import { getDayOfWeek, parseDate } from '@internationalized/date';

/** An English that writes the parts of a date in this order. */
const ENGLISH: Readonly<Record<string, string>> = {
  'month day year': 'en-US',
  'day month year': 'en-GB',
  'year month day': 'en-CA',
};
const MONDAY = parseDate('2026-11-23');
/** On which a week begins, by how many days of it lie before Monday. */
const FIRST_DAYS = ['mon', 'sun', 'sat', 'fri', 'thu', 'wed', 'tue'];

/**
 * The locale of date fields and calendars: the words are English, as all of the
 * interface, and the order of a date and the first day of a week are those of
 * the locale that numbers are written in.
 */
export function dateLocale(locale: string): string {
  if (new Intl.Locale(locale).language === 'en') return locale;
  const order = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'numeric', day: 'numeric' })
    .formatToParts(0)
    .map(({ type }) => type)
    .filter((type) => type === 'year' || type === 'month' || type === 'day');
  const firstDay = FIRST_DAYS[getDayOfWeek(MONDAY, locale)] ?? 'mon';
  return `${ENGLISH[order.join(' ')] ?? 'en-GB'}-u-fw-${firstDay}`;
}
