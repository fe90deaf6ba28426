import type { Writable } from 'node:stream';

import { errorCode } from './error.js';

/** Codes with which a reader that has gone away is reported, by system and by Node. */
const CLOSED_CODES = new Set([
  'EPIPE',
  'EOF',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Whether a write failed because nobody reads any more (`… | head`). */
export function isPipeClosed(error: unknown): boolean {
  const code = errorCode(error);
  return code !== null && CLOSED_CODES.has(code);
}

/**
 * Writes and waits until the stream has passed the text on: this is both the
 * backpressure and the drain, since a process that ends earlier cuts what a
 * slow pipe has not taken.
 *
 * @throws the stream's error, or the signal's reason
 */
export function writeDrained(stream: Writable, text: string, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => fail(signal?.reason);
    const onClose = (): void =>
      fail(Object.assign(new Error('closed early'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }));
    const fail = (error: unknown): void => {
      stream.removeListener('close', onClose);
      signal?.removeEventListener('abort', onAbort);
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    if (signal?.aborted === true) {
      onAbort();
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    stream.once('close', onClose);
    // Stays after a failed write: its event follows the callback, and unheard it would end the process.
    stream.once('error', fail);
    stream.write(text, (error) => {
      if (error) {
        fail(error);
        return;
      }
      stream.removeListener('error', fail);
      stream.removeListener('close', onClose);
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}
