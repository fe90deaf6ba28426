import type { Pushes } from '../../shared/ipc';
import { stageOf } from './bridge';
import type { RecordedCall } from './bridge';
import { appOf } from './scene';
import { STATES } from './states';

declare global {
  interface Window {
    /** What a test does in main's place. */
    readonly gallery: {
      calls(): readonly RecordedCall[];
      /** Pushes another state of the gallery, as main would. */
      become(name: string): void;
      /** Asks for a screen, as the tray menu does. */
      ask(screen: Pushes['show']): void;
    };
  }
}

function stateNamed(name: string | null) {
  const state = STATES.find((one) => one.name === name);
  if (state === undefined) throw new Error(`no state of the gallery is called ${name}`);
  return state;
}

const stage = stageOf(stateNamed(new URLSearchParams(location.search).get('state')));
Object.defineProperty(window, 'costTray', { value: stage.bridge });
Object.defineProperty(window, 'gallery', {
  value: {
    calls: () => stage.calls,
    become: (name) => stage.push('state', appOf(stateNamed(name).scene)),
    ask: (screen) => stage.push('show', screen),
  } satisfies Window['gallery'],
});
await import('../../renderer/main');

export {};
