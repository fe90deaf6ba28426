/**
 * The next requests under way while the answer before them is parsed and stored: a
 * backfill then takes as long as the slower of vendor and computer, not as long as both.
 */
import type { VendorHttp, VendorRequest, VendorResponse } from '../providers/adapter.js';

/**
 * Two: while one answer travels, the vendor makes the next. More would only load
 * the vendor, and be lost where a sync ends early.
 */
export const MAX_UNDER_WAY = 2;

/** A request that was made before anybody wanted its answer. */
interface Asked {
  readonly at: number;
  readonly answer: Promise<VendorResponse>;
  /** It came to nothing; with the answer, where there is one. */
  refused: { readonly response: VendorResponse | null } | null;
}

export class AskAhead implements VendorHttp {
  /** By key, what was asked and not yet wanted. */
  private readonly ahead = new Map<string, Asked>();
  /** Ends of the requests under way; none of them rejects. */
  private readonly underWay = new Set<Promise<unknown>>();
  private allowed = 1;
  /** What the vendor was seen to bear. */
  private bearable = MAX_UNDER_WAY;
  private onAnswer: (() => void) | null = null;

  constructor(
    private readonly http: VendorHttp,
    private readonly now: () => number,
  ) {}

  /** How many may be under way from now on, as long as the vendor bears more than one. */
  allow(count: number): void {
    this.allowed = count;
  }

  /**
   * The answer that is under way, if it is this request's; else asks as soon as few
   * enough are under way. Where a vendor asked to wait when another request was made
   * ahead, that answer is given instead: the wait is for all.
   */
  async get(path: string, query: Readonly<Record<string, string>> = {}): Promise<VendorResponse> {
    const request = { path, query };
    const key = keyOf(request);
    const asked = this.ahead.get(key);
    this.ahead.delete(key);
    const response = await (asked === undefined ? this.inTurn(request) : asked.answer);
    if (response.status === 200) this.onAnswer?.();
    return response;
  }

  /** What is to be done whenever an answer of success has arrived, before it is read; null for nothing. */
  whenAnswered(onAnswer: (() => void) | null): void {
    this.onAnswer = onAnswer;
  }

  /** Makes what will be a later request, unless enough are under way or wait to be wanted, or one was refused. */
  ask(request: VendorRequest): void {
    const key = keyOf(request);
    if (this.ahead.has(key) || Math.max(this.ahead.size, this.underWay.size) >= this.limit) return;
    if ([...this.ahead.values()].some(({ refused }) => refused !== null)) return;
    const answer = this.send(request).then((response) => ({ ...response, at: this.now() }));
    const asked: Asked = { at: this.now(), answer, refused: null };
    this.ahead.set(key, asked);
    // Whoever takes the answer meets its error; if nobody does, it concerns nobody.
    answer.then(
      (response) => {
        if (response.status !== 200) asked.refused = { response };
        if (isTooMuch(response)) this.bearable = 1;
      },
      () => {
        asked.refused = { response: null };
        this.bearable = 1;
      },
    );
  }

  /** When this request was made, or null where it has not been made yet. */
  askedAt(request: VendorRequest): number | null {
    return this.ahead.get(keyOf(request))?.at ?? null;
  }

  private get limit(): number {
    return Math.min(this.allowed, this.bearable);
  }

  private async inTurn(request: VendorRequest): Promise<VendorResponse> {
    while (this.underWay.size >= this.limit) await Promise.race(this.underWay);
    return this.takeWait() ?? this.send(request);
  }

  /** The answer of a request made ahead that asks to wait, once. */
  private takeWait(): VendorResponse | null {
    for (const [key, { refused }] of this.ahead) {
      const response = refused?.response ?? null;
      if (response === null || !asksToWait(response)) continue;
      this.ahead.delete(key);
      return response;
    }
    return null;
  }

  private send({ path, query }: VendorRequest): Promise<VendorResponse> {
    const answer = this.http.get(path, query);
    const end = answer
      .catch(() => undefined)
      .then(() => {
        this.underWay.delete(end);
      });
    this.underWay.add(end);
    return answer;
  }
}

/** Of its answers, those that may say: not two at a time. */
function isTooMuch({ status }: VendorResponse): boolean {
  return status === 429 || status >= 500;
}

function asksToWait({ status, headers }: VendorResponse): boolean {
  return status === 429 || (status === 503 && 'retry-after' in headers);
}

function keyOf({ path, query }: VendorRequest): string {
  return `${path}?${new URLSearchParams(query).toString()}`;
}
