/** Watches the page's frames from inside while something is done to it. */
import type { CDPSession, Page } from 'playwright-core';

/** What is read off the page: a change of it means that the new picture is there. */
export interface Sign {
  readonly selector: string;
  /** Its text unless told. */
  readonly attribute?: string;
}

export interface Measured {
  /** The longest time between two frames, in ms, from the input until the page has been quiet. */
  readonly longestFrame: number;
  /** What the longest task of the page's main thread worked, in ms of its CPU. */
  readonly longestTask: number;
  /** From the last input before the change until the frame that shows it has been made, in ms; NaN without a sign. */
  readonly shown: number;
}

/** So long after the change frames still count: what is put off is part of the change. */
const QUIET_MS = 250;
const GIVE_UP_MS = 20_000;

interface InPage {
  end(): Promise<{ longestFrame: number; shown: number }>;
}

declare global {
  interface Window {
    benchProbe?: InPage;
  }
}

/** Runs in the page. */
function begin({
  sign,
  quietMs,
  giveUpMs,
}: {
  sign: Sign | null;
  quietMs: number;
  giveUpMs: number;
}): Promise<void> {
  const read = (): string | null => {
    if (sign === null) return null;
    const element = document.querySelector(sign.selector);
    return (
      (sign.attribute === undefined ? element?.textContent : element?.getAttribute(sign.attribute)) ?? null
    );
  };
  const state = { running: true, last: 0, longest: 0, input: 0, shownAt: 0, found: false };
  const before = read();
  const frame = (time: number): void => {
    if (!state.running) return;
    if (state.last > 0) state.longest = Math.max(state.longest, time - state.last);
    state.last = time;
    requestAnimationFrame(frame);
  };
  const onInput = (event: Event): void => {
    if (!state.found) state.input = event.timeStamp;
  };
  const inputs = ['keydown', 'pointerup', 'click', 'wheel', 'bench-input'] as const;
  for (const name of inputs) window.addEventListener(name, onInput, { capture: true, passive: true });
  let change = (): void => undefined;
  const changed = new Promise<void>((resolve) => {
    change = resolve;
  });
  const observer = new MutationObserver(() => {
    if (state.found || read() === before) return;
    state.found = true;
    // The frame is made after its callbacks; a message is taken up when that is done.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        state.shownAt = performance.now();
        change();
      };
      port2.postMessage(null);
    });
  });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  window.benchProbe = {
    end: async () => {
      if (sign !== null) {
        const late = new Promise<void>((_, reject) =>
          setTimeout(() => reject(new Error(`no change of ${sign.selector}`)), giveUpMs),
        );
        await Promise.race([changed, late]);
      }
      await new Promise((resolve) => setTimeout(resolve, quietMs));
      state.running = false;
      observer.disconnect();
      for (const name of inputs) window.removeEventListener(name, onInput, { capture: true });
      return { longestFrame: state.longest, shown: sign === null ? NaN : state.shownAt - state.input };
    },
  };
  requestAnimationFrame(frame);
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** What the thread itself worked, in µs: a busy machine does not lengthen it. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

export class Probe {
  private constructor(
    private readonly page: Page,
    private readonly devtools: CDPSession,
  ) {}

  static async of(page: Page): Promise<Probe> {
    return new Probe(page, await page.context().newCDPSession(page));
  }

  /** @param sign null: nothing changes; the time is that of `act` */
  async measure(sign: Sign | null, act: () => Promise<void>): Promise<Measured> {
    const { page, devtools } = this;
    const events: TraceEvent[] = [];
    const collect = ({ value }: { value: object[] }): void => {
      events.push(...(value as TraceEvent[]));
    };
    await page.evaluate(begin, { sign, quietMs: QUIET_MS, giveUpMs: GIVE_UP_MS });
    devtools.on('Tracing.dataCollected', collect);
    await devtools.send('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline', '__metadata'] },
    });
    await act();
    const seen = await page.evaluate(() => window.benchProbe?.end());
    if (seen === undefined) throw new Error('the page was loaded anew');
    const complete = new Promise((resolve) => devtools.once('Tracing.tracingComplete', resolve));
    await devtools.send('Tracing.end');
    await complete;
    devtools.off('Tracing.dataCollected', collect);
    return { ...seen, longestTask: longestTask(events) };
  }
}

function longestTask(events: readonly TraceEvent[]): number {
  const mains = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(({ name, pid, tid }) => name === 'RunTask' && mains.has(`${pid} ${tid}`));
  return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur / 1000), 0);
}
