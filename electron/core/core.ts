/**
 * The program without a window: ledger, keys, syncs and the answers that views,
 * tray and command line show. Built once by the composition root.
 */
import { addDays, addMonths, dayOf, eachDay, earlier, firstOfMonth, later } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { ExportProfile } from '../../shared/choices.js';
import type {
  AppState,
  BreakdownBy,
  ConnectionView,
  DayDetail,
  ExportProgress,
  Overview,
  ResourceDetail,
  SecretStoreState,
  ViewChoice,
} from '../../shared/model.js';
import { DEFAULT_VIEW } from '../../shared/model.js';
import { resolvePeriod } from '../../shared/period.js';
import { periodAmount } from '../../shared/policy/period-amount.js';
import type { Settings } from '../../shared/settings.js';
import { unknownDays } from '../export/unknown-days.js';
import type { UnknownDays } from '../export/unknown-days.js';
import type { Connection, Ledger } from '../ledger/types.js';
import type { WorkerHost } from '../polling/worker-host.js';
import type { ExportOutcome, Running } from '../polling/worker-host.js';
import type { Connections } from './connections.js';
import { ofConnections, readDayFacts, within } from './day-facts.js';
import type { DayFacts } from './day-facts.js';
import { gapsOf } from './day-gaps.js';
import { emptyLedger, removeFiles } from './deletion.js';
import type { Deletion } from './deletion.js';
import { dayDetail, rowDetail } from './details.js';
import type { Home } from './home.js';
import type { KeyRing } from './key-ring.js';
import { connectionViews } from './connection-views.js';
import type { LiveState } from './connection-views.js';
import { buildOverview } from './overview.js';
import type { SettingsStore } from './settings-store.js';
import { STATUS_PERIODS } from './status.js';
import type { Status, StatusConnection, StatusPeriod } from './status.js';
import type { Syncs } from './syncs.js';

/** No further back from the end of an export are gaps looked for. */
const LONGEST_EXPORT_MONTHS = 120;

export interface CoreParts {
  readonly home: Home;
  readonly ledger: Ledger;
  /** One sentence where a damaged ledger was set aside. */
  readonly ledgerNotice: string | null;
  readonly keys: KeyRing;
  readonly secretStore: SecretStoreState;
  readonly settings: SettingsStore;
  readonly connections: Connections;
  readonly syncs: Syncs;
  readonly host: WorkerHost;
  readonly demo: boolean;
  readonly leadsBack: boolean;
  readonly version: string;
  readonly now: () => number;
  readonly formatTime: (time: number) => string;
}

export class Core {
  view: ViewChoice = DEFAULT_VIEW;
  private exporting: { readonly running: Running<ExportOutcome>; progress: ExportProgress } | null = null;

  constructor(
    readonly parts: CoreParts,
    /** Asked whenever a view is built: the scheduler belongs to the window. */
    private readonly nextPollAt: () => number | null,
  ) {}

  get connections(): Connections {
    return this.parts.connections;
  }

  get syncs(): Syncs {
    return this.parts.syncs;
  }

  settings(): Settings {
    return this.parts.settings.get();
  }

  overview(view: ViewChoice = this.view): Overview {
    const { ledger, ledgerNotice, formatTime } = this.parts;
    return ledger.atOnce(() =>
      buildOverview({
        ledger,
        settings: this.settings(),
        view,
        live: this.live(),
        secretStore: this.secretStore(),
        ledgerNotice,
        nextPollAt: this.nextPollAt(),
        formatTime,
      }),
    );
  }

  /** All that the renderer shows. */
  state(): AppState {
    const { home, ledger, demo, leadsBack, version, ledgerNotice } = this.parts;
    return {
      overview: this.overview(),
      settings: this.settings(),
      secretStore: this.secretStore(),
      demo,
      leadsBack,
      ledgerNotice,
      exporting: this.exporting?.progress ?? null,
      about: { version, dataFolder: home.folder, ledgerBytes: ledger.bytes() },
    };
  }

  dayDetail(day: Day): DayDetail {
    const { ledger, now } = this.parts;
    return ledger.atOnce(() => dayDetail(ledger, this.selected(), day, now()));
  }

  rowDetail(key: string, by: BreakdownBy): ResourceDetail {
    const { ledger, now } = this.parts;
    return ledger.atOnce(() => {
      const { total } = this.overview();
      return rowDetail(ledger, this.selected(), key, by, total.range, now());
    });
  }

  /** States and sums of this month and the last, over all connections. */
  recentFacts(): DayFacts {
    const { ledger, now } = this.parts;
    const today = dayOf(now());
    const from = earlier(addMonths(firstOfMonth(today), -1), addDays(today, -31));
    return readDayFacts(ledger, ledger.connections(), { from, to: today }, today);
  }

  /** The connections as lists show them, removed ones with kept history included. */
  connectionViews(): ConnectionView[] {
    const { ledger } = this.parts;
    return ledger.atOnce(() => connectionViews(ledger, this.recentFacts(), this.live()));
  }

  /** What `status` and `check` show. */
  status(): Status {
    return this.parts.ledger.atOnce(() => this.statusNow());
  }

  private statusNow(): Status {
    const { ledger, now } = this.parts;
    const time = now();
    const today = dayOf(time);
    const facts = this.recentFacts();
    const live = this.live();
    const { forecast, asOf } = this.overview(DEFAULT_VIEW);
    const period = (id: StatusPeriod) => {
      const days = resolvePeriod(id, today);
      return periodAmount({ range: days, today, ...within(facts, days) });
    };
    return {
      now: time,
      periods: Object.fromEntries(STATUS_PERIODS.map((id) => [id, period(id)])) as Status['periods'],
      forecast,
      connections: connectionViews(ledger, facts, live).map((view): StatusConnection => ({
        ...view,
        coverage: this.coverage(view.id, today),
      })),
      asOf,
      cadenceMinutes: live.cadenceMinutes,
      leftDays: this.leftDays(facts),
    };
  }

  /** Days that no connection lacks but those that were removed. */
  private leftDays({ states }: DayFacts): ReadonlySet<Day> {
    const removed = new Set(
      this.parts.ledger
        .connections()
        .filter(({ removedAt }) => removedAt !== null)
        .map(({ id }) => id),
    );
    const lacking = states.filter(({ state }) => state === 'unknown');
    const left = new Set(lacking.filter(({ connection }) => removed.has(connection)).map(({ day }) => day));
    for (const { day, connection } of lacking) if (!removed.has(connection)) left.delete(day);
    return left;
  }

  /** The days of a range that connections have not read whole. */
  unknownDays(range: DayRange, connection: string | null): readonly UnknownDays[] {
    return this.parts.ledger.atOnce(() => this.unknownDaysNow(range, connection));
  }

  private unknownDaysNow(range: DayRange, connection: string | null): readonly UnknownDays[] {
    const { ledger, now } = this.parts;
    const chosen = ledger.connections().filter(({ id }) => connection === null || id === connection);
    const today = dayOf(now());
    const to = earlier(range.to, today);
    // No account is older; a range of centuries would only take its time.
    const days = { from: later(range.from, addMonths(to, -LONGEST_EXPORT_MONTHS)), to };
    if (chosen.length === 0 && days.from <= days.to) {
      return [
        {
          connection: '',
          name: 'No connection',
          inPart: false,
          days: eachDay(days),
          since: null,
          stays: null,
        },
      ];
    }
    const facts = readDayFacts(ledger, chosen, days, today);
    const historyFrom = addMonths(today, -this.settings().historyMonths);
    const gapOf = gapsOf(ledger, chosen, facts);
    const isRefused = (id: string, day: Day): boolean => gapOf(id, day) === 'refused';
    return unknownDays({ ...facts, connections: chosen, today, historyFrom, isRefused });
  }

  /** Writes a CSV file in the worker. One at a time. */
  async exportFile(
    path: string,
    order: {
      readonly range: DayRange;
      readonly profile: ExportProfile;
      readonly connection: string | null;
      readonly overwrite: boolean;
    },
    onProgress: () => void,
  ): Promise<ExportOutcome> {
    if (this.exporting !== null) {
      return { ok: false, cancelled: false, message: 'An export is running; wait for its end or cancel it.' };
    }
    const running = this.parts.host.export(
      {
        path,
        overwrite: order.overwrite,
        range: order.range,
        connections: order.connection === null ? null : [order.connection],
        profile: order.profile,
      },
      (rows, total) => {
        if (this.exporting !== null) this.exporting.progress = { rows, total };
        onProgress();
      },
    );
    this.exporting = { running, progress: { rows: 0, total: 0 } };
    try {
      return await running.done;
    } finally {
      this.exporting = null;
    }
  }

  cancelExport(): void {
    this.exporting?.running.cancel();
  }

  /**
   * Removes everything the program keeps: keychain entries, ledger, settings.
   * The caller quits then, unless the keychain refused.
   */
  async deleteAll(): Promise<Deletion> {
    const { home, keys, ledger, now } = this.parts;
    // The keys first: their names are in the ledger, so without it nobody would find them again.
    const outcome = await keys.deleteAll(ledger.connections().map(({ id }) => id));
    if (outcome.kind !== 'deleted' && outcome.kind !== 'absent' && !keys.sessionOnly)
      return { kind: 'refused' };
    await this.halt();
    emptyLedger(ledger, now());
    ledger.close();
    return { kind: 'deleted', left: removeFiles(home) };
  }

  async close(): Promise<void> {
    await this.halt();
    this.parts.ledger.close();
  }

  /** Ends what is under way. */
  private async halt(): Promise<void> {
    const exporting = this.exporting?.running;
    exporting?.cancel();
    // Its end takes the half-written file away.
    await exporting?.done;
    await this.parts.syncs.stop();
    await this.parts.host.close();
  }

  live(): LiveState {
    const { syncs, keys, ledger, now } = this.parts;
    const syncing = new Map(syncs.progress());
    for (const { id, removedAt } of ledger.connections()) {
      const holder = removedAt === null && !syncing.has(id) ? ledger.leaseHolder(id, now()) : null;
      if (holder !== null) syncing.set(id, holder.progress);
    }
    return {
      now: now(),
      cadenceMinutes: this.settings().cadenceMinutes,
      syncing,
      sessionOnly: keys.sessionOnlyIds,
      unrecorded: syncs.unrecordedFaults(),
    };
  }

  private secretStore(): SecretStoreState {
    const { secretStore, keys, demo } = this.parts;
    return !demo && keys.sessionOnlyIds.size > 0 ? 'session-only' : secretStore;
  }

  private selected(): Connection[] {
    const all = this.parts.ledger.connections();
    const chosen = all.filter(({ id }) => id === this.view.connection);
    return chosen.length === 0 ? all : chosen;
  }

  private coverage(id: string, today: Day): StatusConnection['coverage'] {
    const { ledger } = this.parts;
    const connection = ledger.connection(id);
    if (connection === null) return null;
    const from = addMonths(today, -this.settings().historyMonths);
    const facts = ofConnections(
      readDayFacts(ledger, [connection], { from, to: today }, today),
      new Set([id]),
    );
    const known = facts.states.filter(({ state }) => state !== 'before');
    const read = known.filter(({ state }) => state !== 'unknown');
    const first = known[0]?.day;
    const last = read.at(-1)?.day;
    if (first === undefined || last === undefined) return null;
    return {
      from: first,
      to: last,
      unknownDays: known.filter(({ state, day }) => state === 'unknown' && day < today).map(({ day }) => day),
      provisionalDays: known.filter(({ state }) => state === 'provisional' || state === 'open').length,
    };
  }
}
