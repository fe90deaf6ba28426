/**
 * How amounts, days, times and sizes are written. Amounts go from integer nanos
 * to decimal text to Intl, never through a float.
 */
import { DAY_MS, startOf } from '../shared/day';
import type { Day, DayRange } from '../shared/day';
import { NANOS_PER_UNIT, formatDecimal } from '../shared/money';
import type { Unit } from '../shared/model';

const HIDDEN = '•••';
const TIGHT_FROM = 10_000n * NANOS_PER_UNIT;
const SMALLEST = 100_000n;
const WHOLE_BAND_FROM = 1_000n * NANOS_PER_UNIT;
/** What 4 decimals round up to $1. */
const ROUNDS_TO_ONE = NANOS_PER_UNIT - SMALLEST / 2n;

export interface FormatOptions {
  /** A BCP 47 tag, or null for the system's. */
  readonly locale: string | null;
  readonly hideAmounts: boolean;
}

export interface MoneyOptions {
  /** No decimals from $10,000: for places a few characters wide. */
  readonly tight?: boolean;
}

export interface Format {
  /** The tag numbers are written in. */
  readonly locale: string;
  /** USD: 2 decimals from $1, 4 below; nonzero below $0.0001 is "<$0.0001"; $0 is "$0.00". */
  readonly money: (amount: bigint, options?: MoneyOptions) => string;
  /**
   * From the lower to the upper end of a band. Where one end has 4 digits or more, both are whole dollars, rounded
   * away from each other, so that the band says no more than is known.
   */
  readonly band: (low: bigint, high: bigint) => string;
  /** An amount in the vendor's unit, with the unit's name where it is not USD. */
  readonly native: (amount: bigint, unit: Unit) => string;
  /** As {@link money}, for an axis tick: whole dollars without decimals. */
  readonly tick: (amount: bigint) => string;
  /** USD with as many decimals as it has, never hidden: a rate, or what is being typed. */
  readonly exact: (amount: bigint) => string;
  /** A share: "12%", "<1%". */
  readonly share: (ratio: number) => string;
  /** A change: "+12%", "-3%". */
  readonly change: (ratio: number) => string;
  readonly count: (value: number) => string;
  readonly bytes: (value: number) => string;
  /** Local clock time; with the date where it lies on another local day than `now`. */
  readonly clock: (time: number, now: number) => string;
}

type Decimal = `${number}`;

function decimal(amount: bigint): Decimal {
  return formatDecimal(amount) as Decimal;
}

function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

/** The next whole dollar at or below. */
function wholeBelow(amount: bigint): bigint {
  const rest = amount % NANOS_PER_UNIT;
  return amount - rest - (rest < 0n ? NANOS_PER_UNIT : 0n);
}

/** How many decimals an amount of USD is written with. */
export function decimalsOf(amount: bigint, tight: boolean): number {
  const size = magnitude(amount);
  if (size === 0n || size >= ROUNDS_TO_ONE) return tight && size >= TIGHT_FROM ? 0 : 2;
  return 4;
}

/** A tag Intl knows, or the system's. */
export function usableLocale(tag: string | null): string {
  const system = new Intl.NumberFormat().resolvedOptions().locale;
  if (tag === null || tag === '') return system;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? system;
  } catch {
    return system;
  }
}

export function createFormat(options: FormatOptions): Format {
  const locale = usableLocale(options.locale);
  const number = (init: Intl.NumberFormatOptions): Intl.NumberFormat => new Intl.NumberFormat(locale, init);
  const dollars = (places: number): Intl.NumberFormat =>
    number({
      style: 'currency',
      currency: 'USD',
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: places,
      maximumFractionDigits: places,
    });
  const usd = new Map([0, 2, 4].map((places) => [places, dollars(places)]));
  const credits = new Map(
    [2, 4].map((places) => [
      places,
      number({ minimumFractionDigits: places, maximumFractionDigits: places }),
    ]),
  );
  const exact = number({
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: 9,
  });
  const percent = number({ style: 'percent', maximumFractionDigits: 0 });
  const signed = number({ style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' });
  const counts = number({ maximumFractionDigits: 0 });
  const sizes = number({ maximumFractionDigits: 1 });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const localDay = new Intl.DateTimeFormat('en-US', { year: 'numeric', month: 'short', day: 'numeric' });

  const write = (format: Intl.NumberFormat | undefined, amount: bigint): string =>
    format === undefined ? decimal(amount) : format.format(decimal(amount));
  const below = (amount: bigint): boolean => amount !== 0n && magnitude(amount) < SMALLEST;

  const money = (amount: bigint, { tight = false }: MoneyOptions = {}): string => {
    if (options.hideAmounts) return HIDDEN;
    if (below(amount)) return `${amount < 0n ? '−' : ''}<${write(usd.get(4), SMALLEST)}`;
    return write(usd.get(decimalsOf(amount, tight)), amount);
  };

  const wholeDollars = (amount: bigint): string => (options.hideAmounts ? HIDDEN : write(usd.get(0), amount));

  return {
    locale,
    money,
    band(low, high) {
      if (magnitude(low) < WHOLE_BAND_FROM && magnitude(high) < WHOLE_BAND_FROM)
        return `${money(low)}–${money(high)}`;
      return `${wholeDollars(wholeBelow(low))}–${wholeDollars(-wholeBelow(-high))}`;
    },
    native(amount, unit) {
      if (unit === 'USD') return money(amount);
      if (options.hideAmounts) return `${HIDDEN} ${unit}`;
      if (below(amount)) return `<${write(credits.get(4), SMALLEST)} ${unit}`;
      return `${write(credits.get(decimalsOf(amount, false)), amount)} ${unit}`;
    },
    tick(amount) {
      if (options.hideAmounts) return '';
      if (amount % NANOS_PER_UNIT === 0n) return wholeDollars(amount);
      return money(amount);
    },
    exact: (amount) => exact.format(decimal(amount)),
    share(ratio) {
      return ratio > 0 && ratio < 0.005 ? `<${percent.format(0.01)}` : percent.format(ratio);
    },
    change: (ratio) => signed.format(ratio),
    count: (value) => counts.format(value),
    bytes(value) {
      if (value < 1000) return `${counts.format(value)} bytes`;
      if (value < 1_000_000) return `${sizes.format(value / 1000)} kB`;
      if (value < 1_000_000_000) return `${sizes.format(value / 1_000_000)} MB`;
      return `${sizes.format(value / 1_000_000_000)} GB`;
    },
    clock(value, now) {
      const date = localDay.format(value);
      const today = localDay.format(now);
      if (date === today) return time.format(value);
      const [monthDay = date, year] = date.split(', ');
      return `${today.endsWith(year ?? '') ? monthDay : date}, ${time.format(value)}`;
    },
  };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

interface DayParts {
  readonly year: string;
  readonly month: string;
  readonly date: string;
}

function partsOf(day: Day): DayParts {
  return {
    year: day.slice(0, 4),
    month: MONTHS[Number(day.slice(5, 7)) - 1] ?? '',
    date: String(Number(day.slice(8, 10))),
  };
}

/** "Nov 14", with the year where it is not today's. */
export function dayText(day: Day, today: Day): string {
  const { year, month, date } = partsOf(day);
  return year === today.slice(0, 4) ? `${month} ${date}` : `${month} ${date}, ${year}`;
}

/** "Sat, Nov 14". */
export function weekdayText(day: Day, today: Day): string {
  // 1970-01-01 was a Thursday.
  const weekday = WEEKDAYS[(Math.floor(startOf(day) / DAY_MS) + 4) % 7] ?? '';
  return `${weekday}, ${dayText(day, today)}`;
}

/** "Nov 1–22", "Oct 24 – Nov 22", "Dec 28, 2025 – Jan 3, 2026". */
export function rangeText(range: DayRange, today: Day): string {
  const from = partsOf(range.from);
  const to = partsOf(range.to);
  if (range.from === range.to) return dayText(range.from, today);
  if (from.year !== to.year)
    return `${from.month} ${from.date}, ${from.year} – ${to.month} ${to.date}, ${to.year}`;
  const year = to.year === today.slice(0, 4) ? '' : `, ${to.year}`;
  if (from.month === to.month) return `${to.month} ${from.date}–${to.date}${year}`;
  return `${from.month} ${from.date} – ${to.month} ${to.date}${year}`;
}

/** How long something is, in its largest unit: "45 s", "13 min", "3 h", "2 d". */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** A countdown: "3:07", "1:02:09". */
export function countdownText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** "1 day", "3 days". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and 3 more". */
export function listText(names: readonly string[], most = 2): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}
