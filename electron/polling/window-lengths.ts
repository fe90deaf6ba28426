/**
 * How long a scope's windows may be where a longer one was more than an answer
 * may carry. Kept for a day, so that not every poll begins with a download that
 * comes to nothing.
 */
import type { Scope } from '../ledger/types.js';
import { isObject } from '../providers/wire.js';

export class WindowLengths {
  /** @param memo of the connection, in which they are kept */
  constructor(private readonly memo: Record<string, unknown>) {}

  /** In days; null where any may be asked for. */
  of({ key }: Scope): number | null {
    const days = this.all()[key];
    return typeof days === 'number' && days >= 1 ? days : null;
  }

  keep({ key }: Scope, days: number): void {
    this.memo.windowDays = { ...this.all(), [key]: days };
  }

  forget(): void {
    delete this.memo.windowDays;
  }

  private all(): Readonly<Record<string, unknown>> {
    return isObject(this.memo.windowDays) ? this.memo.windowDays : {};
  }
}
