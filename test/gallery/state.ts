/** What a state of the gallery is, and the ways in which one comes about. */
import type { Connection } from '../../electron/ledger/types';
import type { FaultKind } from '../../shared/faults';
import type { ViewChoice } from '../../shared/model';
import type { Settings } from '../../shared/settings';
import { ACCOUNT, NOW } from './account';
import type { Account } from './account';
import { USUAL } from './scene';
import type { Scene } from './scene';

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
  readonly scene: Scene;
  readonly steps?: readonly Step[];
  /** The answer to `connect` and `replaceKey`, where it is not success. */
  readonly refuse?: { readonly kind: FaultKind; readonly message: string };
  /** At 200 % the popover's own pixels hold half as many of CSS. */
  readonly zoomed?: boolean;
  readonly forcedColors?: boolean;
}

/** What differs from {@link USUAL}. */
export type SceneParts = Partial<Pick<Scene, 'account' | 'syncing' | 'sessionOnly' | 'nextPollAt'>> & {
  readonly settings?: Partial<Settings>;
  readonly view?: Partial<ViewChoice>;
  readonly app?: Partial<Scene['app']>;
};

export function scene({ settings, view, app, ...parts }: SceneParts): Scene {
  return {
    ...USUAL,
    ...parts,
    settings: { ...USUAL.settings, ...settings },
    view: { ...USUAL.view, ...view },
    app: { ...USUAL.app, ...app },
  };
}

export function state(
  name: string,
  title: string,
  parts: SceneParts = {},
  steps: readonly Step[] = [],
): GalleryState {
  return { name, title, scene: scene(parts), steps };
}

/** An account, one or all of whose connections bear other facts. */
export function changed(id: string | null, change: Partial<Connection>, account: Account = ACCOUNT): Account {
  return {
    ...account,
    connections: account.connections.map((one) =>
      id === null || one.id === id ? { ...one, ...change } : one,
    ),
  };
}

interface Failing {
  readonly kind: FaultKind;
  readonly detail?: string;
  readonly retryAt?: number;
  readonly hoursOld: number;
}

/** One connection (null: all) fails; its numbers stand as they were. */
export function failing(id: string | null, { kind, detail, retryAt, hoursOld }: Failing): Account {
  return changed(id, {
    fault: { kind, detail: detail ?? null, retryAt: retryAt ?? null },
    lastSuccess: NOW - hoursOld * 3_600_000,
  });
}
