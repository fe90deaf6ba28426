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

interface Asked {
  readonly at: number;
  readonly answer: Promise<VendorResponse>;
  /** The vendor refused another request since this one was made. */
  isOvertaken: boolean;
}

export class AskAhead implements VendorHttp {
  /** By key, what was asked and not yet wanted. */
  private readonly ahead = new Map<string, Asked>();
  /** Ends of the requests under way; none of them rejects. */
  private readonly underWay = new Set<Promise<unknown>>();
  /** A request that was made ahead came to nothing: no further one is, until who wanted it knows. */
  private isRefused = false;
  private onAnswer: (() => void) | null = null;

  constructor(
    private readonly http: VendorHttp,
    private readonly now: () => number,
  ) {}

  /** The answer that is under way, if it is this request's; else asks as soon as few enough are under way. */
  async get(path: string, query: Readonly<Record<string, string>> = {}): Promise<VendorResponse> {
    const request = { path, query };
    const asked = this.take(request);
    try {
      const response = await (asked === null ? this.inTurn(request) : this.answerOf(asked, request));
      if (response.status === 200) this.onAnswer?.();
      else this.wasRefused();
      return response;
    } catch (error) {
      this.wasRefused();
      throw error;
    }
  }

  /** What is to be done whenever an answer of success has arrived, before it is read; null for nothing. */
  whenAnswered(onAnswer: (() => void) | null): void {
    this.onAnswer = onAnswer;
  }

  /** Makes what will be a later request, unless enough are under way or wait to be wanted. */
  ask(request: VendorRequest): void {
    const key = keyOf(request);
    if (this.isRefused || this.ahead.has(key) || this.ahead.size >= MAX_UNDER_WAY) return;
    if (this.underWay.size >= MAX_UNDER_WAY) return;
    const answer = this.send(request);
    // Whoever takes the answer meets its error; if nobody does, it concerns nobody.
    answer.then(
      ({ status }) => {
        this.isRefused ||= status !== 200;
      },
      () => {
        this.isRefused = true;
      },
    );
    this.ahead.set(key, { at: this.now(), answer, isOvertaken: false });
  }

  /** When this request was made, or null where it has not been made yet. */
  askedAt(request: VendorRequest): number | null {
    return this.ahead.get(keyOf(request))?.at ?? null;
  }

  private take(request: VendorRequest): Asked | null {
    const key = keyOf(request);
    const asked = this.ahead.get(key) ?? null;
    this.ahead.delete(key);
    return asked;
  }

  /** What a vendor refused before the wait it asked for was over is asked again. */
  private async answerOf(asked: Asked, request: VendorRequest): Promise<VendorResponse> {
    try {
      const response = await asked.answer;
      if (response.status === 200 || !asked.isOvertaken) return response;
    } catch (error) {
      if (!asked.isOvertaken) throw error;
    }
    return this.inTurn(request);
  }

  private async inTurn(request: VendorRequest): Promise<VendorResponse> {
    while (this.underWay.size >= MAX_UNDER_WAY) await Promise.race(this.underWay);
    return this.send(request);
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

  private wasRefused(): void {
    this.isRefused = false;
    for (const asked of this.ahead.values()) asked.isOvertaken = true;
  }
}

function keyOf({ path, query }: VendorRequest): string {
  return `${path}?${new URLSearchParams(query).toString()}`;
}
