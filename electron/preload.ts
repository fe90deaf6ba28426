/**
 * The page's only door: `window.costTray`. Names outside the contract do not
 * pass. The contract's values stay out of this file (types only), so that zod
 * is not loaded into every page; `satisfies` and `typeof` keep the two equal.
 */
import { contextBridge, ipcRenderer } from 'electron';
import type { IpcRendererEvent } from 'electron';

import type {
  Bridge,
  CallInput,
  CallName,
  CallOutput,
  IPC_CALL_CHANNEL,
  IPC_PUSH_CHANNEL,
  PushName,
  Pushes,
} from '../shared/ipc.js';
import type { CallAnswer } from './shell/answer.js';

const callChannel: typeof IPC_CALL_CHANNEL = 'cost-tray:call';
const pushChannel: typeof IPC_PUSH_CHANNEL = 'cost-tray:push';

const callNames = {
  snapshot: true,
  setView: true,
  refresh: true,
  cancelSync: true,
  connect: true,
  replaceKey: true,
  rename: true,
  setRate: true,
  disconnect: true,
  forgetHistory: true,
  dayDetail: true,
  resourceDetail: true,
  exportCsv: true,
  cancelExport: true,
  setSettings: true,
  copyDiagnostics: true,
  openLink: true,
  startDemo: true,
  leaveDemo: true,
  deleteAll: true,
  closePopover: true,
} satisfies Record<CallName, true>;

const pushNames = { state: true, show: true } satisfies Record<PushName, true>;

const bridge: Bridge = {
  async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    if (!Object.hasOwn(callNames, name)) throw new Error('There is no such call.');
    const answer = (await ipcRenderer.invoke(callChannel, name, input)) as CallAnswer<CallOutput<N>>;
    if (!answer.answered) throw new Error(answer.message);
    return answer.value;
  },

  on<N extends PushName>(name: N, listener: (value: Pushes[N]) => void): () => void {
    if (!Object.hasOwn(pushNames, name)) throw new Error('There is no such push.');
    const relay = (_event: IpcRendererEvent, pushed: unknown, value: Pushes[N]): void => {
      if (pushed === name) listener(value);
    };
    ipcRenderer.on(pushChannel, relay);
    return () => {
      ipcRenderer.removeListener(pushChannel, relay);
    };
  },
};

contextBridge.exposeInMainWorld('costTray', bridge);
