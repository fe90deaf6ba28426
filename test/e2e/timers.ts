/** The timers that main's process waits for, read off its own heap. */
import type { ElectronApplication } from 'playwright-core';

export interface Waiting {
  readonly afterMs: number;
  readonly repeats: boolean;
  /** The beginning of what it calls, for the message of a test that fails. */
  readonly calls: string;
}

/** Every timer that is set, whoever set it: all living objects with the prototype of a timer. */
export function timersOf(app: ElectronApplication): Promise<Waiting[]> {
  return app.evaluate(async () => {
    const { Session } = process.getBuiltinModule('node:inspector/promises');
    const session = new Session();
    session.connect();
    try {
      const prototype = await session.post('Runtime.evaluate', {
        expression:
          '{ const timer = setTimeout(() => {}); clearTimeout(timer); Object.getPrototypeOf(timer); }',
      });
      const { objects } = await session.post('Runtime.queryObjects', {
        prototypeObjectId: prototype.result.objectId ?? '',
      });
      const { result } = await session.post('Runtime.callFunctionOn', {
        objectId: objects.objectId ?? '',
        returnByValue: true,
        functionDeclaration: `function () {
          return this.filter((timer) => !timer._destroyed && timer._idleTimeout > 0).map((timer) => ({
            afterMs: timer._idleTimeout,
            repeats: timer._repeat !== null,
            calls: String(timer._onTimeout).slice(0, 80),
          }));
        }`,
      });
      return result.value as Waiting[];
    } finally {
      session.disconnect();
    }
  });
}
