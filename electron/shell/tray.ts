import { Menu, Tray, nativeImage, nativeTheme } from 'electron';
import type { NativeImage, Rectangle } from 'electron';

import { drawIcon, iconKey, iconState } from './icon.js';
import type { IconState, IconTone } from './icon.js';
import { trayFormat, trayMenuTemplate, trayTitle, trayTooltip } from './tray-menu.js';
import type { TrayAction, TrayMenuItem, TrayState } from './tray-menu.js';

export interface CostTrayOptions {
  readonly platform: NodeJS.Platform;
  /** `XDG_CURRENT_DESKTOP`: most desktops' bars are dark whatever the theme. */
  readonly desktop: string;
  readonly onClick: () => void;
  readonly onAction: (action: TrayAction) => void;
}

/** Logical size of the icon: Linux panels scale one of 24 down best. */
const ICON_SIZE: Readonly<Partial<Record<NodeJS.Platform, number>>> = { darwin: 18, win32: 16 };
const LINUX_ICON_SIZE = 24;

function image(state: IconState, tone: IconTone, platform: NodeJS.Platform): NativeImage {
  const size = ICON_SIZE[platform] ?? LINUX_ICON_SIZE;
  const icon = nativeImage.createFromBuffer(drawIcon(state, tone, size), { scaleFactor: 1 });
  icon.addRepresentation({ scaleFactor: 2, buffer: drawIcon(state, tone, size * 2) });
  icon.setTemplateImage(tone === 'template');
  return icon;
}

/** The tray icon, its tooltip and its menu; each is touched only when it would look different. */
export class CostTray {
  readonly #options: CostTrayOptions;
  readonly #tray: Tray;
  #state: TrayState;
  #tone: IconTone;
  #menu: Menu | null = null;
  #shown = { icon: '', tooltip: '', title: '', menu: '' };
  readonly #onTheme = (): void => {
    this.#tone = this.#currentTone();
    this.update(this.#state);
  };

  /** @throws where the system makes no tray */
  constructor(options: CostTrayOptions, state: TrayState) {
    this.#options = options;
    this.#state = state;
    this.#tone = options.platform === 'darwin' ? 'template' : 'light';
    this.#tone = this.#currentTone();
    const icon = iconState(state);
    this.#tray = new Tray(image(icon, this.#tone, options.platform));
    this.#shown.icon = iconKey(icon, this.#tone);
    this.#tray.on('click', () => options.onClick());
    this.#tray.on('right-click', () => {
      // On Linux the panel opens the menu itself.
      if (options.platform !== 'linux' && this.#menu !== null) this.#tray.popUpContextMenu(this.#menu);
    });
    nativeTheme.on('updated', this.#onTheme);
    this.update(state);
  }

  /** All zero where the desktop does not tell. */
  bounds(): Rectangle {
    return this.#tray.getBounds();
  }

  update(state: TrayState): void {
    this.#state = state;
    const { platform } = this.#options;
    const format = trayFormat(state.settings);
    this.#updateIcon(iconState(state));
    const tooltip = trayTooltip(state, format);
    if (tooltip !== this.#shown.tooltip) {
      this.#shown.tooltip = tooltip;
      this.#tray.setToolTip(tooltip);
    }
    const title = trayTitle(state, format);
    if (platform === 'darwin' && title !== this.#shown.title) {
      this.#shown.title = title;
      this.#tray.setTitle(title, { fontType: 'monospacedDigit' });
    }
    this.#updateMenu(trayMenuTemplate(state, format));
  }

  dispose(): void {
    nativeTheme.off('updated', this.#onTheme);
    this.#tray.destroy();
  }

  #updateIcon(state: IconState): void {
    const key = iconKey(state, this.#tone);
    if (key === this.#shown.icon) return;
    this.#shown.icon = key;
    this.#tray.setImage(image(state, this.#tone, this.#options.platform));
  }

  #updateMenu(items: readonly TrayMenuItem[]): void {
    const text = JSON.stringify(items);
    if (text === this.#shown.menu) return;
    this.#shown.menu = text;
    const { onAction, platform } = this.#options;
    this.#menu = Menu.buildFromTemplate(
      items.map((item) => {
        if (item.kind === 'separator') return { type: 'separator' };
        const { action, label } = item;
        return action === null ? { label, enabled: false } : { label, click: () => onAction(action) };
      }),
    );
    // Elsewhere a set menu would take the left click as well.
    if (platform === 'linux') this.#tray.setContextMenu(this.#menu);
  }

  /** The glyph's tone against the panel. */
  #currentTone(): IconTone {
    const { platform, desktop } = this.#options;
    if (platform === 'darwin') return 'template';
    if (platform === 'win32') return nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ? 'light' : 'dark';
    // Only KDE's and LXQt's panels follow the theme; the others' are dark in either.
    if (!/kde|lxqt/i.test(desktop)) return 'light';
    // A theme chosen for the program says nothing of the panel.
    if (nativeTheme.themeSource !== 'system') return this.#tone;
    return nativeTheme.shouldUseDarkColors ? 'light' : 'dark';
  }
}
