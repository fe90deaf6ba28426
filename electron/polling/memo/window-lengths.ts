/**
 * How long a scope's windows may be where a longer one was more than an answer
 * may carry. Kept for a day, so that not every poll begins with a download that
 * comes to nothing.
 */
import { lengthOf } from '../../../shared/day.js';
import type { Fault } from '../../../shared/faults.js';
import type { Scope } from '../../ledger/types.js';
import { isObject } from '../../providers/wire.js';
import type { Task, TaskList } from '../tasks.js';

/** The few days of a usual poll are no reason for a vendor to take too long. */
const SLOW_WINDOW_DAYS = 8;

/** One sync's. */
export class WindowLengths {
  /** Scopes of which a long window took too long. */
  private readonly slow = new Set<number>();

  /** @param memo of the connection, in which they are kept */
  constructor(private readonly memo: Record<string, unknown>) {}

  /** In days; null where any may be asked for. */
  of({ key }: Scope): number | null {
    const days = this.all()[key];
    return typeof days === 'number' && days >= 1 ? days : null;
  }

  /**
   * Where a shorter window may be answered, its halves are asked for. One that takes too
   * long may also be a vendor in trouble: that is tried once a scope, and not kept.
   */
  isShortened(tasks: TaskList, task: Task, { kind }: Fault): boolean {
    const { scope, window } = task;
    const isSlow = kind === 'timeout' && lengthOf(window) >= SLOW_WINDOW_DAYS && !this.slow.has(scope.id);
    const isLarge = kind === 'too-large' && lengthOf(window) > 1;
    if (!isSlow && !isLarge) return false;
    const days = tasks.split(task, null);
    if (isSlow) this.slow.add(scope.id);
    else this.keep(scope, days);
    return true;
  }

  forget(): void {
    delete this.memo.windowDays;
  }

  private keep({ key }: Scope, days: number): void {
    this.memo.windowDays = { ...this.all(), [key]: days };
  }

  private all(): Readonly<Record<string, unknown>> {
    return isObject(this.memo.windowDays) ? this.memo.windowDays : {};
  }
}
