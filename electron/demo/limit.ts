const WINDOW_MS = 10_000;
const REQUESTS = 10;

export interface LimitState {
  readonly allowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** ClickHouse Cloud's documented limit: 10 requests in 10 seconds for each key. */
export class RateLimit {
  private readonly windows = new Map<string, { start: number; used: number }>();

  constructor(private readonly now: () => number) {}

  take(key: string): LimitState {
    const now = this.now();
    let window = this.windows.get(key);
    // The clock may be set back, in tests too.
    if (window === undefined || now >= window.start + WINDOW_MS || now < window.start) {
      window = { start: now, used: 0 };
      this.windows.set(key, window);
    }
    const allowed = window.used < REQUESTS;
    if (allowed) window.used += 1;
    return {
      allowed,
      headers: {
        'X-RateLimit-Limit': String(REQUESTS),
        'X-RateLimit-Remaining': String(REQUESTS - window.used),
        'X-RateLimit-Reset': String(Math.max(0, Math.ceil((window.start + WINDOW_MS - now) / 1000))),
      },
    };
  }
}
