/**
 * How long the windows of one scope may be, as its answers show: shorter where one
 * did not fit, and longer again where they leave much of an answer empty. A dense
 * day is no reason to ask for a year day by day.
 */

/** Of a window that fills no more of an answer, twice as many days are likely to fit. */
const SPARSE = 0.4;

/** One sync's. */
export class WindowFit {
  /** In days. */
  private days: number;
  /** No window that is longer was ever answered, whatever its rows. */
  private ceiling: number;
  /** How many rows an answer holds; 0 while none was full. */
  private holds = 0;
  /** The longest window that did fit. */
  private fitted = 0;
  /** Sparse windows in a row, and how many it takes to ask for longer ones. */
  private readonly sparse = { seen: 0, needed: 1 };
  private hasGrown = false;

  /** @param ceiling in days, from earlier syncs; null where there is none */
  constructor(ceiling: number | null) {
    this.ceiling = ceiling ?? Infinity;
    this.days = this.ceiling;
  }

  /** In days. */
  get longest(): number {
    return this.days;
  }

  /**
   * @param rows how many an answer holds; null where that is not what was too much
   * @returns how long windows may be, in days
   */
  wasTooLong(days: number, rows: number | null): number {
    this.days = Math.ceil(days / 2);
    this.fitted = 0;
    this.sparse.seen = 0;
    if (rows === null) this.ceiling = this.days;
    else this.holds = rows;
    // Density that changes to and fro costs a full answer each time.
    if (this.hasGrown) this.sparse.needed *= 2;
    this.hasGrown = false;
    return this.days;
  }

  /** @param rows that the answer held */
  wasRead(days: number, rows: number): void {
    this.fitted = Math.max(days, this.fitted);
    if (days < this.days) return;
    this.sparse.seen = rows < this.holds * SPARSE ? this.sparse.seen + 1 : 0;
    if (this.sparse.seen < this.sparse.needed) return;
    this.sparse.seen = 0;
    this.hasGrown = true;
    this.days = Math.min(days * 2, this.ceiling);
  }

  /** One as long fitted before, so no halves are likely to come between it and the next. */
  isLikely(days: number): boolean {
    return days <= this.fitted;
  }
}
