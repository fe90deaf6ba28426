/** The program with its window: polling, tray, popover and the events of the system. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { app, clipboard, dialog, globalShortcut, nativeTheme, net, powerMonitor, shell } from 'electron';
import type { Session } from 'electron';
import log from 'electron-log/main.js';

import { HOUR_MS, dayOf, endOf } from '../../shared/day.js';
import type { CallParsed } from '../../shared/ipc.js';
import type { AppState, ConnectionView } from '../../shared/model.js';
import { staleAfterMs } from '../../shared/policy/staleness.js';
import type { Settings } from '../../shared/settings.js';
import type { Core } from '../core/core.js';
import { diagnostics } from '../core/diagnostics.js';
import { freeExportPath } from '../export/name.js';
import { Scheduler } from '../polling/scheduler.js';
import { VISIT_WORDS } from '../words.js';
import { setAutostart } from './autostart.js';
import { Changes } from './changes.js';
import { createHandlers } from './handlers.js';
import { registerHandlers, senderCheck } from './ipc.js';
import { watchLedger } from './ledger-watch.js';
import type { LedgerWatch } from './ledger-watch.js';
import { LastState, RETRY_MS } from './last-state.js';
import { openLink } from './open-link.js';
import { Popover } from './popover.js';
import type { View } from './popover.js';
import { Shortcut } from './shortcut.js';
import { CostTray } from './tray.js';
import { awaitTrayHost, runProgram } from './tray-host.js';
import type { TrayAction } from './tray-menu.js';

const SHOWN_PAUSE_MS = 250;
const HIDDEN_PAUSE_MS = 2_000;
/** While a connection is offline: how often the network card is asked. No request leaves the machine. */
const NETWORK_CHECK_MS = 15_000;
/** At login a panel may come seconds after us. */
const TRAY_HOST_TRIES = 3;

/** Resolves in the page when what was pushed before is on screen. */
const TWO_FRAMES =
  'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(true))))';

export interface TrayAppOptions {
  readonly core: Core;
  readonly rendererSession: Session;
  readonly preload: string;
  /** What starts this program again, for start at login and the ways into demo mode and back. */
  readonly command: readonly [string, ...string[]];
  /** A run that takes a picture: no tray, and the popover stays open. */
  readonly pictured: boolean;
}

export class TrayApp {
  readonly popover: Popover;
  private readonly scheduler: Scheduler;
  private readonly changes: Changes;
  private readonly states: LastState;
  private readonly shortcut: Shortcut;
  private tray: CostTray | null = null;
  private watch: LedgerWatch | null = null;
  private momentTimer: NodeJS.Timeout | null = null;
  private networkTimer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly options: TrayAppOptions,
    private readonly attached: boolean,
  ) {
    const { core } = options;
    const { now, formatTime } = core.parts;
    this.states = new LastState({
      build: () => core.state(),
      now,
      formatTime,
      onFailure: (error) => log.error('The overview could not be built.', error),
    });
    this.changes = new Changes(
      () => this.present(),
      () => (this.popover.visible ? SHOWN_PAUSE_MS : HIDDEN_PAUSE_MS),
      () => performance.now(),
    );
    this.popover = new Popover({
      preload: options.preload,
      session: options.rendererSession,
      platform: process.platform,
      attached,
      keepOpen: options.pictured,
      background: () => (nativeTheme.shouldUseDarkColors ? '#1c1c1e' : '#ffffff'),
      trayBounds: () => this.tray?.bounds() ?? null,
      now: () => performance.now(),
      onVisible: (visible) => {
        if (!visible) return;
        this.present();
        this.scheduler.trigger('popover');
      },
      onClose: () => app.quit(),
      onFailure: (message) => log.error(message),
    });
    this.scheduler = new Scheduler({
      now,
      random: Math.random,
      connections: () => core.syncs.pollable(),
      settings: () => ({
        cadenceMinutes: core.settings().cadenceMinutes,
        onBattery: powerMonitor.isOnBatteryPower(),
      }),
      poll: (ids) => core.syncs.begin(ids, false),
    });
    this.shortcut = new Shortcut(globalShortcut, () => {
      void this.popover.toggle();
    });
  }

  nextPollAt(): number | null {
    return this.scheduler.nextPollAt();
  }

  /** Something that views show has changed. */
  changed(): void {
    if (!this.stopped) this.changes.note();
  }

  /** @throws where there is nothing to show: what the ledger says cannot be read */
  start(): void {
    const { core } = this.options;
    const { home, ledger } = core.parts;
    registerHandlers(
      createHandlers(core, {
        pageReady: () => this.popover.pageReady(),
        changed: () => this.changed(),
        state: () => this.states.read().state,
        chooseExportPath: (order) => this.chooseExportPath(order),
        copy: (text) => {
          void clipboard.writeText(text);
        },
        diagnostics: () => diagnostics(core, process.versions),
        openLink: (link) => openLink((url) => shell.openExternal(url), link),
        settingsChanged: (settings, before) => this.applySettings(settings, before),
        startDemo: () => this.restart(VISIT_WORDS),
        leaveDemo: () => this.restart([]),
        quitAfterDelete: (left) => this.quitAfterDelete(left),
        // Without a tray nothing but a second launch would bring a hidden window back.
        closePopover: () => {
          if (this.attached) this.popover.hide();
        },
      }),
      senderCheck(() => this.popover.contents),
      (name, error) => log.error(`The call ${name} failed.`, error),
    );
    this.applySettings(core.settings(), null);
    this.watch = watchLedger(
      home.folder,
      home.ledger,
      () => ledger.dataVersion(),
      () => this.changed(),
    );
    powerMonitor.on('resume', () => this.scheduler.trigger('wake'));
    powerMonitor.on('unlock-screen', () => this.scheduler.trigger('wake'));
    powerMonitor.on('on-battery', () => this.scheduler.plan());
    powerMonitor.on('on-ac', () => this.scheduler.plan());
    if (!this.options.pictured) this.makeTray(this.states.read().state);
    this.scheduler.trigger('start');
    this.present();
  }

  /** A click on the tray, a second launch, or the shortcut. */
  async show(view?: View): Promise<void> {
    await this.popover.show(view);
  }

  /** The popover as PNG, once it has painted the present state. */
  async picture(): Promise<Buffer> {
    await this.show();
    this.present();
    await this.popover.contents?.executeJavaScript(TWO_FRAMES);
    return this.popover.capture();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.scheduler.stop();
    this.changes.stop();
    clearTimeout(this.momentTimer ?? undefined);
    clearInterval(this.networkTimer ?? undefined);
    this.watch?.close();
    this.shortcut.dispose();
    this.tray?.dispose();
    this.popover.dispose();
    await this.options.core.close();
  }

  private makeTray(state: AppState): void {
    try {
      this.tray = new CostTray(
        {
          platform: process.platform,
          desktop: process.env['XDG_CURRENT_DESKTOP'] ?? '',
          onClick: () => void this.popover.toggle(),
          onAction: (action) => this.act(action),
        },
        state,
      );
    } catch (error) {
      log.warn('This desktop shows no tray icon.', error);
    }
  }

  private act(action: TrayAction): void {
    switch (action) {
      case 'open':
        void this.show();
        break;
      case 'refresh':
        this.options.core.syncs.begin(
          this.options.core.syncs.pollable().map(({ id }) => id),
          true,
        );
        break;
      case 'export':
      case 'settings':
        void this.show(action);
        break;
      case 'quit':
        app.quit();
        break;
    }
  }

  /** Builds what is shown anew and hands it to tray and popover. */
  private present(): void {
    if (this.stopped) return;
    const { state, isCurrent } = this.states.read();
    this.tray?.update(state);
    this.popover.push('state', state);
    this.planNextMoment(state.overview.connections, isCurrent);
    // What cannot be shown cannot be planned by either: the plans that stand go on.
    if (!isCurrent) return;
    this.scheduler.plan();
    this.watchNetwork(state.overview.connections.some(({ fault }) => fault?.kind === 'offline'));
  }

  /**
   * The next instant at which what is shown changes by itself: the UTC day's end, or data turning stale.
   *
   * @param isCurrent false where what is shown could not be built, and is to be tried again soon
   */
  private planNextMoment(connections: readonly ConnectionView[], isCurrent: boolean): void {
    const { core } = this.options;
    const time = core.parts.now();
    const limit = staleAfterMs(core.settings().cadenceMinutes);
    const moments = connections
      .filter(({ removed, lastSuccess }) => !removed && lastSuccess !== null)
      .map(({ lastSuccess }) => (lastSuccess ?? 0) + limit + 1)
      .filter((moment) => moment > time);
    clearTimeout(this.momentTimer ?? undefined);
    const next = Math.min(endOf(dayOf(time)), ...moments);
    // Hidden and asleep nothing needs it sooner; a clock that was set is noticed within the hour.
    const longest = isCurrent ? HOUR_MS : RETRY_MS;
    this.momentTimer = setTimeout(() => this.present(), Math.min(next - time + 50, longest));
  }

  private watchNetwork(offline: boolean): void {
    if (!offline || this.stopped) {
      clearInterval(this.networkTimer ?? undefined);
      this.networkTimer = null;
      return;
    }
    if (this.networkTimer !== null) return;
    let online = net.isOnline();
    this.networkTimer = setInterval(() => {
      const before = online;
      online = net.isOnline();
      if (online && !before) this.scheduler.trigger('network');
    }, NETWORK_CHECK_MS);
  }

  /** Applies what the system must know of. @returns one sentence about what it refused, or null */
  private applySettings(settings: Settings, before: Settings | null): string | null {
    nativeTheme.themeSource = settings.theme;
    this.scheduler.plan();
    let problem: string | null = null;
    if (settings.shortcut !== (before?.shortcut ?? null)) {
      const outcome = this.shortcut.set(settings.shortcut);
      if (outcome === 'taken') problem = 'Another program has that shortcut; choose another one.';
      if (outcome === 'invalid') problem = 'That is no key combination; write it like Ctrl+Shift+C.';
      // At start the combination may be taken for the moment only: the choice stays.
      if (problem !== null && before !== null) {
        this.options.core.parts.settings.change({ shortcut: before.shortcut });
      }
    }
    // Sample data are nothing to start with the computer.
    const isDemo = this.options.core.parts.demo;
    if (!isDemo && settings.startAtLogin !== (before?.startAtLogin ?? false))
      void this.autostart(settings.startAtLogin);
    return problem;
  }

  private async quitAfterDelete(left: readonly string[]): Promise<void> {
    this.stopped = true;
    this.scheduler.stop();
    // It would ask a ledger that is gone.
    this.watch?.close();
    if (!this.options.core.parts.demo) await this.autostart(false);
    await Promise.all([
      this.options.rendererSession.clearStorageData(),
      this.options.rendererSession.clearCache(),
    ]);
    try {
      rmSync(app.getPath('sessionData'), { recursive: true, force: true });
    } catch (error) {
      // Some systems do not let go of open files; what they held was cleared above.
      log.warn('The browser folder could not be removed.', error);
    }
    if (left.length > 0) {
      dialog.showErrorBox('Not everything could be deleted', `Please delete yourself:\n${left.join('\n')}`);
    }
    app.exit(0);
  }

  private async autostart(enabled: boolean): Promise<void> {
    const configFolder = process.env['XDG_CONFIG_HOME'] || join(app.getPath('home'), '.config');
    try {
      await setAutostart(
        { platform: process.platform, app, command: this.options.command, configFolder },
        enabled,
      );
    } catch (error) {
      log.error('Start at login could not be changed.', error);
    }
  }

  private async chooseExportPath({ range }: CallParsed<'exportCsv'>): Promise<string | null> {
    const defaultPath = await freeExportPath(app.getPath('documents'), range);
    const options = { defaultPath, filters: [{ name: 'CSV', extensions: ['csv'] }] };
    const { canceled, filePath } = await this.popover.hold((parent) =>
      parent === null ? dialog.showSaveDialog(options) : dialog.showSaveDialog(parent, options),
    );
    return canceled || filePath === '' ? null : filePath;
  }

  private restart(words: readonly string[]): void {
    const [, ...args] = this.options.command;
    app.relaunch({ args: [...args, ...words] });
    app.quit();
  }
}

/** Whether a tray icon would be seen here; asked once, patiently, before the window is made. */
export function trayHostPresent(): Promise<boolean> {
  return awaitTrayHost(
    {
      platform: process.platform,
      run: runProgram,
      wait: (milliseconds) => sleep(milliseconds),
    },
    TRAY_HOST_TRIES,
  );
}
