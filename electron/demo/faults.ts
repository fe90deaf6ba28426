/**
 * Everything that the demo servers can do wrong, as data. Transport faults
 * replace the whole answer; content faults change what an answer says. The
 * truth ({@link DemoTruth}) is never changed by a fault.
 */

export const FAULT_STATUSES = [400, 401, 402, 403, 404, 408, 409, 418, 422, 429, 500, 502, 503, 504] as const;
export type FaultStatus = (typeof FAULT_STATUSES)[number];

/** How long the vendor says to wait, and in which header. */
export interface FaultWait {
  readonly header: 'X-RateLimit-Reset' | 'Retry-After' | 'Retry-After date';
  readonly seconds: number;
}

/** Phala's error bodies: FastAPI's text, list and object, and its newer form. ClickHouse has one envelope. */
export type ErrorShape = 'text' | 'list' | 'object' | 'code' | 'html' | 'empty';

/** What a record bears instead of its cost. */
export type NotACost =
  'NaN' | '"NaN"' | 'Infinity' | 'word' | '25-digits' | 'object' | 'boolean' | 'null' | 'missing' | 'empty';

export type TimeFormat = 'T' | 'space' | 'zulu' | 'micros' | 'offset' | 'hours-only';

export type TransportFault =
  | {
      readonly kind: 'status';
      readonly status: FaultStatus;
      readonly shape?: ErrorShape;
      readonly message?: string;
      readonly wait?: FaultWait;
    }
  | { readonly kind: 'html200' }
  | { readonly kind: 'truncated-json' }
  | { readonly kind: 'invalid-json' }
  | { readonly kind: 'empty-body' }
  /** `declared`: with a Content-Length. Default 200 MB. */
  | { readonly kind: 'huge-body'; readonly bytes?: number; readonly declared?: boolean }
  | { readonly kind: 'endless-body' }
  | { readonly kind: 'gzip-bomb'; readonly bytes?: number }
  /** Without `ms` the headers never come. */
  | { readonly kind: 'slow-headers'; readonly ms?: number }
  | { readonly kind: 'stalled-body' }
  | { readonly kind: 'reset'; readonly when?: 'before-headers' | 'in-body' }
  /** Default: the servers' own stranger, which notes any key that reaches it. */
  | { readonly kind: 'redirect'; readonly status?: 301 | 302 | 307 | 308; readonly to?: string };

export type ContentFault =
  // Both vendors
  /** `row`: which record of the answer; default the last. */
  | { readonly kind: 'cost'; readonly as: NotACost; readonly row?: number }
  | { readonly kind: 'decimal-strings' }
  | { readonly kind: 'exponents' }
  /** The first record that costs something is split in two whose sum is the same: one is a refund. */
  | { readonly kind: 'negative' }
  | { readonly kind: 'null-names' }
  | { readonly kind: 'extra-keys' }
  | { readonly kind: 'unknown-types' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'totals-missing' }
  /** The answer's own total is off by this; default one nano more than a unit. */
  | { readonly kind: 'totals-disagree'; readonly nanos?: number }
  /** Every n-th record is not served; default 10. */
  | { readonly kind: 'withdrawn'; readonly every?: number }
  /** Records of these days (default: all) cost `permille` of the truth. */
  | { readonly kind: 'revised'; readonly permille: number; readonly from?: string; readonly to?: string }
  // Phala
  | { readonly kind: 'total-whole' }
  | { readonly kind: 'silent-cap'; readonly rows: number }
  | { readonly kind: 'ignored-offset' }
  | { readonly kind: 'unstable-order' }
  /** The first reading of a window lacks `rows` (default 3), which then stand before all others. */
  | { readonly kind: 'added-between-pages'; readonly rows?: number }
  /** The first page of a window begins with `rows` (default 3) more, which are gone for the next page. */
  | { readonly kind: 'withdrawn-between-pages'; readonly rows?: number }
  /** Pages after the first begin `rows` (default 3) too early; or one page bears its first rows twice. */
  | { readonly kind: 'repeated-rows'; readonly rows?: number; readonly where?: 'across' | 'within' }
  /** Timestamps lie `hours` (default 6) after the hour billed, and the filter reads them. */
  | { readonly kind: 'billing-day-apart'; readonly hours?: number }
  | { readonly kind: 'times'; readonly format: TimeFormat }
  /** The app is no longer listed; its usage still is. Default: the first app. */
  | { readonly kind: 'app-gone'; readonly app?: string }
  /** The app is neither listed nor known. */
  | { readonly kind: 'app-404'; readonly app?: string }
  // ClickHouse
  | { readonly kind: 'costs-object' }
  | { readonly kind: 'costs-missing'; readonly total?: 'kept' | 'zero' }
  | { readonly kind: 'metrics-null' }
  /** Metrics that a record lacks are there as null. */
  | { readonly kind: 'metrics-null-values' }
  | { readonly kind: 'metrics-recased' }
  /** The first metric is left out while totalCHC keeps it: the remainder is "Other". */
  | { readonly kind: 'metrics-short' }
  | { readonly kind: 'unknown-metric' }
  | { readonly kind: 'entity-recased' }
  | { readonly kind: 'bare-result' }
  /** Default: every entity. */
  | { readonly kind: 'never-locked'; readonly entity?: string };

export type FaultKind = TransportFault['kind'] | ContentFault['kind'];

/** A fault with its reach. Without `times` it lasts until cleared. */
export type Fault = (TransportFault | ContentFault) & {
  /** How many requests it touches. */
  readonly times?: number;
  /** How many requests of its reach pass first. */
  readonly after?: number;
  /** A regular expression tried on the path below the API base with its query. */
  readonly path?: string;
};

type Reach = 'any' | 'usage' | 'apps' | 'lists';

/** The requests a fault touches where it names no path of its own. */
const REACH: Readonly<Record<FaultKind, Reach>> = {
  status: 'any',
  html200: 'any',
  'truncated-json': 'any',
  'invalid-json': 'any',
  'empty-body': 'any',
  'huge-body': 'any',
  'endless-body': 'any',
  'gzip-bomb': 'any',
  'slow-headers': 'any',
  'stalled-body': 'any',
  reset: 'any',
  redirect: 'any',
  cost: 'usage',
  'decimal-strings': 'usage',
  exponents: 'usage',
  negative: 'usage',
  'null-names': 'any',
  'extra-keys': 'any',
  'unknown-types': 'usage',
  nothing: 'usage',
  'totals-missing': 'usage',
  'totals-disagree': 'usage',
  withdrawn: 'usage',
  revised: 'usage',
  'total-whole': 'usage',
  'silent-cap': 'usage',
  'ignored-offset': 'usage',
  'unstable-order': 'usage',
  'added-between-pages': 'usage',
  'withdrawn-between-pages': 'usage',
  'repeated-rows': 'usage',
  'billing-day-apart': 'usage',
  times: 'any',
  'app-gone': 'lists',
  'app-404': 'apps',
  'costs-object': 'usage',
  'costs-missing': 'usage',
  'metrics-null': 'usage',
  'metrics-null-values': 'usage',
  'metrics-recased': 'usage',
  'metrics-short': 'usage',
  'unknown-metric': 'usage',
  'entity-recased': 'usage',
  'bare-result': 'any',
  'never-locked': 'usage',
};

const REACH_PATTERNS: Readonly<Record<Reach, RegExp>> = {
  any: /^/,
  usage: /\/(usage|usageCost)(\?|$)/,
  apps: /^\/(apps|cvms)/,
  lists: /^\/(apps(\?|$)|cvms)/,
};

const TRANSPORT_KINDS: readonly string[] = [
  'status',
  'html200',
  'truncated-json',
  'invalid-json',
  'empty-body',
  'huge-body',
  'endless-body',
  'gzip-bomb',
  'slow-headers',
  'stalled-body',
  'reset',
  'redirect',
] satisfies ReadonlyArray<TransportFault['kind']>;

export const FAULT_KINDS = Object.keys(REACH) as readonly FaultKind[];

export function isTransport(fault: TransportFault | ContentFault): fault is TransportFault {
  return TRANSPORT_KINDS.includes(fault.kind);
}

/** Reads faults that came as JSON: one, a list, or null. @throws TypeError for a kind that is none. */
export function parseFaults(value: unknown): readonly Fault[] {
  if (value === null || value === undefined) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((each) => {
    const kind = typeof each === 'object' && each !== null && 'kind' in each ? each.kind : undefined;
    if (typeof kind !== 'string' || !Object.hasOwn(REACH, kind)) {
      throw new TypeError(`${JSON.stringify(each)} is no fault`);
    }
    return each as Fault;
  });
}

/** A fault in force, with what it remembers between requests. */
export class ActiveFault {
  private touched = 0;
  private readonly pattern: RegExp;
  /** Requests seen, by window. */
  readonly seen = new Map<string, number>();

  constructor(readonly fault: Fault) {
    this.pattern = fault.path === undefined ? REACH_PATTERNS[REACH[fault.kind]] : new RegExp(fault.path);
  }

  /** Whether it touches this request; counts it where it does. */
  takes(pathAndQuery: string): boolean {
    if (!this.pattern.test(pathAndQuery)) return false;
    this.touched += 1;
    const after = this.fault.after ?? 0;
    return this.touched > after && this.touched <= after + (this.fault.times ?? Infinity);
  }

  /** How often this was asked before, counting. */
  countSeen(key: string): number {
    const before = this.seen.get(key) ?? 0;
    this.seen.set(key, before + 1);
    return before;
  }
}

/** The content faults that touch one request, by kind. */
export class ContentFaults {
  private readonly byKind: ReadonlyMap<string, ActiveFault>;

  constructor(active: readonly ActiveFault[]) {
    this.byKind = new Map(active.map((each) => [each.fault.kind, each]));
  }

  get<K extends ContentFault['kind']>(kind: K): Extract<ContentFault, { readonly kind: K }> | null {
    const fault = this.byKind.get(kind)?.fault;
    return fault === undefined ? null : (fault as Extract<Fault, { readonly kind: K }>);
  }

  has(kind: ContentFault['kind']): boolean {
    return this.byKind.has(kind);
  }

  active(kind: ContentFault['kind']): ActiveFault | null {
    return this.byKind.get(kind) ?? null;
  }
}
