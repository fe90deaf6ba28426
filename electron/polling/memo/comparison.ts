/** What the vendor reports as its totals beside what was stored of the same answers. */
import type { Reconciliation, Unit } from '../../../shared/model.js';
import { isRounding, nanos } from '../../../shared/money.js';
import { isObject } from '../../providers/wire.js';

interface Compared {
  readonly reported: bigint;
  readonly stored: bigint;
  /** Each may be rounded by a nano. */
  readonly terms: number;
}

const INTEGER = /^-?\d{1,30}$/;

/** One sync's, or that of the last one in which anything was read. */
export class Comparison {
  private own: Compared | null = null;
  /** A window was read of which the vendor gave no total. */
  private isPartial = false;

  /** @param memo of the connection, in which it is kept */
  constructor(private readonly memo: Record<string, unknown>) {}

  add({ reported, stored, terms }: Compared): void {
    const before = this.own ?? { reported: 0n, stored: 0n, terms: 0 };
    this.own = {
      reported: before.reported + reported,
      stored: before.stored + stored,
      terms: before.terms + terms,
    };
  }

  /** The answers of a window bore no total: what is compared of the others says nothing of it. */
  addUnreported(): void {
    this.isPartial = true;
  }

  /**
   * Ends a sync that went well.
   *
   * @param disputed what stands beside the answers of whichever sync
   * @returns null where the vendor gave no total of anything that was read, or never did
   */
  conclude(unit: Unit, disputed: bigint): Reconciliation | null {
    if (this.own === null && this.isPartial && disputed === 0n) delete this.memo.compared;
    const compared = this.own ?? this.last();
    if (compared === null) return null;
    const { reported, terms } = compared;
    this.memo.compared = { reported: reported.toString(), stored: compared.stored.toString(), terms };
    const stored = compared.stored + disputed;
    const difference = reported - stored;
    return {
      unit,
      reported: nanos(reported),
      stored: nanos(stored),
      difference: nanos(difference),
      // At most 1 nano a term is rounding: kept with its size, not shown as a difference.
      rounding: isRounding(difference, terms),
    };
  }

  private last(): Compared | null {
    const { compared: kept } = this.memo;
    if (!isObject(kept)) return null;
    const { reported, stored, terms } = kept;
    if (typeof reported !== 'string' || typeof stored !== 'string' || typeof terms !== 'number') return null;
    if (!INTEGER.test(reported) || !INTEGER.test(stored)) return null;
    return { reported: BigInt(reported), stored: BigInt(stored), terms };
  }
}
