/**
 * How many requests one sync makes, and what is left to the next: it comes first
 * there. What was never read is read to the end, and so is what a user asks for.
 */
import type { VendorHttp } from '../providers/adapter.js';
import { isSecondLook } from './tasks.js';
import type { Task } from './tasks.js';

/** Requests after which a poll leaves further scopes to the next. */
const MAX_POLL_REQUESTS = 60;
/** Of these, as many are kept for second looks where any is due, however many scopes there are. */
const LOOK_REQUESTS = 15;

export class RequestBudget {
  /** When the longest waiting of the scopes that get no turn in this sync was read. */
  oldestWaiting = Infinity;
  private requests = 0;
  /** Those of second looks. */
  private looks = 0;
  private isLooking = false;
  private looksAreDue = false;

  constructor(private readonly onDemand: boolean) {}

  counting(http: VendorHttp): VendorHttp {
    return {
      get: (path, query) => {
        this.requests += 1;
        if (this.isLooking) this.looks += 1;
        return http.get(path, query);
      },
    };
  }

  /** @param tasks all that this sync has to do */
  share(tasks: readonly Task[]): void {
    this.looksAreDue = tasks.some(isSecondLook);
  }

  /** What is asked from now on is for this task. */
  begin(task: Task): void {
    this.isLooking = isSecondLook(task);
  }

  /** Whether the task is left to the next sync. */
  waits(task: Task): boolean {
    if (task.purpose === 'backfill') return false;
    if (isSecondLook(task)) return this.looks >= this.maxLooks();
    const kept = this.looksAreDue ? LOOK_REQUESTS : 0;
    if (this.onDemand || this.requests < MAX_POLL_REQUESTS - kept) return false;
    this.oldestWaiting = Math.min(this.oldestWaiting, task.readAt);
    return true;
  }

  private maxLooks(): number {
    const others = this.requests - this.looks;
    return this.onDemand ? MAX_POLL_REQUESTS : Math.max(LOOK_REQUESTS, MAX_POLL_REQUESTS - others);
  }
}
