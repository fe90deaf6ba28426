/** The one wrapper round ipcMain: every call and push of the contract passes here. */
import { ipcMain } from 'electron';
import type { IpcMainInvokeEvent, WebContents } from 'electron';

import { IPC_CALL_CHANNEL, IPC_PUSH_CHANNEL } from '../../shared/ipc.js';
import type { CallName, Handlers, PushName, Pushes } from '../../shared/ipc.js';
import { answerCall } from './answer.js';
import { isAppUrl } from './app-url.js';

/**
 * Answers the renderer's calls until the returned function is called.
 *
 * @param isTrusted see {@link senderCheck}
 * @param onFailure told of what a handler threw, for the log
 */
export function registerHandlers(
  handlers: Handlers,
  isTrusted: (event: IpcMainInvokeEvent) => boolean,
  onFailure: (name: CallName, error: unknown) => void,
): () => void {
  ipcMain.handle(IPC_CALL_CHANNEL, (event, name: unknown, argument: unknown) =>
    isTrusted(event)
      ? answerCall(handlers, name, argument, onFailure)
      : { answered: false, message: 'This page may not call.' },
  );
  return () => ipcMain.removeHandler(IPC_CALL_CHANNEL);
}

/**
 * Trusts the top frame of the popover alone, and only while it shows our page.
 *
 * @param popover the popover's web contents, or null while there is none
 */
export function senderCheck(popover: () => WebContents | null): (event: IpcMainInvokeEvent) => boolean {
  return (event) => {
    const frame = event.senderFrame;
    return (
      frame !== null && event.sender === popover() && frame === event.sender.mainFrame && isAppUrl(frame.url)
    );
  };
}

export function push<N extends PushName>(contents: WebContents, name: N, value: Pushes[N]): void {
  if (!contents.isDestroyed()) contents.send(IPC_PUSH_CHANNEL, name, value);
}
