/** The composition root: builds every part, passes it on, owns its lifetime. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { app, dialog, protocol } from 'electron';
import log from 'electron-log/main.js';

import { dayOf } from '../shared/day.js';
import { FaultError, faultMessage } from '../shared/faults.js';
import type { ProviderId } from '../shared/model.js';
import { cliApp } from './cli/core-app.js';
import { runCli } from './cli/cli.js';
import { parseWords } from './cli/parse.js';
import type { Core } from './core/core.js';
import { openHome } from './core/home.js';
import type { Home } from './core/home.js';
import { openCore, userAgent } from './core/open.js';
import type { OpenOptions } from './core/open.js';
import { runOnce } from './demo/once.js';
import { startDemoServers } from './demo/servers.js';
import type { DemoServers } from './demo/servers.js';
import { EndSignals } from './end-signals.js';
import { logInto } from './log-file.js';
import { readBases } from './providers/origins.js';
import { registerAppScheme, serveApp } from './shell/protocol.js';
import { createRendererSession, hardenAllContents } from './shell/session.js';
import { TrayApp, trayHostPresent } from './shell/tray-app.js';
import { createVendorFetch } from './shell/vendor-session.js';
import { makeTemporaryFolder, removeTemporaryFolder } from './temporary-folder.js';
import { modeOf, programWords } from './words.js';
import type { Mode } from './words.js';

/** Syncs and exports under way end within a second. */
const END_LIMIT_MS = 10_000;
const WORKER = new URL('./worker.js', import.meta.url);
const PRELOAD = join(import.meta.dirname, '../preload/preload.cjs');
const RENDERER = join(import.meta.dirname, '../renderer');

interface Opened {
  readonly core: Core;
  /** Set once the window's parts exist. */
  tray: TrayApp | null;
}

async function open(
  home: Home,
  bases: Readonly<Record<ProviderId, string>>,
  options: Pick<OpenOptions, 'demo' | 'leadsBack' | 'fallBackToMemory'>,
): Promise<Opened> {
  const version = app.getVersion();
  const origins = Object.values(bases).map((base) => new URL(base).origin);
  let opened: Opened | null = null;
  const core = await openCore({
    home,
    bases,
    fetch: createVendorFetch(userAgent(version), origins),
    version,
    workerScript: WORKER,
    ...options,
    now: () => Date.now(),
    onChange: () => opened?.tray?.changed(),
    nextPollAt: () => opened?.tray?.nextPollAt() ?? null,
  });
  opened = { core, tray: null };
  return opened;
}

/** The home of everything stored. Not asked of `userData`, which Chromium would make at once. */
function homeFolder(): string {
  return process.env['COST_TRAY_HOME'] || join(app.getPath('appData'), app.getName());
}

async function runCommandLine(words: readonly string[]): Promise<number> {
  // Chromium's files in a folder of their own, so that a tray that is running is not disturbed and none is left.
  const session = makeTemporaryFolder(tmpdir(), 'cost-tray-session');
  app.setPath('userData', session);
  app.setPath('sessionData', session);
  logInto(join(session, 'command-line.log'));
  app.disableHardwareAcceleration();
  const interruption = new AbortController();
  const signals = new EndSignals(() => interruption.abort());
  signals.listen();
  // Chromium's answer to a signal that it hears on its way to "ready": it would end the program with 0.
  app.on('before-quit', (event) => {
    event.preventDefault();
    signals.listen();
    signals.hear();
  });
  try {
    const command = parseWords(words, dayOf(Date.now()));
    if (command.kind === 'tray') throw new Error('Without words the tray opens.');
    return await runCli(
      command,
      app.getVersion(),
      async () => {
        const bases = readBases(process.env);
        await app.whenReady();
        signals.listen();
        interruption.signal.throwIfAborted();
        const home = openHome(homeFolder());
        logInto(join(home.logs, 'command-line.log'));
        const { core } = await open(home, bases, { demo: false, leadsBack: false, fallBackToMemory: false });
        return cliApp(core);
      },
      {
        stdin: process.platform === 'win32' ? null : process.stdin,
        stdout: process.stdout,
        stderr: process.stderr,
        cwd: process.env['INIT_CWD'] ?? process.cwd(),
        signal: interruption.signal,
      },
    );
  } finally {
    removeTemporaryFolder(session);
  }
}

async function runTray(mode: Exclude<Mode, { readonly kind: 'words' }>): Promise<void> {
  const demo = mode.kind === 'demo';
  const once = demo ? mode.once : null;
  const temporary = once === null ? null : makeTemporaryFolder(tmpdir(), 'cost-tray-once');
  const home = openHome(
    temporary ?? (demo ? join(tmpdir(), `cost-tray-demo-${userSuffix()}`) : homeFolder()),
  );
  app.setPath('userData', home.folder);
  app.setPath('sessionData', join(home.folder, 'browser'));
  app.setPath('crashDumps', join(home.folder, 'browser', 'Crashpad'));
  logInto(join(home.logs, 'main.log'));
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return;
  }
  const bases = demo ? null : readBases(process.env);
  await app.whenReady();
  const servers = demo ? await startDemoServers({ now: () => Date.now() }) : null;
  const opened = await open(
    home,
    bases ?? { phala: servers?.phalaUrl ?? '', clickhouse: servers?.clickhouseUrl ?? '' },
    { demo, leadsBack: demo && mode.visit, fallBackToMemory: true },
  );
  if (servers !== null) await connectDemo(opened.core, servers);
  await runWindow(opened, once, async () => {
    await servers?.close();
    if (temporary !== null) removeTemporaryFolder(temporary);
  });
}

async function runWindow(opened: Opened, once: string | null, cleanUp: () => Promise<void>): Promise<void> {
  const { core } = opened;
  const rendererSession = createRendererSession();
  serveApp(rendererSession.protocol, RENDERER);
  const attached = once === null && (await trayHostPresent());
  const tray = new TrayApp(
    { core, rendererSession, preload: PRELOAD, command: restartCommand(), pictured: once !== null },
    attached,
  );
  opened.tray = tray;
  let status = 0;
  let ending = false;
  app.on('before-quit', (event) => {
    event.preventDefault();
    if (ending) return;
    ending = true;
    // Every commit is whole: to end without a farewell loses nothing, not to end leaves a program that nobody sees.
    setTimeout(() => {
      log.error('The end took too long.');
      leave(status);
    }, END_LIMIT_MS);
    void tray
      .stop()
      .then(cleanUp)
      .finally(() => app.exit(status));
  });
  app.on('window-all-closed', () => undefined);
  app.on('second-instance', () => void tray.show());
  app.on('activate', () => void tray.show());
  new EndSignals(() => app.quit()).listen();
  tray.start();
  if (once !== null) {
    status = await onceStatus(core, tray, once);
    app.quit();
  } else if (!attached || core.parts.ledger.connections().length === 0 || core.parts.demo) {
    await tray.show();
  }
}

async function onceStatus(core: Core, tray: TrayApp, folder: string): Promise<number> {
  try {
    await runOnce({
      core,
      folder,
      capture: () => tray.picture(),
    });
    return 0;
  } catch (error) {
    process.stderr.write(`${sentence(error)}\n`);
    return 1;
  }
}

/** Both sample accounts, whose keys live in memory only and are therefore entered at every start. */
async function connectDemo(core: Core, servers: DemoServers): Promise<void> {
  const { phala, clickhouse } = servers.keys;
  await core.connections.connect({ provider: 'phala', apiKey: phala }, null);
  await core.connections.connect({ provider: 'clickhouse', ...clickhouse }, null);
}

function restartCommand(): readonly [string, ...string[]] {
  return app.isPackaged
    ? [process.execPath]
    : [process.execPath, ...process.argv.slice(1, 1 + appArguments())];
}

/** From a checkout: how many arguments lead up to and include the program's folder. */
function appArguments(): number {
  return process.argv.length - 1 - programWords(process.argv, app.getAppPath(), app.isPackaged).length;
}

function userSuffix(): string {
  return String(process.getuid?.() ?? process.env['USERNAME'] ?? 'user');
}

function sentence(error: unknown): string {
  if (error instanceof FaultError) return faultMessage(error, 'the vendor');
  return error instanceof Error ? error.message : 'Cost Tray could not start.';
}

/**
 * Ends the process without Chromium's own farewell. That one asks the desktop
 * for its theme once more and, where there is no display, dies of the answer in
 * about one of fifteen runs, status and all. Standard output is drained by now.
 */
function leave(status: number): void {
  const node: NodeJS.Process & { readonly reallyExit?: (code: number) => void } = process;
  node.reallyExit?.(status);
}

async function main(): Promise<void> {
  const mode = modeOf(programWords(process.argv, app.getAppPath(), app.isPackaged));
  try {
    hardenAllContents(app);
    registerAppScheme(protocol);
    switch (mode.kind) {
      case 'words':
        leave(await runCommandLine(mode.words));
        break;
      case 'demo':
      case 'tray':
        await runTray(mode);
        break;
    }
  } catch (error) {
    process.stderr.write(`${sentence(error)}\n`);
    // Started from a desktop, nobody reads standard error.
    const windowed = mode.kind === 'tray' || (mode.kind === 'demo' && mode.once === null);
    if (windowed && app.isPackaged && !process.stderr.isTTY) {
      // Before that, Linux would show none.
      await app.whenReady();
      dialog.showErrorBox('Cost Tray could not start', sentence(error));
    }
    app.exit(1);
  }
}

void main();
