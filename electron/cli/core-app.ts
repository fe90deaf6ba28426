/** The command line's view of the core. */
import { FaultError, faultMessage, keyRefusedMessage } from '../../shared/faults.js';
import type { Fault } from '../../shared/faults.js';
import { PROVIDER_NAMES } from '../../shared/model.js';
import { exportCsv } from '../export/export.js';
import { isoSeconds } from '../export/profiles.js';
import type { Core } from '../core/core.js';
import type { CliApp, RefreshOutcome, RefreshRequest } from './app.js';

export function cliApp(core: Core): CliApp {
  const { ledger, ledgerNotice } = core.parts;
  return {
    notice: ledgerNotice,
    connect: async (credential, name) => {
      try {
        const { connection, replaced, rejoined, warning } = await core.connections.connect(credential, name);
        return { ok: true, value: { id: connection.id, replaced, rejoined, warning } };
      } catch (error) {
        if (!(error instanceof FaultError)) throw error;
        return {
          ok: false,
          kind: error.kind,
          message: keyRefusedMessage(withTime(error), PROVIDER_NAMES[credential.provider]),
        };
      }
    },
    connections: () => Promise.resolve(core.connectionViews()),
    disconnect: async (id, forget) => {
      const { keyDeleted } = await core.connections.disconnect(id, forget);
      if (keyDeleted) return { ok: true, value: undefined };
      return {
        ok: false,
        kind: 'keychain-denied',
        message:
          'The connection was removed, but the keychain kept its key; delete it in the keychain’s own program.',
      };
    },
    refresh: (request) => refresh(core, request),
    status: () => Promise.resolve(core.status()),
    exportCsv: async (order) => {
      const { range, connection, profile, target, signal } = order;
      // Asked before: what a sync reads meanwhile may come too late for the export.
      const unknownDays = core.unknownDays(range, connection);
      const { rows } = await exportCsv({
        source: ledger,
        question: { range, connections: connection === null ? null : [connection] },
        profile,
        target,
        ...(order.onProgress === undefined ? {} : { onProgress: order.onProgress }),
        ...(signal === undefined ? {} : { signal }),
      });
      return { rows, unknownDays };
    },
    close: () => core.close(),
  };
}

async function refresh(core: Core, request: RefreshRequest): Promise<RefreshOutcome[]> {
  const { syncs, parts } = core;
  const chosen = parts.ledger
    .connections()
    .filter(
      ({ id, removedAt }) => removedAt === null && (request.connection === null || id === request.connection),
    );
  return Promise.all(
    chosen.map(async ({ id, name, provider }): Promise<RefreshOutcome> => {
      const outcome = await syncs.sync(id, {
        onDemand: true,
        since: request.since,
        signal: request.signal,
        onProgress: (progress) => request.onProgress(name, progress),
      });
      const view = core.connectionViews().find((one) => one.id === id);
      const result = { connection: id, name, dataThrough: view?.dataThrough ?? null };
      if (outcome.kind === 'done') return { ...result, ok: true, message: null };
      if (outcome.kind === 'failed') {
        return {
          ...result,
          ok: false,
          message: faultMessage(withTime(outcome.fault), PROVIDER_NAMES[provider]),
        };
      }
      return { ...result, ok: false, message: stoppedMessage(name) };
    }),
  );
}

/** There is no countdown here: when a wait ends is said in the sentence. */
export function withTime({ kind, detail, retryAt }: Fault): Fault {
  if (retryAt === null) return { kind, detail, retryAt };
  const until = `not before ${isoSeconds(retryAt)}`;
  return { kind, detail: detail === null ? until : `${detail}; ${until}`, retryAt };
}

function stoppedMessage(name: string): string {
  return `The refresh of ${name} was stopped before its end; run it again.`;
}
