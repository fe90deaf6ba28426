/** Main's answers to the renderer's calls, over the core. */
import type { Day } from '../../shared/day.js';
import { FaultError, faultMessage, keyRefusedMessage } from '../../shared/faults.js';
import type { CallOutput, CallParsed, Handlers, Outcome } from '../../shared/ipc.js';
import type { LinkId } from '../../shared/links.js';
import { PROVIDER_NAMES } from '../../shared/model.js';
import type { AppState, ProviderId, ViewChoice } from '../../shared/model.js';
import { parseNanos } from '../../shared/money.js';
import type { Settings } from '../../shared/settings.js';
import { UnknownConnectionError } from '../core/connections.js';
import type { Core } from '../core/core.js';
import type { UnknownDays } from '../export/unknown-days.js';

/** What the handlers need of the window. */
export interface HandlerShell {
  /** The page is there and listens. */
  readonly pageReady: () => void;
  readonly changed: () => void;
  /** All that is shown at present. */
  readonly state: () => AppState;
  /** Where to save an export, or null when the user cancels. */
  readonly chooseExportPath: (order: CallParsed<'exportCsv'>) => Promise<string | null>;
  readonly copy: (text: string) => void;
  readonly diagnostics: () => string;
  readonly openLink: (link: LinkId) => Promise<void>;
  readonly settingsChanged: (settings: Settings, before: Settings) => string | null;
  readonly startDemo: () => void;
  readonly leaveDemo: () => void;
  /**
   * Everything of the core is gone: what the system keeps for us goes too, then the program ends.
   * It says which paths are left for the user to remove.
   */
  readonly quitAfterDelete: (left: readonly string[]) => Promise<void>;
  readonly closePopover: () => void;
}

const DONE: Outcome<undefined> = { ok: true, value: undefined };

export function createHandlers(core: Core, shell: HandlerShell): Handlers {
  const { connections, syncs } = core;
  return {
    snapshot: () => {
      shell.pageReady();
      return shell.state();
    },
    setView: (view) => {
      core.view = view satisfies ViewChoice;
      shell.changed();
      return undefined;
    },
    refresh: ({ connection }) => {
      const chosen = core.parts.ledger
        .connections()
        .filter(({ id, removedAt }) => removedAt === null && (connection === null || id === connection));
      syncs.begin(
        chosen.map(({ id }) => id),
        true,
      );
    },
    cancelSync: ({ connection }) => {
      syncs.cancel(connection);
      return undefined;
    },
    connect: ({ name, credential }) =>
      attempt(credential.provider, async () => {
        const { connection, replaced, rejoined, warning } = await connections.connect(credential, name);
        syncs.beginAnew(connection.id);
        return { id: connection.id, replaced, rejoined, warning };
      }),
    replaceKey: ({ connection, credential }) =>
      attempt(credential.provider, async () => {
        const { warning } = await connections.replaceKey(connection, credential);
        syncs.beginAnew(connection);
        return { warning };
      }),
    rename: ({ connection, name }) => perform(() => connections.rename(connection, name)),
    setRate: ({ connection, usdPerUnit, from }) =>
      perform(() => connections.setRate(connection, from, parseNanos(usdPerUnit))),
    disconnect: async ({ connection, forget }) => {
      syncs.cancel(connection);
      const outcome = await attempt(null, () => connections.disconnect(connection, forget));
      if (!outcome.ok) return outcome;
      if (outcome.value.keyDeleted) return DONE;
      return {
        ok: false,
        kind: 'keychain-denied',
        message:
          'The connection was removed, but the keychain kept its key; delete it in the keychain’s own program.',
      };
    },
    forgetHistory: ({ connection }) => perform(() => connections.forgetHistory(connection)),
    dayDetail: ({ day }) => answer(null, () => core.dayDetail(day)),
    resourceDetail: ({ key, by }) => answer(null, () => core.rowDetail(key, by)),
    exportCsv: (order) => exportCsv(order),
    cancelExport: () => {
      core.cancelExport();
      return undefined;
    },
    setSettings: (patch) =>
      perform(() => {
        const before = core.settings();
        const problem = shell.settingsChanged(core.parts.settings.change(patch), before);
        if (problem !== null) throw new RefusedError(problem);
      }),
    copyDiagnostics: () => perform(() => shell.copy(shell.diagnostics())),
    openLink: async ({ link }) => {
      await shell.openLink(link);
      return undefined;
    },
    startDemo: () => perform(() => shell.startDemo()),
    leaveDemo: () => perform(() => shell.leaveDemo()),
    deleteAll: () =>
      perform(async () => {
        const deletion = await core.deleteAll();
        if (deletion.kind === 'refused') {
          throw new RefusedError(
            'The keychain did not give up every key, so history and settings are still here; unlock it and try again.',
          );
        }
        await shell.quitAfterDelete(deletion.left);
      }),
    closePopover: () => {
      shell.closePopover();
      return undefined;
    },
  };

  /** As {@link attempt}, for work that has no value. */
  function perform(work: () => void | Promise<void>): Promise<Outcome<undefined>> {
    return attempt(null, async () => {
      await work();
      return undefined;
    });
  }

  /** As {@link answer}, for work that changes something: views are told, whatever came of it. */
  async function attempt<T>(provider: ProviderId | null, work: () => T | Promise<T>): Promise<Outcome<T>> {
    try {
      return await answer(provider, work);
    } finally {
      shell.changed();
    }
  }

  /**
   * The value of some work, with its faults as sentences. A question changes
   * nothing: a view that asks again after every change would never come to rest.
   */
  async function answer<T>(provider: ProviderId | null, work: () => T | Promise<T>): Promise<Outcome<T>> {
    try {
      return { ok: true, value: await work() };
    } catch (error) {
      if (error instanceof FaultError) {
        const vendor = provider === null ? 'the vendor' : PROVIDER_NAMES[provider];
        // Only where a key is entered a provider is named.
        const message = provider === null ? faultMessage(error, vendor) : keyRefusedMessage(error, vendor);
        return { ok: false, kind: error.kind, message };
      }
      if (error instanceof UnknownConnectionError || error instanceof RefusedError) {
        return { ok: false, kind: 'invalid', message: error.message };
      }
      throw error;
    }
  }

  async function exportCsv(order: CallParsed<'exportCsv'>): Promise<CallOutput<'exportCsv'>> {
    const path = await shell.chooseExportPath(order);
    if (path === null) return { ok: false, kind: 'cancelled', message: 'The export was cancelled.' };
    // Asked before: what a sync reads meanwhile may come too late for the export.
    const lacking = core.unknownDays(order.range, order.connection);
    // The dialog has asked whether a file that exists may be replaced.
    const done = core.exportFile(path, { ...order, overwrite: true }, () => shell.changed());
    shell.changed();
    const outcome = await done;
    shell.changed();
    if (outcome.ok) {
      const daysOf = (found: readonly UnknownDays[]): Set<Day> => new Set(found.flatMap(({ days }) => days));
      const unread = lacking.filter(({ stays }) => stays !== 'unreported');
      const unknown = daysOf(unread.filter(({ inPart }) => !inPart));
      const value = {
        path,
        rows: outcome.rows,
        unknownDays: unknown.size,
        daysInPart: daysOf(unread).size - unknown.size,
        unreportedDays: daysOf(lacking).size - daysOf(unread).size,
      };
      return { ok: true, value };
    }
    return { ok: false, kind: outcome.cancelled ? 'cancelled' : 'invalid', message: outcome.message };
  }
}

/** A change that the system did not allow, in one sentence. */
class RefusedError extends Error {}
