/**
 * The sync worker: parses, checks, maps and writes off the main thread, and
 * streams exports. It opens the ledger for itself, asks the vendors through main
 * and is let go when its last job is done.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

import { FaultError } from '../../shared/faults.js';
import { ExportError } from '../export/error.js';
import { exportCsv } from '../export/export.js';
import { openLedger } from '../ledger/ledger.js';
import type { Ledger } from '../ledger/types.js';
import type { VendorHttp, VendorResponse } from '../providers/adapter.js';
import { ADAPTERS } from '../providers/index.js';
import { syncConnection, toFault } from './sync.js';
import type { SyncOutcome } from './sync.js';
import type { ExportJob, FromWorker, ToWorker, WorkerData } from './worker-protocol.js';

if (parentPort === null) throw new Error('worker.ts runs as a worker thread only');
const port = parentPort;
const { ledgerFile } = workerData as WorkerData;
const opened = open();

/** A newer version may have taken the file over meanwhile: every job then ends with that fault. */
function open(): Ledger | FaultError {
  try {
    // Main has checked the whole file at its start.
    return openLedger(ledgerFile, () => Date.now(), { checked: true }).ledger;
  } catch (error) {
    if (error instanceof FaultError) return error;
    throw error;
  }
}

function usable(): Ledger {
  if (opened instanceof FaultError) throw opened;
  return opened;
}

const jobs = new Map<number, AbortController>();
const waiting = new Map<number, { resolve(response: VendorResponse): void; reject(error: unknown): void }>();
let requests = 0;

function say(message: FromWorker): void {
  port.postMessage(message);
}

function httpFor(job: number): VendorHttp {
  return {
    get: (path, query = {}) => {
      requests += 1;
      const request = requests;
      const answer = new Promise<VendorResponse>((resolve, reject) =>
        waiting.set(request, { resolve, reject }),
      );
      say({ type: 'ask', job, request, path, query });
      return answer;
    },
  };
}

async function sync(
  { job, provider, options }: Extract<ToWorker, { type: 'sync' }>,
  signal: AbortSignal,
): Promise<SyncOutcome> {
  return syncConnection(
    {
      ledger: usable(),
      adapter: ADAPTERS[provider],
      http: httpFor(job),
      now: () => Date.now(),
      random: Math.random,
      sleep: (milliseconds, abort) => sleep(milliseconds, undefined, { signal: abort }),
      signal,
      onProgress: (progress) => say({ type: 'progress', job, progress }),
      onWritten: () => say({ type: 'written' }),
    },
    options,
  );
}

async function runSync(message: Extract<ToWorker, { type: 'sync' }>, signal: AbortSignal): Promise<void> {
  const outcome = await sync(message, signal).catch((error: unknown) => ({
    kind: 'failed' as const,
    fault: toFault(error),
  }));
  say({ type: 'synced', job: message.job, outcome });
}

async function runExport(job: number, options: ExportJob, signal: AbortSignal): Promise<void> {
  try {
    const { rows } = await exportCsv({
      source: usable(),
      question: { range: options.range, connections: options.connections },
      profile: options.profile,
      target: { kind: 'file', path: options.path, overwrite: options.overwrite },
      onProgress: (progress) => say({ type: 'exported', job, ...progress }),
      signal,
    });
    say({ type: 'export-done', job, result: { ok: true, rows } });
  } catch (error) {
    const message =
      error instanceof ExportError || error instanceof FaultError ? error.message : 'The export failed.';
    say({ type: 'export-done', job, result: { ok: false, cancelled: signal.aborted, message } });
  }
}

async function run(job: number, body: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  jobs.set(job, controller);
  await body(controller.signal);
  jobs.delete(job);
}

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'sync':
      void run(message.job, (signal) => runSync(message, signal));
      break;
    case 'export':
      void run(message.job, (signal) => runExport(message.job, message.export, signal));
      break;
    case 'cancel':
      jobs.get(message.job)?.abort();
      break;
    case 'end':
      if (!(opened instanceof FaultError)) opened.close();
      port.close();
      break;
    case 'answer':
      waiting.get(message.request)?.resolve(message.response);
      waiting.delete(message.request);
      break;
    case 'refusal': {
      const { kind, detail, retryAt } = message.fault;
      waiting.get(message.request)?.reject(new FaultError(kind, detail, retryAt));
      waiting.delete(message.request);
      break;
    }
  }
});
