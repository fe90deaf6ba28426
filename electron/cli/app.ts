import type { Readable, Writable } from 'node:stream';

import type { ExportProfile } from '../../shared/choices.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { Credential, Outcome } from '../../shared/ipc.js';
import type { ConnectionView, ExportProgress, SyncProgress } from '../../shared/model.js';
import type { Status } from '../core/status.js';
import type { ExportTarget } from '../export/export.js';
import type { UnknownDays } from '../export/unknown-days.js';

/** How one connection's refresh ended. */
export interface RefreshOutcome {
  readonly connection: string;
  readonly name: string;
  readonly ok: boolean;
  /** One sentence with the remedy where it failed. */
  readonly message: string | null;
  readonly dataThrough: Day | null;
}

export interface RefreshRequest {
  /** Null: all. */
  readonly connection: string | null;
  /** Settled days from here on are read again; null: none. */
  readonly since: Day | null;
  /** With the connection's name. */
  readonly onProgress: (name: string, progress: SyncProgress) => void;
  readonly signal: AbortSignal | undefined;
}

export interface ExportOrder {
  readonly range: DayRange;
  /** Null: all, removed ones with kept history included. */
  readonly connection: string | null;
  readonly profile: ExportProfile;
  readonly target: ExportTarget;
  readonly onProgress?: (progress: ExportProgress) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * The core as the command line sees it: the same parts that the tray uses,
 * without a window. Calls may reject with FaultError or ExportError.
 */
export interface CliApp {
  /** A sentence about a damaged file that was set aside at the start. */
  readonly notice?: string | null;
  /** Checks the key, keeps it, and is back: it does not wait for history. */
  connect(
    credential: Credential,
    name: string | null,
  ): Promise<
    Outcome<{
      readonly id: string;
      readonly replaced: boolean;
      readonly rejoined: boolean;
      readonly warning: string | null;
    }>
  >;
  /** Removed ones with kept history included. */
  connections(): Promise<readonly ConnectionView[]>;
  disconnect(id: string, forget: boolean): Promise<Outcome<undefined>>;
  /** Waits for the whole sync, backfill included. One outcome a connection. */
  refresh(request: RefreshRequest): Promise<readonly RefreshOutcome[]>;
  status(): Promise<Status>;
  exportCsv(order: ExportOrder): Promise<{
    readonly rows: number;
    readonly unknownDays: readonly UnknownDays[];
  }>;
  /** Lets go of ledger, leases and timers. */
  close(): Promise<void>;
}

/** What a command may touch of the process. */
export interface CliIo {
  /** Null where there is no standard input (Windows). */
  readonly stdin: (Readable & { readonly isTTY?: boolean }) | null;
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** What a relative FILE is relative to: where the user stands, whatever the launcher did. */
  readonly cwd: string;
  /** Raised by Ctrl-C, a polite kill or a terminal that closes, without a reason of its own. */
  readonly signal?: AbortSignal;
}
