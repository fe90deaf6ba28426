/**
 * Reading every usage row of a span, whatever the server does with `limit`,
 * `offset` and `total`. The order of rows is undocumented and pages may be cut
 * silently, so a count is believed only once it was verified.
 */
import { HOUR_MS } from '../../../shared/day.js';
import { FaultError } from '../../../shared/faults.js';
import { isObject } from '../wire.js';
import type { WireObject } from '../wire.js';
import { USAGE_LIMIT } from './client.js';
import type { Span } from './client.js';
import type { UsageAnswer } from './schema.js';

export type AskUsage = (span: Span, offset: number) => Promise<UsageAnswer>;

export type PagedOutcome =
  /** More rows than an answer holds, which is so many. */
  | { readonly kind: 'split'; readonly rows: number }
  /**
   * `only` is the one answer that held every row, null where it took several.
   * `confirm`, where its length was trusted for that of earlier answers: asks
   * for more, and says whether there is none. `verifiedLately`: such an answer
   * came minutes ago.
   */
  | {
      readonly kind: 'whole';
      readonly pages: number;
      readonly only: UsageAnswer | null;
      readonly confirm?: () => Promise<boolean>;
      readonly verifiedLately?: boolean;
    };

export interface Paging {
  readonly ask: AskUsage;
  readonly span: Span;
  /** Too many rows for an answer: the caller can ask for halves. */
  readonly splittable: boolean;
  /** The adapter's memo; what was learned of the server's pages is kept in it. */
  readonly memo: Record<string, unknown>;
  /** In ms since 1970. */
  readonly now: number;
  /** @param offset how many rows came before these */
  readonly onRows: (rows: readonly WireObject[], offset: number) => void;
}

/** How often a first page may change its length while it is verified. */
const MAX_ROUNDS = 5;
/** No server cuts the rows of a single hour into pages smaller than this. */
const LEAST_CAP = 100;
/** Rows come hourly, and a cap stands still: a longest answer that stays as long for so long is looked into. */
const STANDSTILL_MS = 3 * HOUR_MS;
/** For so long a verified length needs no confirming: as long as a sync takes, about. */
const FRESH_MS = 10 * 60_000;

/** What is known of the server's pages, for the connection. */
interface Known {
  /** The silent page size, null while none has shown. */
  cap: number | null;
  /** The longest short page that was verified to hold everything. */
  verified: number;
  /** The longest that was verified lately, and when. */
  checked: { readonly rows: number; readonly at: number } | null;
  /** The longest short page of late: since when, when last, and whether that length was verified since. */
  longest: {
    readonly rows: number;
    readonly since: number;
    readonly at: number;
    readonly sure: boolean;
  } | null;
  /** `total` was seen to count more rows than there are: it is no hint here. */
  totalMisleads: boolean;
}

/**
 * Hands on every row of the span, or asks for halves.
 *
 * @throws FaultError paging, where the server repeats itself instead of going on
 */
export async function readRows(paging: Paging): Promise<PagedOutcome> {
  const { ask, span, splittable, memo, onRows } = paging;
  const known = recall(memo);
  try {
    let first = await ask(span, 0);
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const count = first.usage.length;
      // A page longer than the cap disproves it.
      if (known.cap !== null && count > known.cap) known.cap = null;
      if (count >= pageSize(known)) {
        return splittable
          ? { kind: 'split', rows: pageSize(known) }
          : await readByOffset(paging, known, first);
      }
      noteLength(known, count, paging.now);
      const trusted = isTrusted(known, first, paging.now);
      if (trusted || !(await hasMore(paging, known, first))) {
        onRows(first.usage, 0);
        const whole = { kind: 'whole', pages: 1, only: first } as const;
        const page = first;
        if (!trusted || count === 0) return whole;
        const verifiedLately = isFresh(known, count, paging.now);
        return { ...whole, verifiedLately, confirm: () => confirm(paging, page) };
      }
      // More rows exist than the page showed: a cap, unless they came meanwhile.
      first = await ask(span, 0);
      if (first.usage.length === count) known.cap = count;
    }
    throw new FaultError('paging', 'the number of rows changes with every answer');
  } finally {
    memo.paging = { ...known };
  }
}

function pageSize(known: Known): number {
  return Math.min(USAGE_LIMIT, known.cap ?? USAGE_LIMIT);
}

function isTrusted(known: Known, page: UsageAnswer, now: number): boolean {
  const count = page.usage.length;
  if (count === 0) return true;
  const hintsAtMore = !known.totalMisleads && page.total !== null && page.total > count;
  return count <= known.verified && !hintsAtMore && !standsStill(known, count, now);
}

function noteLength(known: Known, rows: number, now: number): void {
  const { longest } = known;
  const isNew =
    longest === null ||
    rows > longest.rows ||
    now < longest.at ||
    (rows < longest.rows && now - longest.at > STANDSTILL_MS);
  if (isNew) known.longest = { rows, since: now, at: now, sure: false };
  else if (rows === longest.rows) known.longest = { ...longest, at: now };
}

/**
 * Whether it may have become a cap that a page is as long as it is. A server
 * that cuts pages shorter than it once did gives itself away only so: shorter
 * pages hold everything, and the longest no longer grows.
 */
function standsStill({ longest }: Known, rows: number, now: number): boolean {
  return longest?.rows === rows && !longest.sure && now - longest.since >= STANDSTILL_MS;
}

function isFresh({ checked }: Known, rows: number, now: number): boolean {
  return checked !== null && rows <= checked.rows && now >= checked.at && now - checked.at < FRESH_MS;
}

function noteVerified(known: Known, rows: number, now: number): void {
  known.verified = Math.max(known.verified, rows);
  if (!isFresh(known, rows, now)) known.checked = { rows, at: now };
  if (known.longest?.rows === rows) known.longest = { ...known.longest, sure: true };
}

/** Whether a page that was trusted holds every row. Where it does not, every count is doubtful. */
async function confirm(paging: Paging, page: UsageAnswer): Promise<boolean> {
  const known = recall(paging.memo);
  const isWhole = !(await hasMore(paging, known, page));
  if (!isWhole) known.verified = 0;
  paging.memo.paging = { ...known };
  return isWhole;
}

/** Whether rows exist beyond a short first page. A "no" is remembered. */
async function hasMore(paging: Paging, known: Known, first: UsageAnswer): Promise<boolean> {
  const { ask, span } = paging;
  const count = first.usage.length;
  const distinct = countDistinct(first.usage);
  const next = await ask(span, distinct);
  if (next.usage.length > 0) {
    const rows = new Set(first.usage.map(rowIdentity));
    if (next.usage.some((row) => !rows.has(rowIdentity(row)))) return true;
    // The server ignores `offset`; halves of the span show what it withholds.
    const isTail = next.usage.length === count - distinct;
    if (!isTail && (await hasMoreInHalves(ask, span, rows, count))) return true;
  }
  noteVerified(known, count, paging.now);
  if (first.total !== null && first.total > count) known.totalMisleads = true;
  return false;
}

/**
 * Reads both halves of the span, and again the halves of a half as long as the
 * whole, which may be cut at the same length.
 */
async function hasMoreInHalves(
  ask: AskUsage,
  span: Span,
  rows: ReadonlySet<string>,
  count: number,
): Promise<boolean> {
  let { start, end } = span;
  while (end - start > HOUR_MS) {
    const middle = start + Math.ceil((end - start) / HOUR_MS / 2) * HOUR_MS;
    const left = await ask({ start, end: middle }, 0);
    const right = await ask({ start: middle, end }, 0);
    if ([...left.usage, ...right.usage].some((row) => !rows.has(rowIdentity(row)))) return true;
    if (left.usage.length >= count) end = middle;
    else if (right.usage.length >= count) start = middle;
    else return false;
  }
  if (count < LEAST_CAP) return false;
  throw new FaultError('paging', `${count} rows of one hour, and no way to ask for more`);
}

/** Page after page up to a short one that is verified to be the last. */
async function readByOffset(paging: Paging, known: Known, first: UsageAnswer): Promise<PagedOutcome> {
  const { ask, span, onRows } = paging;
  const size = pageSize(known);
  const seen = new Set<number>();
  let page = first;
  let received = 0;
  let offset = 0;
  let pages = 0;
  for (;;) {
    const count = page.usage.length;
    if (count === 0) break;
    const fresh = countFresh(page.usage, seen);
    if (fresh === 0 && count >= size) throw new FaultError('paging', `at row ${offset}`);
    onRows(page.usage, received);
    pages += 1;
    received += count;
    offset += countDistinct(page.usage);
    if (fresh === 0 || (count < size && count <= known.verified)) break;
    page = await ask(span, offset);
    if (page.usage.length === 0 && count < size) noteVerified(known, count, paging.now);
  }
  return { kind: 'whole', pages, only: pages === 1 ? first : null };
}

/** A row that a page bears twice may be one in the server's offset: the next page must not leave out as many. */
function countDistinct(rows: readonly WireObject[]): number {
  return new Set(rows.map((row) => JSON.stringify(row))).size;
}

/** Adds the rows to those seen and counts the new ones. Hashes, since a day may hold 100,000. */
function countFresh(rows: readonly WireObject[], seen: Set<number>): number {
  const before = seen.size;
  for (const row of rows) seen.add(hash(rowIdentity(row)));
  return seen.size - before;
}

/** What of a row may change while its hour is still running. */
const CHANGING: ReadonlySet<string> = new Set(['cost', 'details', 'duration_minutes']);

/** Tells rows apart even where they share a billing key. */
function rowIdentity(row: WireObject): string {
  return JSON.stringify(row, (key, value: unknown) => (CHANGING.has(key) ? undefined : value));
}

/** cyrb53 (public domain): 53 bits, so that 100,000 rows collide once in a million times. */
function hash(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

function recall(memo: Record<string, unknown>): Known {
  const kept = isObject(memo.paging) ? memo.paging : {};
  const natural = (value: unknown): number | null =>
    typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null;
  return {
    cap: natural(kept.cap),
    verified: natural(kept.verified) ?? 0,
    totalMisleads: kept.totalMisleads === true,
    checked: isCount(kept.checked) ? kept.checked : null,
    longest: isLongest(kept.longest) ? kept.longest : null,
  };
}

function isCount(value: unknown): value is { rows: number; at: number } {
  return isObject(value) && typeof value.rows === 'number' && typeof value.at === 'number';
}

function isLongest(value: unknown): value is NonNullable<Known['longest']> {
  return isCount(value) && 'since' in value && typeof value.since === 'number' && 'sure' in value;
}
