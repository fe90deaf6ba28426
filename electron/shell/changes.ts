/** Gathers changes, so that a backfill's thousand commits become a few pictures a second. */
export class Changes {
  private timer: NodeJS.Timeout | null = null;
  private lastAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly show: () => void,
    /** The least time between two pictures: shorter while somebody looks. */
    private readonly pauseMs: () => number,
    private readonly now: () => number,
  ) {}

  note(): void {
    if (this.timer !== null) return;
    const elapsed = this.now() - this.lastAt;
    const pause = this.pauseMs();
    const delay = elapsed >= pause || elapsed < 0 ? 0 : pause - elapsed;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.lastAt = this.now();
      this.show();
    }, delay);
  }

  stop(): void {
    clearTimeout(this.timer ?? undefined);
  }
}
