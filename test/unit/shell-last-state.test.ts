import { expect, it } from 'vitest';

import { iconState } from '../../electron/shell/icon.js';
import { LastState } from '../../electron/shell/last-state.js';
import { trayFormat, trayMenuTemplate, trayTooltip } from '../../electron/shell/tray-menu.js';
import { FaultError } from '../../shared/faults.js';
import type { AppState } from '../../shared/model.js';
import { GENERATED_AT, trayState } from './shell-state.js';

const STATE: AppState = {
  ...trayState(),
  leadsBack: false,
  exporting: null,
  about: { version: '1', dataFolder: '/data', ledgerBytes: 1 },
};

function over(build: () => AppState, later = 5 * 60_000) {
  const failures: unknown[] = [];
  const states = new LastState({
    build,
    now: () => GENERATED_AT + later,
    formatTime: (time) => new Date(time).toISOString().slice(11, 16),
    onFailure: (error) => failures.push(error),
  });
  return { states, failures };
}

/** Builds what is there, or throws it. */
function answering(answers: ReadonlyArray<AppState | Error>): () => AppState {
  const left = [...answers];
  return () => {
    const next = left.shift();
    if (next === undefined || next instanceof Error) throw next ?? new Error('nothing left');
    return next;
  };
}

it('says of numbers that could not be brought up to date since when they stand, and why', () => {
  const error = new FaultError('ledger', 'the disk reported an error');
  const { states, failures } = over(answering([STATE, error, STATE]));
  expect(states.read()).toEqual({ state: STATE, isCurrent: true });

  const { state, isCurrent } = states.read();
  const words = 'Not up to date since 12:00: the ledger could not be read (the disk reported an error).';
  expect(isCurrent).toBe(false);
  expect(failures).toEqual([error]);
  expect(state.overview.total).toEqual(STATE.overview.total);
  expect(state.overview.status).toMatchObject({
    level: 'error',
    text: words,
    until: GENERATED_AT + 6 * 60_000,
  });
  const format = trayFormat(state.settings, 'UTC');
  expect(iconState(state).mark).toBe(true);
  expect(trayTooltip(state, format)).toContain('Not up to date since 12:00');
  expect(trayMenuTemplate(state, format)).toContainEqual({ kind: 'item', label: words, action: 'open' });

  expect(states.read()).toEqual({ state: STATE, isCurrent: true });
});

it('says so of a fault of its own, and keeps what is to be said of the ledger', () => {
  const noticed = { ...STATE, ledgerNotice: 'The ledger was damaged.' };
  const { states } = over(answering([noticed, new TypeError('x is not a function')]));
  states.read();
  const { state } = states.read();
  expect(state.overview.status.text).toBe('Not up to date since 12:00: a fault in Cost Tray.');
  expect(state.ledgerNotice).toBe('The ledger was damaged.');
});

it('throws where there is nothing yet that could stand', () => {
  const { states } = over(answering([new FaultError('ledger')]));
  expect(() => states.read()).toThrow(FaultError);
});

it('lets them grow old, and names their day once it is another', () => {
  const { states } = over(answering([STATE, new Error('again')]), 26 * 3_600_000);
  states.read();
  const { state } = states.read();
  expect(iconState(state).body).toMatchObject({ kind: 'outline' });
  const since = new Date(GENERATED_AT).toISOString().slice(0, 10);
  expect(state.overview.status.text).toContain(`Not up to date since ${since} 12:00: `);
});
