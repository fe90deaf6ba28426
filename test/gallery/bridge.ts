/** Stands in for the preload script: answers every call from a state of the gallery. */
import type { Day } from '../../shared/day';
import type { Bridge, CallInput, CallName, CallOutput, PushName, Pushes } from '../../shared/ipc';
import type { AppState } from '../../shared/model';
import { appOf, dayOfScene, rowOfScene } from './scene';
import type { GalleryState } from './state';

export interface RecordedCall {
  readonly name: CallName;
  readonly input: CallInput<CallName>;
}

type Listeners = { readonly [N in PushName]: Set<(value: Pushes[N]) => void> };

/** The bridge, and what a test does in main's place. */
export interface Stage {
  readonly bridge: Bridge;
  /** What the page asked, in order. */
  readonly calls: readonly RecordedCall[];
  push<N extends PushName>(name: N, value: Pushes[N]): void;
}

type Done = { readonly ok: true; readonly value: undefined };
const DONE: Done = { ok: true, value: undefined };

/** A bridge over one state. A change of view is answered as main would, with a push. */
export function stageOf(state: GalleryState): Stage {
  const { scene } = state;
  let app = appOf(scene);
  // Main asks its rollup; summing 500 resources anew would be the gallery's own time.
  const summed = new Map<string, AppState>();
  const listeners: Listeners = { state: new Set(), show: new Set() };
  const calls: RecordedCall[] = [];
  const push: Stage['push'] = (name, value) => {
    for (const listener of listeners[name]) listener(value);
  };
  const refusal = state.refuse === undefined ? null : ({ ok: false, ...state.refuse } as const);
  const answers: { readonly [N in CallName]: (input: CallInput<N>) => CallOutput<N> } = {
    snapshot: () => app,
    setView: (input) => {
      // What the page sends came from this state, so its days are days.
      const view = JSON.stringify(input);
      app = summed.get(view) ?? appOf(scene, input as AppState['overview']['view']);
      summed.set(view, app);
      push('state', app);
      return undefined;
    },
    refresh: () => undefined,
    cancelSync: () => undefined,
    connect: () => {
      const rejoined = app.overview.connections.some(({ removed }) => removed);
      return refusal ?? { ok: true, value: { id: 'p1', replaced: rejoined, rejoined, warning: null } };
    },
    replaceKey: () => refusal ?? { ok: true, value: { warning: null } },
    rename: () => DONE,
    setRate: () => DONE,
    disconnect: () => DONE,
    forgetHistory: () => DONE,
    dayDetail: ({ day }) => ({ ok: true, value: dayOfScene(scene, app.overview.view, day as Day) }),
    resourceDetail: ({ key, by }) => ({ ok: true, value: rowOfScene(scene, app, key, by) }),
    exportCsv: () => ({
      ok: true,
      value: { path: '/home/ada/costs.csv', rows: 118_000, unknownDays: 0, daysInPart: 0, unreportedDays: 0 },
    }),
    cancelExport: () => undefined,
    setSettings: () => DONE,
    copyDiagnostics: () => DONE,
    openLink: () => undefined,
    startDemo: () => DONE,
    leaveDemo: () => DONE,
    deleteAll: () => DONE,
    closePopover: () => undefined,
  };
  return {
    bridge: {
      call: (name, input) => {
        calls.push({ name, input });
        return Promise.resolve(answers[name](input));
      },
      on: (name, listener) => {
        listeners[name].add(listener);
        return () => listeners[name].delete(listener);
      },
    },
    calls,
    push,
  };
}
