/** Stands in for the preload script: answers every call from a state of the gallery. */
import { addDays, eachDay } from '../../shared/day';
import type { Day } from '../../shared/day';
import type { Bridge, CallInput, CallName, CallOutput, PushName, Pushes } from '../../shared/ipc';
import type { AppState, DayDetail, ResourceDetail } from '../../shared/model';
import { nanos, sum } from '../../shared/money';
import { TODAY, chargeOn, NOW } from './account';
import { ACCOUNT, stateOf } from './overview';
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

function dayDetail(value: Day): DayDetail {
  const lines = ACCOUNT.resources
    .map((resource) => {
      const usd = nanos(chargeOn(resource, value));
      const meters = resource.meters.map(([meter, percent]) => ({
        meter,
        usd: nanos((usd * percent) / 100n),
      }));
      return {
        resourceKey: resource.key,
        resource: resource.name,
        detail: resource.detail,
        provider: resource.provider,
        usd,
        meters,
      };
    })
    .filter(({ usd }) => usd > 0n);
  const meters = new Map<string, bigint>();
  for (const line of lines)
    for (const { meter, usd } of line.meters) meters.set(meter, (meters.get(meter) ?? 0n) + usd);
  const phala = sum(lines.filter(({ provider }) => provider === 'phala').map(({ usd }) => usd));
  const usd = sum(lines.map((line) => line.usd));
  return {
    day: value,
    state: stateOf(ACCOUNT, value),
    usd,
    lines,
    hours: Array.from({ length: 24 }, (_, hour) =>
      nanos((phala * BigInt(hour < 7 ? 3 : hour < 18 ? 5 : 4)) / 100n),
    ),
    meters: [...meters].map(([meter, amount]) => ({ meter, usd: nanos(amount) })),
    revisions: [
      { connection: 'Analytics', at: NOW - 5 * 86_400_000, before: nanos(usd - 410_000_000n), after: usd },
    ],
    connections: ACCOUNT.connections.map(({ id, name }) => ({
      id,
      name,
      state: stateOf(ACCOUNT, value),
      readAt: NOW - 120_000,
    })),
    previous: addDays(value, -1),
    next: value < TODAY ? addDays(value, 1) : null,
  };
}

function resourceDetail(key: string, app: AppState): ResourceDetail {
  const resource = ACCOUNT.resources.find((one) => one.key === key);
  const days = eachDay(app.overview.total.range).map((value) => ({
    day: value,
    state: stateOf(ACCOUNT, value),
    usd: resource === undefined ? null : nanos(chargeOn(resource, value)),
  }));
  const usd = sum(days.map((bar) => bar.usd ?? 0n));
  const meters =
    resource?.meters.map(([meter, percent]) => ({ meter, usd: nanos((usd * percent) / 100n) })) ?? [];
  return { key, meters, days };
}

/** A bridge over one state. A change of view is answered as main would, with a push. */
export function stageOf(state: GalleryState): Stage {
  let app = state.app();
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
      app = summed.get(view) ?? state.app(input as AppState['overview']['view']);
      summed.set(view, app);
      push('state', app);
      return undefined;
    },
    refresh: () => undefined,
    cancelSync: () => undefined,
    connect: () => refusal ?? { ok: true, value: { id: 'p1', replaced: false, warning: null } },
    replaceKey: () => refusal ?? { ok: true, value: { warning: null } },
    rename: () => DONE,
    setRate: () => DONE,
    disconnect: () => DONE,
    forgetHistory: () => DONE,
    dayDetail: ({ day }) => ({ ok: true, value: dayDetail(day as Day) }),
    resourceDetail: ({ key }) => ({ ok: true, value: resourceDetail(key, app) }),
    exportCsv: () => ({ ok: true, value: { path: '/home/ada/costs.csv', rows: 118_000, unknownDays: 0 } }),
    cancelExport: () => undefined,
    setSettings: () => DONE,
    copyDiagnostics: () => DONE,
    openLink: () => undefined,
    startDemo: () => DONE,
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
