import type { Day, DayRange } from '../../shared/day.js';
import type { Credential } from '../../shared/ipc.js';
import type { ProviderId, Unit } from '../../shared/model.js';
import type { Nanos } from '../../shared/money.js';

/**
 * The boundary every provider lives behind. A provider is one folder: a client
 * (HTTP, paging, limits), a wire schema (zod) and a mapper to {@link Charge}.
 * Nothing outside its folder asks which provider it is.
 */

/**
 * One priced line. Its identity within a scope is
 * (day, key, resource.id, vendorMeter, variant); charges of one page that share
 * it but differ in content are separate charges and get an ordinal in the ledger.
 */
export interface Charge {
  /** Phala: `billing_key`. ClickHouse: the entity type in lower case. */
  readonly key: string;
  readonly day: Day;
  /** Milliseconds since 1970; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly resource: ChargedResource;
  /** Phala app or ClickHouse data warehouse. */
  readonly group: { readonly id: string; readonly name: string | null } | null;
  /** In the field's words: compute, storage, backup, data transfer, Other, or the vendor's own. */
  readonly meter: string;
  /** Phala: `usage_type`. ClickHouse: the metric's key. */
  readonly vendorMeter: string;
  /** Phala: `event_type`. ClickHouse: `organizationTier` or ''. */
  readonly variant: string;
  /** In the provider's unit. Negative for a refund. */
  readonly amount: Nanos;
  /** The vendor declares the record immutable. Always false where it never does. */
  readonly locked: boolean;
  /**
   * The vendor's fields under their own names. Of these are kept what no other
   * field of the charge holds: all but those named in `held` and those that are null.
   */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly held?: ReadonlySet<string> | undefined;
}

export interface ChargedResource {
  readonly id: string;
  readonly name: string | null;
  /** "CVM", "Service", "Data warehouse", "ClickPipe", or the vendor's own word. */
  readonly kind: string;
}

/** The account a key belongs to. */
export interface Account {
  readonly id: string;
  /**
   * Ids it would bear in answers of another shape, which lack its own. They are made
   * of names, so they say something only of the very key that gave both answers.
   */
  readonly idsByName?: readonly string[];
  readonly name: string | null;
  /** No charge can be older. Null where the vendor does not say. */
  readonly createdDay: Day | null;
  /** The day of month billing periods begin on, as a day; null: calendar months. */
  readonly billingAnchor: Day | null;
  readonly creditLeft: Nanos | null;
  /** Something worth a quiet word, such as an unusual key prefix. */
  readonly warning: string | null;
}

/** What coverage is kept for: a Phala app, a ClickHouse organization. */
export interface ScopeListing {
  readonly key: string;
  readonly name: string | null;
  readonly createdDay: Day | null;
  /** Nothing is deployed there now, so it is asked less often while it stays without charges. */
  readonly dormant: boolean;
}

/** A resource as the vendor's lists name it, to put names on charges that bear ids only. */
export interface ResourceListing {
  /** Every id a charge may bear for it; the first is the one it is shown under. */
  readonly ids: readonly string[];
  readonly name: string | null;
  readonly kind: string;
  readonly stopped: boolean;
}

export interface Listing {
  readonly scopes: readonly ScopeListing[];
  readonly resources: readonly ResourceListing[];
}

export interface VendorResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Of an answer to a request that was made ahead. */
  readonly early?: {
    /** When it arrived: a wait that it asks for began then. */
    readonly at: number;
    /** It is another request's, whose wait this one keeps too. */
    readonly isOthers: boolean;
  };
}

/** @see VendorHttp.get */
export interface VendorRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/**
 * A GET to the one vendor of one connection. The main process adds the key and
 * enforces origin, timeouts and size; nothing else holds a key.
 *
 * @throws FaultError offline, timeout, tls, proxy, too-large, key-unreadable…
 */
export interface VendorHttp {
  /** @param path below the API base, with a leading slash; its segments already encoded */
  get(path: string, query?: Readonly<Record<string, string>>): Promise<VendorResponse>;
}

/** What a client may do besides asking. */
export interface ClientContext {
  readonly http: VendorHttp;
  readonly now: () => number;
  /**
   * Waits for a vendor's limit or before a retry. Rejects with a FaultError
   * `rate-limited` bearing `retryAt` where the wait is longer than this sync may wait.
   */
  readonly wait: (milliseconds: number, reason: 'limit' | 'retry') => Promise<void>;
  /** 0 ≤ x < 1, for jitter. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /**
   * What the adapter learned about this account and wants to know again in the
   * next sync (JSON object): page caps seen, requests made lately.
   */
  readonly memo: Record<string, unknown>;
}

/**
 * One page of a window, as charges of the days that they bear, in any order. To
 * be gone through once, where it is handed on: its charges may be made as they
 * are asked for, so that thousands are never held beside the rows they come from.
 */
export interface Page {
  readonly charges: Iterable<Charge>;
}

export type WindowOutcome =
  /** Every charge of the window was handed on, in `pages` pages. */
  | {
      readonly kind: 'whole';
      readonly pages: number;
      /** The vendor's own total over what was handed on, where it says one that is comparable. */
      readonly reported: Nanos | null;
      /** By how much that total may be off by its own rounding. */
      readonly roundedBy: Nanos;
      /** Resource ids that the listing did not know: the lists are due again. */
      readonly unknownResources: boolean;
      /**
       * Present where earlier answers alone speak for this one's being whole.
       * Makes sure, with one more request; where it is not whole, the window is to
       * be read anew.
       */
      readonly confirm?: () => Promise<boolean>;
      /** Those earlier answers came minutes ago: enough to believe what is new, not to take away what stands. */
      readonly verifiedLately?: boolean;
    }
  /** More than one answer can hold, which is `rows`: ask for halves. What was handed on is to be dropped. */
  | { readonly kind: 'split'; readonly rows: number };

/** When a day counts as settled, and how it is read again until then. */
export interface SettlePolicy {
  /**
   * `age`: a day read whole at least `afterMs` past its end. `locks`: a day read
   * 48 h past its end whose charges are all locked, or `afterMs` past it without any.
   */
  readonly by: 'age' | 'locks';
  readonly afterMs: number;
  /** Unsettled days further back than this are read again once a day only. */
  readonly pollBackDays: number;
}

export interface ProviderAdapter {
  readonly id: ProviderId;
  readonly unit: Unit;
  readonly settle: SettlePolicy;
  /** The longest window, in days, that one question may span. */
  readonly maxWindowDays: number;
  /**
   * How many days wider than the window the question is put on each side: rows
   * of those days are stored under the day they bear, but only days inside are read.
   */
  readonly marginDays: number;
  /** Those of a request that bear the key. */
  readonly headers: (credential: Credential) => Readonly<Record<string, string>>;
  /** Something about a key worth a quiet word, such as an unusual prefix. Asked where the key is at hand. */
  readonly keyWarning?: (credential: Credential) => string | null;
  /** @throws FaultError rejected, permission, … */
  readonly identify: (context: ClientContext) => Promise<Account>;
  readonly list: (context: ClientContext, account: Account) => Promise<Listing>;
  /**
   * The request that reading a window begins with, so that it can be made while
   * the window before is stored. Absent where requests have a budget to keep to.
   */
  readonly firstRequest?: (scope: { readonly key: string }, window: DayRange) => VendorRequest;
  /**
   * Reads one window of one scope. Pages are handed on as they arrive.
   *
   * @param window the days that will be marked read; at most maxWindowDays
   * @throws FaultError; `no-such-app` when the vendor no longer knows the scope
   */
  readonly readWindow: (
    context: ClientContext,
    scope: { readonly key: string; readonly name: string | null },
    window: DayRange,
    resources: ReadonlyMap<string, ResourceListing>,
    onPage: (page: Page) => void,
  ) => Promise<WindowOutcome>;
}
