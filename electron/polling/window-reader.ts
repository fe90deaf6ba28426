/**
 * One window: asked for, read whole, stored. While its answer is read, the next
 * one is asked for.
 */
import { dayOf, lengthOf } from '../../shared/day.js';
import type { FaultError } from '../../shared/faults.js';
import type { Connection, Ledger } from '../ledger/types.js';
import type { ClientContext, ProviderAdapter } from '../providers/adapter.js';
import type { AskAhead } from './ask-ahead.js';
import type { Lists } from './lists.js';
import { isLastLook } from './plan.js';
import { readWhole } from './read-window.js';
import type { SyncMemo } from './memo/sync-memo.js';
import type { Task, TaskList } from './tasks.js';

export interface WindowReaderOptions {
  readonly ledger: Ledger;
  readonly adapter: ProviderAdapter;
  readonly connection: Connection;
  readonly context: ClientContext;
  /** What the context asks through. */
  readonly http: AskAhead;
  readonly lists: Lists;
  readonly memo: SyncMemo;
  /** Settled days are read again because the user asked for them by their date. */
  readonly isSince: boolean;
  readonly onWritten: () => void;
  /** The connection was removed or changed meanwhile: raises the context's signal, and gives its reason. */
  readonly onDropped: () => FaultError;
}

export type WindowRead =
  /** Whole, and stored: of so many rows. */
  | { readonly kind: 'read'; readonly rows: number }
  /** Nothing is stored: it does not fit an answer, which holds so many. */
  | { readonly kind: 'split'; readonly rows: number };

/** One sync's. */
export class WindowReader {
  /** A window bore a resource that no list holds. */
  unknownResources = false;

  constructor(private readonly options: WindowReaderOptions) {}

  /** @throws FaultError of the window; whatever it is, where the context's signal is raised */
  async read(task: Task, tasks: TaskList): Promise<WindowRead> {
    const { ledger, adapter, connection, context, http, lists, memo, isSince, onWritten, onDropped } =
      this.options;
    const { scope, window } = task;
    const readAt = this.askedAt(task) ?? context.now();
    const writer = ledger.writeWindow(scope, window);
    // What does not fit is split: only a single day is read page by page.
    const splittable = lengthOf(window) > 1;
    let asked = !splittable;
    const askAhead = (): void => {
      if (!asked) this.askAhead(tasks, task);
      asked = true;
    };
    // The vendor then makes its next answer while this one is read. If it does not fit after all,
    // windows of other scopes stay as they are, and that answer is wanted later.
    if (task.purpose === 'backfill' && tasks.isLikelyToFit(task)) {
      http.whenAnswered(() => {
        if (tasks.peek()?.scope.id !== scope.id) askAhead();
      });
    }
    try {
      const result = await readWhole({
        writer,
        read: (onPage) =>
          adapter.readWindow(context, scope, window, lists.resources, (page) => {
            // It fits, whatever was likely.
            askAhead();
            onPage(page);
          }),
        splittable,
        lastLook: isLastLook(window, ledger.covered(scope.id, window), readAt, adapter.settle),
      });
      if (result.kind === 'split') return result;
      // A removed or changed connection's late answer is dropped.
      context.signal.throwIfAborted();
      // An app that the list no longer holds may answer with nothing as well as with 404: its history stays.
      if (result.emptiesScope) await lists.readOnce();
      const committed = writer.commit({
        readAt,
        today: dayOf(readAt),
        settle: adapter.settle,
        mayDelete: result.mayDelete && (result.rows > 0 || lists.has(scope)),
        epoch: connection.epoch,
        reported: result.reported,
        roundedBy: result.roundedBy,
      });
      if (committed.kind === 'dropped') throw onDropped();
      // What the answer lacks and the ledger keeps stands too: the difference shows.
      const forgotten = memo.disputes.note(scope, window, committed.kept);
      if (result.reported !== null) {
        // Who asks for settled days is told all that they hold beside the answer.
        const stored = result.sum + (isSince ? forgotten : 0n);
        memo.comparison.add({ reported: result.reported, stored, terms: result.rows });
      } else memo.comparison.addUnreported();
      this.unknownResources ||= result.unknownResources;
      if (task.purpose === 'audit') ledger.recordAudit(task.scope.id, context.now());
      onWritten();
      return { kind: 'read', rows: result.rows };
    } finally {
      http.whenAnswered(null);
      writer.close();
    }
  }

  /** When the task's first request was made ahead, or null. */
  askedAt({ scope, window }: Task): number | null {
    const first = this.options.adapter.firstRequest?.(scope, window);
    return first === undefined ? null : this.options.http.askedAt(first);
  }

  /** @param current the task whose rows are about to be mapped and stored */
  private askAhead(tasks: TaskList, current: Task): void {
    const { adapter, http } = this.options;
    const next = tasks.peek();
    if (next === null || tasks.isSkipped(next)) return;
    if (next.scope.id === current.scope.id && tasks.isInDoubt(current)) return;
    const request = adapter.firstRequest?.(next.scope, next.window);
    if (request !== undefined) http.ask(request);
  }
}
