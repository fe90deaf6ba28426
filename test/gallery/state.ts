/** What a state of the gallery is, and the ways in which one comes about. */
import { FAULTS, faultMessage } from '../../shared/faults';
import type { FaultKind, RemedyAction } from '../../shared/faults';
import { PROVIDER_NAMES } from '../../shared/model';
import type { AppState, Overview, StatusLevel, ViewChoice } from '../../shared/model';
import { nanos } from '../../shared/money';
import { DEFAULT_SETTINGS } from '../../shared/settings';
import type { Settings } from '../../shared/settings';
import { NOW } from './account';
import { ACCOUNT, appOf, overviewOf, withBudget } from './overview';
import type { Account } from './overview';

/** What a user does before the picture is taken. */
export type Step =
  | { readonly do: 'key'; readonly key: string }
  | {
      readonly do: 'click';
      readonly role: 'button' | 'radio' | 'slider' | 'switch' | 'option';
      readonly name: string;
    }
  | { readonly do: 'type'; readonly label: string; readonly text: string }
  | { readonly do: 'hover-day'; readonly share: number }
  | { readonly do: 'scroll'; readonly to: 'end' };

export interface GalleryState {
  readonly name: string;
  readonly title: string;
  readonly app: (view?: ViewChoice) => AppState;
  readonly steps?: readonly Step[];
  /** The answer to `connect` and `replaceKey`, where it is not success. */
  readonly refuse?: { readonly kind: FaultKind; readonly message: string };
  /** Width in px where it is not the popover's own, for zoom. */
  readonly width?: number;
}

export type Change = (overview: Overview) => Overview;

export const usual: Change = (overview) => withBudget(overview, 2500n);

export function state(
  name: string,
  title: string,
  change: Change = usual,
  account: Account = ACCOUNT,
  more: Partial<AppState> = {},
): GalleryState {
  return { name, title, app: (view) => appOf(change(overviewOf(account, view)), more) };
}

export function settings(patch: Partial<Settings>): Partial<AppState> {
  return { settings: { ...DEFAULT_SETTINGS, numberLocale: 'en-GB', ...patch } };
}

interface Failing {
  readonly id: 'p1' | 'c1';
  readonly kind: FaultKind;
  readonly detail?: string;
  readonly level: StatusLevel;
  readonly text: string;
  readonly label?: string;
  readonly retryAt?: number;
  readonly hoursOld: number;
}

/** One connection fails; its numbers stand as they were. */
export function failing({ id, kind, detail, level, text, label, retryAt, hoursOld }: Failing): Change {
  return (overview) => {
    const fault = { kind, detail: detail ?? null, retryAt: retryAt ?? null };
    const asOf = NOW - hoursOld * 3_600_000;
    const remedy: RemedyAction = FAULTS[kind].action;
    return {
      ...usual(overview),
      asOf,
      status: {
        level,
        text,
        connection: id,
        action: label === undefined ? null : { label, remedy },
        until: retryAt ?? null,
      },
      connections: overview.connections.map((connection) =>
        connection.id === id
          ? {
              ...connection,
              state: hoursOld > 1 ? 'stale' : 'failed',
              fault,
              faultMessage: faultMessage(fault, PROVIDER_NAMES[connection.provider]),
              lastSuccess: asOf,
            }
          : connection,
      ),
    };
  };
}

/** The month's total to the cent, as the issue names it. */
export const million: Change = (overview) =>
  withBudget({ ...overview, total: { ...overview.total, usd: nanos(1_234_567_890_000_000n) } }, 1_500_000n);
