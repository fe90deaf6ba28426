import { EventEmitter } from 'node:events';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { EndSignals } from '../../electron/end-signals.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

function listening() {
  const source = new EventEmitter();
  const onEnd = vi.fn();
  const signals = new EndSignals(onEnd, source);
  signals.listen();
  return { source, onEnd, signals };
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s', (signal) => {
  it('ends the program in good order, once', () => {
    const { source, onEnd } = listening();
    source.emit(signal);
    expect(onEnd).toHaveBeenCalledOnce();
  });

  it('that comes again through a launcher is the same', () => {
    const { source, onEnd } = listening();
    source.emit(signal);
    vi.advanceTimersByTime(100);
    expect(source.emit(signal)).toBe(true);
    expect(onEnd).toHaveBeenCalledOnce();
  });

  it('after another is left to the system, which ends the program at once', () => {
    const { source } = listening();
    source.emit('SIGTERM');
    vi.advanceTimersByTime(1_000);
    expect(source.emit(signal)).toBe(false);
  });
});

it('listens anew where Chromium has put itself in its place', () => {
  const { source, onEnd, signals } = listening();
  source.removeAllListeners();
  signals.listen();
  source.emit('SIGTERM');
  expect(onEnd).toHaveBeenCalledOnce();
  expect(source.listenerCount('SIGTERM')).toBe(1);
});
