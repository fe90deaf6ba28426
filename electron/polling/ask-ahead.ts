/**
 * One request at a time, and the next one under way while the answer before it
 * is parsed and stored: a backfill then takes as long as the slower of vendor
 * and computer, not as long as both.
 */
import { asksToWait } from '../providers/answers.js';
import type { VendorHttp, VendorRequest, VendorResponse } from '../providers/adapter.js';

interface Asked {
  readonly key: string;
  readonly at: number;
  readonly answer: Promise<EarlyResponse>;
}

type EarlyResponse = VendorResponse & Required<Pick<VendorResponse, 'early'>>;

export class AskAhead implements VendorHttp {
  private ahead: Asked | null = null;
  private onAnswer: (() => void) | null = null;

  constructor(
    private readonly http: VendorHttp,
    private readonly now: () => number,
  ) {}

  /**
   * The answer that is under way, if it is this request's; else asks once nothing is
   * under way. Where the vendor asked to wait when another request was made ahead,
   * that answer is given instead: the wait is for all.
   */
  async get(path: string, query: Readonly<Record<string, string>> = {}): Promise<VendorResponse> {
    const { ahead } = this;
    const isOwn = ahead?.key === keyOf({ path, query });
    const early = isOwn ? ahead.answer : await this.waitAskedFor();
    if (isOwn || early !== null) this.ahead = null;
    const response = await (early ?? this.http.get(path, query));
    if (response.status === 200) this.onAnswer?.();
    return response;
  }

  /** What is to be done whenever an answer of success has arrived, before it is read; null for nothing. */
  whenAnswered(onAnswer: (() => void) | null): void {
    this.onAnswer = onAnswer;
  }

  /**
   * Makes what will be a later request, unless an answer that was asked ahead still
   * waits to be asked for. To be called while none is under way.
   */
  ask(request: VendorRequest): void {
    if (this.ahead !== null) return;
    const answer = this.http
      .get(request.path, request.query)
      .then((response) => ({ ...response, early: { at: this.now(), isOthers: false } }));
    // Whoever takes the answer meets its error; if nobody does, it concerns nobody.
    answer.catch(() => undefined);
    this.ahead = { key: keyOf(request), at: this.now(), answer };
  }

  /** When this request was made, or null where it has not been made yet. */
  askedAt(request: VendorRequest): number | null {
    return this.ahead?.key === keyOf(request) ? this.ahead.at : null;
  }

  /** The answer of what was asked ahead, once it has come, if it asks to wait. */
  private async waitAskedFor(): Promise<VendorResponse | null> {
    const response = await this.ahead?.answer.catch(() => undefined);
    if (response === undefined || !asksToWait(response, response.early.at)) return null;
    return { ...response, early: { ...response.early, isOthers: true } };
  }
}

function keyOf({ path, query }: VendorRequest): string {
  return `${path}?${new URLSearchParams(query).toString()}`;
}
