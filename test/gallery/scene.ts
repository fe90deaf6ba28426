/** All that the program knows in a state of the gallery. What is shown of it, the program's own core decides. */
import { dayDetail, rowDetail } from '../../electron/core/details';
import { clockTime } from '../../electron/core/locale';
import { buildOverview } from '../../electron/core/overview';
import type { Ledger } from '../../electron/ledger/types';
import type { Day } from '../../shared/day';
import type {
  AppState,
  BreakdownBy,
  DayDetail,
  ResourceDetail,
  SyncProgress,
  ViewChoice,
} from '../../shared/model';
import { DEFAULT_VIEW } from '../../shared/model';
import { DEFAULT_SETTINGS } from '../../shared/settings';
import type { Settings } from '../../shared/settings';
import { ACCOUNT, NOW } from './account';
import type { Account } from './account';
import { ledgerOf } from './ledger';

export interface Scene {
  readonly account: Account;
  readonly settings: Settings;
  readonly view: ViewChoice;
  /** Connections being read, and how far that is. */
  readonly syncing: ReadonlyMap<string, SyncProgress | null>;
  /** Connections whose key lives in memory only. */
  readonly sessionOnly: ReadonlySet<string>;
  readonly nextPollAt: number | null;
  readonly app: Pick<AppState, 'secretStore' | 'demo' | 'leadsBack' | 'ledgerNotice' | 'exporting'>;
}

/** An ordinary month with a budget. */
export const USUAL: Scene = {
  account: ACCOUNT,
  settings: { ...DEFAULT_SETTINGS, numberLocale: 'en-GB', budgetUsd: '2500' },
  view: DEFAULT_VIEW,
  syncing: new Map(),
  sessionOnly: new Set(),
  nextPollAt: NOW + 13 * 60_000,
  app: { secretStore: 'keychain', demo: false, leadsBack: false, ledgerNotice: null, exporting: null },
};

const ledgers = new Map<Account, Ledger>();

function ledger(account: Account): Ledger {
  const known = ledgers.get(account) ?? ledgerOf(account);
  ledgers.set(account, known);
  return known;
}

/** As main builds it. */
export function appOf(scene: Scene, view: ViewChoice = scene.view): AppState {
  const { account, settings, syncing, sessionOnly, nextPollAt, app } = scene;
  return {
    ...app,
    settings,
    overview: buildOverview({
      ledger: ledger(account),
      settings,
      view,
      live: {
        now: NOW,
        cadenceMinutes: settings.cadenceMinutes,
        syncing,
        sessionOnly,
        unrecorded: new Map(),
      },
      secretStore: app.secretStore,
      ledgerNotice: app.ledgerNotice,
      nextPollAt,
      formatTime: (instant) => clockTime(instant, settings.numberLocale),
    }),
    about: { version: '0.1.0', dataFolder: '/home/ada/.config/Cost Tray', ledgerBytes: 18_436_096 },
  };
}

/** The connections that a view counts. */
function selected({ account }: Scene, { connection }: ViewChoice): Account['connections'] {
  const chosen = account.connections.filter(({ id }) => id === connection);
  return chosen.length === 0 ? account.connections : chosen;
}

export function dayOfScene(scene: Scene, view: ViewChoice, value: Day): DayDetail {
  return dayDetail(ledger(scene.account), selected(scene, view), value, NOW);
}

export function rowOfScene(
  scene: Scene,
  { overview }: AppState,
  key: string,
  by: BreakdownBy,
): ResourceDetail {
  const { view, total } = overview;
  return rowDetail(ledger(scene.account), selected(scene, view), key, by, total.range, NOW);
}
