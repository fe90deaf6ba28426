/**
 * What tray and popover show. Where it cannot be built at this moment, because the
 * ledger cannot be read, the last one stands and says so: nobody shall take old
 * numbers for current ones.
 */
import { dayOf } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import type { AppState } from '../../shared/model.js';

/** How soon it is tried again by itself. */
export const RETRY_MS = 60_000;

export interface LastStateOptions {
  readonly build: () => AppState;
  readonly now: () => number;
  readonly formatTime: (time: number) => string;
  readonly onFailure: (error: unknown) => void;
}

export class LastState {
  private last: AppState | null = null;

  constructor(private readonly options: LastStateOptions) {}

  /**
   * @returns `isCurrent`: false where it is the last one, with words to say so
   * @throws what building throws where none was built before
   */
  read(): { readonly state: AppState; readonly isCurrent: boolean } {
    const { build, onFailure } = this.options;
    try {
      this.last = build();
      return { state: this.last, isCurrent: true };
    } catch (error) {
      onFailure(error);
      if (this.last === null) throw error;
      return { state: this.outdated(this.last, error), isCurrent: false };
    }
  }

  private outdated(state: AppState, error: unknown): AppState {
    const { now, formatTime } = this.options;
    const { generatedAt } = state.overview;
    const isOfToday = dayOf(generatedAt) === dayOf(now());
    const since = `${isOfToday ? '' : `${dayOf(generatedAt)} `}${formatTime(generatedAt)}`;
    const text = `Not up to date since ${since}: ${reason(error)}.`;
    return {
      ...state,
      // The icon bears its mark for it.
      ledgerNotice: state.ledgerNotice ?? text,
      overview: {
        ...state.overview,
        // By which the icon judges their age.
        generatedAt: now(),
        status: { level: 'error', text, connection: null, action: null, until: now() + RETRY_MS },
      },
    };
  }
}

function reason(error: unknown): string {
  if (!(error instanceof FaultError)) return 'a fault in Cost Tray';
  return `the ledger could not be read${error.detail === null ? '' : ` (${error.detail})`}`;
}
