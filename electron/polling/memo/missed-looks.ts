/**
 * Daily second looks that came to nothing. A look that succeeds shows in when its
 * days were read; one that did not has had its turn too, until tomorrow.
 */
import type { Scope } from '../../ledger/types.js';
import { isObject } from '../../providers/wire.js';
import { DAILY_MS } from '../plan.js';

/** One sync's. */
export class MissedLooks {
  /** Scopes of which a part came to nothing in this sync, whatever became of the other. */
  private readonly missed = new Set<string>();

  /** @param memo of the connection, in which they are kept */
  constructor(private readonly memo: Record<string, unknown>) {}

  isRecent({ key }: Scope, now: number): boolean {
    const at = this.all()[key];
    return typeof at === 'number' && Math.abs(now - at) < DAILY_MS;
  }

  keep({ key }: Scope, now: number): void {
    this.missed.add(key);
    this.memo.missedLooks = { ...this.all(), [key]: now };
  }

  wasRead({ key }: Scope): void {
    const all = this.all();
    if (this.missed.has(key) || !(key in all)) return;
    this.memo.missedLooks = Object.fromEntries(Object.entries(all).filter(([other]) => other !== key));
  }

  private all(): Readonly<Record<string, unknown>> {
    return isObject(this.memo.missedLooks) ? this.memo.missedLooks : {};
  }
}
