/**
 * The one store. Main feeds it: a snapshot on mount, the whole state at every
 * change after. Beside that it holds only which screen is open, and over
 * which.
 */
import { create } from 'zustand';

import type { Day } from '../shared/day';
import type { AppState, ProviderId, ViewChoice } from '../shared/model';
import { bridge, send } from './bridge';
import { isOnlyHistory } from './labels';

export type Screen =
  | { readonly name: 'overview' }
  | { readonly name: 'day'; readonly day: Day }
  | { readonly name: 'settings' }
  | { readonly name: 'export' }
  | { readonly name: 'connect'; readonly provider: ProviderId | null }
  | { readonly name: 'replace-key'; readonly connection: string };

export interface Store {
  readonly app: AppState | null;
  readonly screen: Screen;
  /** The screens it was opened from, the overview first. */
  readonly beneath: readonly Screen[];
  /** What was just chosen, until main's next state confirms it. */
  readonly chosen: ViewChoice | null;
}

const OVERVIEW: Screen = { name: 'overview' };

export const useStore = create<Store>(() => ({ app: null, screen: OVERVIEW, beneath: [], chosen: null }));

/** Where the focus goes back to when a screen closes. */
let opener: Element | null = null;

/** What two screens are told apart by; days are turned over like pages of one. */
function pageOf(screen: Screen): string {
  return screen.name === 'connect' ? `connect ${screen.provider ?? ''}` : screen.name;
}

export function open(screen: Screen): void {
  const { screen: shown, beneath } = useStore.getState();
  if (shown.name === 'overview') opener = document.activeElement;
  const path = [...beneath, shown];
  // What is open already is come back to, so that the way back never grows by going round.
  const before = path.findIndex((one) => pageOf(one) === pageOf(screen));
  useStore.setState({ screen, beneath: before === -1 ? path : path.slice(0, before) });
}

/** To the screen that this one was opened from. */
export function back(): void {
  const { beneath } = useStore.getState();
  const screen = beneath.at(-1);
  if (screen === undefined || screen.name === 'overview') home();
  else useStore.setState({ screen, beneath: beneath.slice(0, -1) });
}

/** To the overview, from however far. */
export function home(): void {
  useStore.setState({ screen: OVERVIEW, beneath: [] });
  const target = opener;
  opener = null;
  requestAnimationFrame(() => {
    if (target instanceof HTMLElement && target.isConnected) target.focus();
  });
}

/** Asks main for another view; the choice shows at once. */
export function setView(patch: Partial<ViewChoice>): void {
  const { app, chosen } = useStore.getState();
  if (app === null) return;
  const view = { ...(chosen ?? app.overview.view), ...patch };
  useStore.setState({ chosen: view });
  send(bridge.call('setView', view));
}

/** Asks main to read; where nothing is left to read, leads to what would be. */
export function refresh(connection: string | null = null): void {
  const { app } = useStore.getState();
  if (app !== null && isOnlyHistory(app.overview.connections)) open({ name: 'connect', provider: null });
  else send(bridge.call('refresh', { connection }));
}

/** Subscribes to main, then asks for what is there already. */
export function follow(): void {
  let pushed = false;
  const take = (app: AppState): void => useStore.setState({ app, chosen: null });
  bridge.on('state', (app) => {
    pushed = true;
    take(app);
  });
  bridge.on('show', (name) => {
    if (name === 'overview') home();
    else open(name === 'connect' ? { name, provider: null } : { name });
  });
  send(
    bridge.call('snapshot', undefined).then((app) => {
      // A push that overtook the snapshot is newer than it.
      if (!pushed) take(app);
    }),
  );
}
