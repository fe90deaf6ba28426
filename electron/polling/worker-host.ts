/** Main's side of the sync worker: starts it for the first job, answers what it asks, lets it go. */
import { Worker } from 'node:worker_threads';

import type { Fault } from '../../shared/faults.js';
import type { ProviderId, SyncProgress } from '../../shared/model.js';
import type { VendorHttp } from '../providers/adapter.js';
import { toFault } from './sync.js';
import type { SyncOptions, SyncOutcome } from './sync.js';
import type { ExportJob, FromWorker, ToWorker, WorkerData } from './worker-protocol.js';

/**
 * A page's rows live for as long as it takes to store them. With V8's own size
 * they are copied about in the middle of every page, on all cores.
 */
const YOUNG_GENERATION_MB = 96;

export interface SyncRequest {
  readonly provider: ProviderId;
  readonly options: SyncOptions;
  /** Asks the vendor with the connection's key; the signal ends it with the sync. */
  readonly http: (signal: AbortSignal) => VendorHttp;
  readonly onProgress: (progress: SyncProgress) => void;
}

export type ExportOutcome =
  | { readonly ok: true; readonly rows: number }
  | { readonly ok: false; readonly cancelled: boolean; readonly message: string };

export interface Running<T> {
  readonly done: Promise<T>;
  cancel(): void;
}

interface Job {
  readonly worker: Worker;
  readonly http: VendorHttp | null;
  message(message: FromWorker): void;
  fail(fault: Fault): void;
}

export interface WorkerHostOptions {
  readonly script: URL;
  readonly ledgerFile: string;
  /** The worker wrote to the ledger. */
  readonly onWritten: () => void;
}

export class WorkerHost {
  private worker: Worker | null = null;
  private readonly jobs = new Map<number, Job>();
  private lastJob = 0;

  constructor(private readonly options: WorkerHostOptions) {}

  sync(request: SyncRequest): Running<SyncOutcome> {
    const aborter = new AbortController();
    return this.start<SyncOutcome>(
      request.http(aborter.signal),
      (job) => ({ type: 'sync', job, provider: request.provider, options: request.options }),
      (message, finish) => {
        if (message.type === 'progress') request.onProgress(message.progress);
        if (message.type === 'synced') finish(message.outcome);
      },
      (fault) => ({ kind: 'failed', fault }),
      () => aborter.abort(),
    );
  }

  export(job: ExportJob, onProgress: (rows: number, total: number) => void): Running<ExportOutcome> {
    return this.start<ExportOutcome>(
      null,
      (number) => ({ type: 'export', job: number, export: job }),
      (message, finish) => {
        if (message.type === 'exported') onProgress(message.rows, message.total);
        if (message.type === 'export-done') finish(message.result);
      },
      () => ({ ok: false, cancelled: false, message: 'The export failed; try it again.' }),
      () => undefined,
    );
  }

  /** Ends the worker at once: what was staged is gone, what was committed stays. */
  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private start<T>(
    http: VendorHttp | null,
    begin: (job: number) => ToWorker,
    receive: (message: FromWorker, finish: (value: T) => void) => void,
    failed: (fault: Fault) => T,
    onCancel: () => void,
  ): Running<T> {
    this.lastJob += 1;
    const number = this.lastJob;
    const worker = this.running();
    const done = new Promise<T>((resolve) => {
      const finish = (value: T): void => {
        this.jobs.delete(number);
        this.release(worker);
        resolve(value);
      };
      this.jobs.set(number, {
        worker,
        http,
        message: (message) => receive(message, finish),
        fail: (fault) => finish(failed(fault)),
      });
    });
    worker.postMessage(begin(number));
    return {
      done,
      cancel: () => {
        worker.postMessage({ type: 'cancel', job: number } satisfies ToWorker);
        onCancel();
      },
    };
  }

  /** A worker without a job is let go; the next job starts a new one. */
  private release(worker: Worker): void {
    if (this.worker !== worker || [...this.jobs.values()].some((job) => job.worker === worker)) return;
    this.worker = null;
    worker.postMessage({ type: 'end' } satisfies ToWorker);
  }

  private running(): Worker {
    if (this.worker !== null) return this.worker;
    const data: WorkerData = { ledgerFile: this.options.ledgerFile };
    const worker = new Worker(this.options.script, {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    worker.on('message', (message: FromWorker) => this.receive(worker, message));
    worker.on('error', (error) => this.lost(worker, toFault(error)));
    worker.on('exit', () => this.lost(worker, { kind: 'internal', detail: 'worker ended', retryAt: null }));
    this.worker = worker;
    return worker;
  }

  private receive(worker: Worker, message: FromWorker): void {
    if (message.type === 'written') {
      this.options.onWritten();
      return;
    }
    const job = this.jobs.get(message.job);
    if (message.type === 'ask') {
      if (job?.http) void answer(worker, job.http, message);
      return;
    }
    job?.message(message);
  }

  private lost(worker: Worker, fault: Fault): void {
    if (this.worker === worker) this.worker = null;
    for (const job of [...this.jobs.values()]) {
      if (job.worker === worker) job.fail(fault);
    }
  }
}

async function answer(
  worker: Worker,
  http: VendorHttp,
  ask: Extract<FromWorker, { type: 'ask' }>,
): Promise<void> {
  try {
    const response = await http.get(ask.path, ask.query);
    const message: ToWorker = { type: 'answer', request: ask.request, response };
    const { buffer } = response.body;
    worker.postMessage(message, buffer instanceof ArrayBuffer ? [buffer] : []);
  } catch (error) {
    const message: ToWorker = { type: 'refusal', request: ask.request, fault: toFault(error) };
    worker.postMessage(message);
  }
}
