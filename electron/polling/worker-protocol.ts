/** What main and the sync worker say to each other. Keys never pass here. */
import type { DayRange } from '../../shared/day.js';
import type { ExportProfile } from '../../shared/choices.js';
import type { Fault } from '../../shared/faults.js';
import type { ProviderId, SyncProgress } from '../../shared/model.js';
import type { VendorResponse } from '../providers/adapter.js';
import type { SyncOptions, SyncOutcome } from './sync.js';

export interface WorkerData {
  readonly ledgerFile: string;
}

export interface ExportJob {
  readonly path: string;
  readonly overwrite: boolean;
  readonly range: DayRange;
  readonly connections: readonly string[] | null;
  readonly profile: ExportProfile;
}

export type ToWorker =
  | {
      readonly type: 'sync';
      readonly job: number;
      readonly provider: ProviderId;
      readonly options: SyncOptions;
    }
  | { readonly type: 'export'; readonly job: number; readonly export: ExportJob }
  | { readonly type: 'cancel'; readonly job: number }
  /** No job is left: the worker is let go. Main says so, since only main knows what it has sent. */
  | { readonly type: 'end' }
  | { readonly type: 'answer'; readonly request: number; readonly response: VendorResponse }
  | { readonly type: 'refusal'; readonly request: number; readonly fault: Fault };

export type FromWorker =
  | {
      readonly type: 'ask';
      readonly job: number;
      readonly request: number;
      readonly path: string;
      readonly query: Readonly<Record<string, string>>;
    }
  | { readonly type: 'progress'; readonly job: number; readonly progress: SyncProgress }
  | { readonly type: 'exported'; readonly job: number; readonly rows: number; readonly total: number }
  | { readonly type: 'written' }
  | { readonly type: 'synced'; readonly job: number; readonly outcome: SyncOutcome }
  | {
      readonly type: 'export-done';
      readonly job: number;
      readonly result:
        | { readonly ok: true; readonly rows: number }
        | { readonly ok: false; readonly cancelled: boolean; readonly message: string };
    };
