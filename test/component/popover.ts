/** A window of the popover for one test file, over the states of the gallery. */
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

import type { CallInput, CallName } from '../../shared/ipc';
import { STATES } from '../gallery/states';
import type { GalleryState } from '../gallery/state';
import { drawn, openGallery } from '../gallery/window';
import type { GalleryWindow, Look } from '../gallery/window';
import { BUILT, ROOT } from './place';

type Role = Parameters<Locator['getByRole']>[0];

export interface Popover {
  readonly window: () => GalleryWindow;
  /** Loads a state of the gallery by its name. */
  readonly show: (name: string, look?: Look) => Promise<void>;
  /** What has this role and name, the first of several; in dialogs too. */
  readonly find: (role: Role, name?: string | RegExp) => Locator;
  readonly click: (role: Role, name: string | RegExp) => Promise<void>;
  readonly press: (...keys: readonly string[]) => Promise<void>;
  /** Chooses one of a list that a button opens. */
  readonly choose: (button: RegExp, option: string) => Promise<void>;
  /** Inputs of the calls of one name so far, in order. */
  readonly asked: <N extends CallName>(name: N) => Promise<ReadonlyArray<CallInput<N>>>;
  readonly text: (selector: string) => Promise<string>;
}

export function stateNamed(name: string): GalleryState {
  const state = STATES.find((one) => one.name === name);
  if (state === undefined) throw new Error(`no state ${name}`);
  return state;
}

/** Opens the window before the file's tests; after each, neither console, policy nor network may have complained. */
export function usePopover(): Popover {
  let opened: GalleryWindow | null = null;
  const window = (): GalleryWindow => {
    if (opened === null) throw new Error('the window is not open yet');
    return opened;
  };
  beforeAll(async () => {
    opened = await openGallery(ROOT, BUILT);
    opened.page.setDefaultTimeout(15_000);
  });
  afterEach(() => {
    expect(window().complaints()).toEqual([]);
  });
  afterAll(async () => {
    await opened?.close();
  });
  const find = (role: Role, name?: string | RegExp): Locator =>
    window()
      .page.getByRole(role, name === undefined ? {} : { name })
      .first();
  const click = (role: Role, name: string | RegExp): Promise<void> => find(role, name).click();
  return {
    window,
    find,
    click,
    show: (name, look) => window().show(stateNamed(name), look),
    press: async (...keys) => {
      for (const key of keys) {
        await window().page.keyboard.press(key);
        await drawn(window().page);
      }
    },
    choose: async (button, option) => {
      await click('button', button);
      await click('option', option);
    },
    asked: async <N extends CallName>(name: N) => {
      const calls = await window().calls();
      // The page records each input with the name it came under.
      return calls.filter((call) => call.name === name).map(({ input }) => input as CallInput<N>);
    },
    text: (selector) => window().page.locator(selector).first().innerText(),
  };
}
