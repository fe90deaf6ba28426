import type { Bridge, Outcome } from '../shared/ipc';

declare global {
  interface Window {
    /** Exposed by the preload script. */
    readonly costTray: Bridge;
  }
}

export const bridge: Bridge = {
  call: (name, input) => window.costTray.call(name, input),
  on: (name, listener) => window.costTray.on(name, listener),
};

/** What a failed call says, or null for one that went well. */
export function failure(outcome: Outcome<unknown>): string | null {
  return outcome.ok ? null : outcome.message;
}

/** Sends a call whose answer comes as a push. A bridge that is gone means the window is closing. */
export function send(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}
