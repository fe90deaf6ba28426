import { EventEmitter } from 'node:events';
import { beforeEach, expect, it, vi } from 'vitest';

import { Popover } from '../../electron/shell/popover.js';
import type { PopoverOptions } from '../../electron/shell/popover.js';
import { IPC_PUSH_CHANNEL } from '../../shared/ipc.js';

/** What the popover uses of a window, and a record of what was asked of it. */
class FakeWindow extends EventEmitter {
  readonly calls: string[] = [];
  readonly webContents = Object.assign(new EventEmitter(), {
    sent: [] as unknown[][],
    send(...message: unknown[]) {
      this.sent.push(message);
    },
    isDestroyed: () => false,
    isDevToolsOpened: () => false,
  });
  #visible = false;
  #destroyed = false;

  constructor(readonly options: { frame?: boolean; show?: boolean; webPreferences?: object }) {
    super();
    electron.windows.push(this);
  }
  loadURL(url: string) {
    this.calls.push(`load ${url}`);
    return Promise.resolve();
  }
  setBounds(bounds: { x: number; y: number }) {
    this.calls.push(`place ${bounds.x},${bounds.y}`);
  }
  show() {
    this.calls.push('show');
    if (this.#visible) return;
    this.#visible = true;
    this.emit('show');
  }
  hide() {
    this.calls.push('hide');
    if (!this.#visible) return;
    this.#visible = false;
    this.emit('hide');
  }
  destroy() {
    this.#destroyed = true;
    this.#visible = false;
    this.emit('closed');
  }
  /** As the user's close button does. */
  close() {
    const event = { prevented: false, preventDefault: () => (event.prevented = true) };
    this.emit('close', event);
    if (!event.prevented) this.destroy();
  }
  focus = () => undefined;
  setMenuBarVisibility = () => undefined;
  isVisible = () => this.#visible;
  isMinimized = () => false;
  isDestroyed = () => this.#destroyed;
}

const electron = vi.hoisted(() => ({ windows: [] as FakeWindow[] }));

vi.mock('electron', () => ({
  ipcMain: {},
  // Looked up at the call: the class is defined after this factory has run.
  BrowserWindow: class {
    constructor(options: ConstructorParameters<typeof FakeWindow>[0]) {
      return new FakeWindow(options);
    }
  },
  screen: {
    getCursorScreenPoint: () => ({ x: 960, y: 500 }),
    getAllDisplays: () => [
      {
        bounds: { x: 0, y: 0, width: 1920, height: 1080 },
        workArea: { x: 0, y: 28, width: 1920, height: 1052 },
      },
    ],
  },
}));

let now = 0;
const visible = vi.fn();
const closed = vi.fn();
const failed = vi.fn();

function popover(options: Partial<PopoverOptions> = {}): Popover {
  return new Popover({
    preload: '/preload.cjs',
    session: {} as PopoverOptions['session'],
    platform: 'linux',
    attached: true,
    keepOpen: false,
    background: () => '#111111',
    trayBounds: () => ({ x: 0, y: 0, width: 0, height: 0 }),
    now: () => now,
    onVisible: visible,
    onClose: closed,
    onFailure: failed,
    ...options,
  });
}

/** Shows the popover for the first time: the window is painted once it is asked for. */
async function opened(subject: Popover): Promise<FakeWindow> {
  const shown = subject.show();
  const window = electron.windows.at(-1);
  if (window === undefined) throw new Error('no window was made');
  window.emit('ready-to-show');
  await shown;
  return window;
}

beforeEach(() => {
  electron.windows.length = 0;
  now = 1_000_000;
  vi.clearAllMocks();
});

it('is made on first need, painted and placed before it is shown', async () => {
  const subject = popover();
  expect(electron.windows).toEqual([]);
  const shown = subject.show();
  const [window] = electron.windows;
  expect(window?.calls).toEqual(['load app://cost-tray/index.html']);
  expect(window?.options).toMatchObject({
    show: false,
    frame: false,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, spellcheck: false },
  });
  window?.emit('ready-to-show');
  await shown;
  expect(window?.calls.slice(1)).toEqual(['place 1512,36', 'show']);
  expect(visible.mock.calls).toEqual([[true]]);
});

it('is kept hidden and shown again, not made anew', async () => {
  const subject = popover();
  const window = await opened(subject);
  subject.hide();
  window.close();
  await subject.show();
  expect(electron.windows).toHaveLength(1);
  expect(subject.visible).toBe(true);
});

it('closes at the click on the tray that took its focus, and opens at the next', async () => {
  const subject = popover();
  const window = await opened(subject);
  window.emit('blur');
  expect(subject.visible).toBe(false);
  now += 120;
  await subject.toggle();
  expect(subject.visible).toBe(false);
  now += 2000;
  await subject.toggle();
  expect(subject.visible).toBe(true);
  await subject.toggle();
  expect(subject.visible).toBe(false);
});

it('stays while a dialog of its own has the focus, and in a run that takes a picture', async () => {
  const subject = popover();
  const window = await opened(subject);
  await subject.hold((parent) => {
    expect(parent).toBe(window);
    window.emit('blur');
    return Promise.resolve();
  });
  expect(subject.visible).toBe(true);
  window.emit('blur');
  expect(subject.visible).toBe(false);
  const kept = popover({ keepOpen: true });
  (await opened(kept)).emit('blur');
  expect(kept.visible).toBe(true);
});

it('is an ordinary window without a tray: not placed, stays on blur, tells of its close button', async () => {
  const subject = popover({ attached: false });
  const window = await opened(subject);
  expect(window.options.frame).not.toBe(false);
  expect(window.calls.join()).not.toContain('place');
  window.emit('blur');
  expect(subject.visible).toBe(true);
  window.close();
  expect(closed).toHaveBeenCalledTimes(1);
  expect(window.isDestroyed()).toBe(false);
});

it('tells the page which view to show once it listens', async () => {
  const subject = popover();
  const shown = subject.show('settings');
  const [window] = electron.windows;
  window?.emit('ready-to-show');
  await shown;
  expect(window?.webContents.sent).toEqual([]);
  subject.pageReady();
  await subject.show('export');
  subject.pageReady();
  expect(window?.webContents.sent).toEqual([
    [IPC_PUSH_CHANNEL, 'show', 'settings'],
    [IPC_PUSH_CHANNEL, 'show', 'export'],
  ]);
});

it('lets a page that died go, says so, and makes another at the next need', async () => {
  const subject = popover();
  const window = await opened(subject);
  window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
  expect(subject.contents).toBeNull();
  expect(failed).toHaveBeenCalledWith('The page’s process ended: crashed');
  await opened(subject);
  expect(electron.windows).toHaveLength(2);
});

it('ends for good', async () => {
  const subject = popover();
  const window = await opened(subject);
  subject.dispose();
  expect(window.isDestroyed()).toBe(true);
  subject.push('show', 'overview');
  expect(window.webContents.sent).toEqual([]);
});
