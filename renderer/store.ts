/**
 * The one store. Main feeds it: a snapshot on mount, the whole state at every
 * change after. Beside that it holds only which screen is open.
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
  /** What was just chosen, until main's next state confirms it. */
  readonly chosen: ViewChoice | null;
}

export const useStore = create<Store>(() => ({ app: null, screen: { name: 'overview' }, chosen: null }));

/** Where the focus goes back to when a screen closes. */
let opener: Element | null = null;

export function open(screen: Screen): void {
  if (useStore.getState().screen.name === 'overview') opener = document.activeElement;
  useStore.setState({ screen });
}

export function back(): void {
  useStore.setState({ screen: { name: 'overview' } });
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
    if (name === 'overview') back();
    else open(name === 'connect' ? { name, provider: null } : { name });
  });
  send(
    bridge.call('snapshot', undefined).then((app) => {
      // A push that overtook the snapshot is newer than it.
      if (!pushed) take(app);
    }),
  );
}
