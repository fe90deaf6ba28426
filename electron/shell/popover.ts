import { BrowserWindow, screen } from 'electron';
import type { BrowserWindowConstructorOptions, Rectangle, Session, WebContents } from 'electron';

import type { Pushes } from '../../shared/ipc.js';
import { APP_PAGE } from './app-url.js';
import { push } from './ipc.js';
import { placePopover } from './placement.js';

export const POPOVER_SIZE = { width: 400, height: 620 } as const;

/**
 * A click on the tray takes the focus from the popover before it is told to
 * us: what such a blur hid is meant to stay hidden.
 */
const CLICK_AFTER_BLUR_MS = 400;

export type View = Pushes['show'];

export interface PopoverOptions {
  readonly preload: string;
  readonly session: Session;
  readonly platform: NodeJS.Platform;
  /** Whether it belongs to a tray: frameless, beside it, gone on blur. Else an ordinary window. */
  readonly attached: boolean;
  /** Stays when the focus goes elsewhere: a run that takes a picture. */
  readonly keepOpen: boolean;
  /** The page's background before its first paint, so that nothing flashes. */
  readonly background: () => string;
  readonly trayBounds: () => Rectangle | null;
  readonly now: () => number;
  /** Shown or hidden: the poller asks when it is opened. */
  readonly onVisible: (visible: boolean) => void;
  /** The ordinary window's close button; the popover proper only hides. */
  readonly onClose: () => void;
  /** The page failed to load or its process died, in one sentence for the log. */
  readonly onFailure: (message: string) => void;
}

/**
 * The one window. Made on first need, then kept hidden, so that it opens at
 * once. The app needs a `window-all-closed` listener, or a page that dies ends
 * the program.
 */
export class Popover {
  readonly #options: PopoverOptions;
  #window: BrowserWindow | null = null;
  /** Settles when the first frame is painted. */
  #ready: Promise<void> = Promise.resolve();
  /** Whether the page listens: it has asked for its first snapshot. */
  #listening = false;
  #pendingView: View | null = null;
  /** While over 0 a dialog of ours is open, which takes the focus. */
  #held = 0;
  #hiddenByBlurAt = Number.NEGATIVE_INFINITY;

  constructor(options: PopoverOptions) {
    this.#options = options;
  }

  /** Null while there is no window. */
  get contents(): WebContents | null {
    return this.#window?.webContents ?? null;
  }

  get visible(): boolean {
    return this.#window?.isVisible() ?? false;
  }

  async show(view?: View): Promise<void> {
    const window = this.#window ?? this.#create();
    if (view !== undefined) this.#ask(window, view);
    await this.#ready;
    if (window.isDestroyed()) return;
    if (!window.isVisible()) this.#place(window);
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** A click on the tray: opens it, or closes it where it was open when the click began. */
  async toggle(): Promise<void> {
    if (this.visible) this.hide();
    else if (this.#options.now() - this.#hiddenByBlurAt > CLICK_AFTER_BLUR_MS) await this.show();
  }

  hide(): void {
    this.#window?.hide();
  }

  /** The page asked for its first snapshot: it hears pushes from now on. */
  pageReady(): void {
    this.#listening = true;
    const view = this.#pendingView;
    this.#pendingView = null;
    if (view !== null && this.#window !== null) push(this.#window.webContents, 'show', view);
  }

  push<N extends keyof Pushes>(name: N, value: Pushes[N]): void {
    if (this.#window !== null) push(this.#window.webContents, name, value);
  }

  /** Keeps the popover open while a dialog over it has the focus. `work` gets its parent. */
  async hold<T>(work: (parent: BrowserWindow | null) => Promise<T>): Promise<T> {
    this.#held += 1;
    try {
      return await work(this.#window);
    } finally {
      this.#held -= 1;
    }
  }

  /**
   * What it shows, as PNG. Shows it first where it is hidden.
   *
   * @throws Error where there is no display to paint on
   */
  async capture(): Promise<Buffer> {
    if (!this.visible) await this.show();
    const image = await this.#window?.webContents.capturePage();
    if (image === undefined || image.isEmpty()) throw new Error('The popover could not be pictured.');
    return image.toPNG();
  }

  /** Ends the window for good. Call before the app quits: closing alone only hides it. */
  dispose(): void {
    this.#window?.destroy();
    this.#window = null;
  }

  #create(): BrowserWindow {
    const window = new BrowserWindow(this.#windowOptions());
    this.#window = window;
    this.#listening = false;
    this.#ready = new Promise((resolve) => {
      window.once('ready-to-show', resolve);
      // Whoever waits goes on and finds it destroyed.
      window.once('closed', resolve);
    });
    window.setMenuBarVisibility(false);
    this.#listen(window);
    window.loadURL(APP_PAGE).catch((error: unknown) => {
      this.#fail(window, `The page did not load: ${error instanceof Error ? error.message : String(error)}`);
    });
    return window;
  }

  #listen(window: BrowserWindow): void {
    const { attached, keepOpen, now, onVisible, onClose } = this.#options;
    window.on('show', () => onVisible(true));
    window.on('hide', () => onVisible(false));
    window.on('close', (event) => {
      event.preventDefault();
      if (attached) window.hide();
      else onClose();
    });
    window.on('closed', () => {
      if (this.#window === window) this.#window = null;
    });
    window.on('blur', () => {
      if (!attached || keepOpen || this.#held > 0 || window.webContents.isDevToolsOpened()) return;
      if (!window.isVisible()) return;
      this.#hiddenByBlurAt = now();
      window.hide();
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      this.#fail(window, `The page’s process ended: ${reason}`);
    });
    // A new page does not listen yet; a refused navigation leaves the old one.
    window.webContents.on('did-navigate', () => {
      this.#listening = false;
    });
  }

  /** A broken window is let go; the next need makes a new one. */
  #fail(window: BrowserWindow, message: string): void {
    if (window.isDestroyed()) return;
    window.destroy();
    this.#options.onVisible(false);
    this.#options.onFailure(message);
  }

  #ask(window: BrowserWindow, view: View): void {
    if (this.#listening) push(window.webContents, 'show', view);
    else this.#pendingView = view;
  }

  #place(window: BrowserWindow): void {
    const { attached, platform, trayBounds } = this.#options;
    if (!attached) return;
    window.setBounds(
      placePopover({
        platform,
        size: POPOVER_SIZE,
        tray: trayBounds(),
        cursor: screen.getCursorScreenPoint(),
        displays: screen.getAllDisplays(),
      }),
    );
  }

  #windowOptions(): BrowserWindowConstructorOptions {
    const { attached, background, platform, preload, session } = this.#options;
    const shared: BrowserWindowConstructorOptions = {
      ...POPOVER_SIZE,
      useContentSize: true,
      title: 'Cost Tray',
      show: false,
      backgroundColor: background(),
      fullscreenable: false,
      maximizable: false,
      webPreferences: {
        preload,
        session,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
        navigateOnDragDrop: false,
      },
    };
    if (!attached) return { ...shared, minWidth: 360, minHeight: 400, center: true };
    return {
      ...shared,
      frame: false,
      resizable: false,
      movable: false,
      minimizable: false,
      skipTaskbar: true,
      alwaysOnTop: true,
      // On macOS a panel opens over other programs' full-screen spaces.
      ...(platform === 'darwin' ? { type: 'panel' } : {}),
    };
  }
}
