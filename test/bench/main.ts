/**
 * `npm run bench [-- quick] [-- TABLE…]`: tables of ratios, each figure beside a
 * baseline of the same run. Every table is made in a process of its own, so that
 * none inherits another's memory or compiled code.
 */
import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';

import { electronCommand } from './electron-command.js';

type MakeTable = (size: { readonly quick: boolean }) => Promise<string>;

interface Table {
  readonly title: string;
  /** Null where it is made in Electron, see in-electron.ts. */
  readonly load: (() => Promise<MakeTable>) | null;
}

/** Each loads its own code only: what another needs would be heap to be marked while this one measures. */
const TABLES = {
  page: {
    title: 'A Phala page of 5,000 rows, read and stored',
    load: async (): Promise<MakeTable> => (await import('./page.js')).pageBench,
  },
  overview: {
    title: 'The overview',
    load: async (): Promise<MakeTable> => (await import('./overview.js')).overviewBench,
  },
  backfill: { title: 'A backfill', load: null },
  frames: {
    title: 'Frames of the window',
    load: async (): Promise<MakeTable> => (await import('./frames.js')).framesBench,
  },
  idle: {
    title: 'The program at rest',
    load: async (): Promise<MakeTable> => (await import('./idle.js')).idleBench,
  },
  forecast: {
    title: 'The forecast on simulated series',
    load: async (): Promise<MakeTable> => {
      const { forecastBench } = await import('./forecast.js');
      return () => Promise.resolve(forecastBench());
    },
  },
} as const satisfies Readonly<Record<string, Table>>;

type TableName = keyof typeof TABLES;

function isTable(word: string): word is TableName {
  return Object.hasOwn(TABLES, word);
}

async function makeAll(words: readonly string[]): Promise<number> {
  const unknown = words.filter((word) => word !== 'quick' && !isTable(word));
  if (unknown.length > 0) {
    console.error(`Not known: ${unknown.join(' ')}. Words are quick, ${Object.keys(TABLES).join(', ')}.`);
    return 2;
  }
  const named = words.filter(isTable);
  const size = words.includes('quick') ? ['quick'] : [];
  let failed = 0;
  for (const name of named.length > 0 ? named : Object.keys(TABLES).filter(isTable)) {
    const [status] = (await once(start(name, size), 'exit')) as [number | null];
    if (status !== 0) failed += 1;
  }
  return failed === 0 ? 0 : 1;
}

function start(name: TableName, size: readonly string[]): ChildProcess {
  const script = process.argv[1] ?? '';
  const { title, load } = TABLES[name];
  console.log(`\n## ${title}\n`);
  if (load !== null) return fork(script, ['make', name, ...size], { stdio: 'inherit' });
  const { path, args } = electronCommand(dirname(script));
  const words = ['--ozone-platform=headless', ...args, '--', process.execPath, script, ...size];
  return spawn(path, words, { stdio: 'inherit' });
}

async function run([first = '', ...rest]: readonly string[]): Promise<number> {
  const [second = '', size] = rest;
  if (first === 'serve') return (await import('./servers.js')).serve(second);
  if (first !== 'make' || !isTable(second)) {
    return makeAll(process.argv.slice(2).map((word) => word.replace(/^--/, '')));
  }
  const make = await TABLES[second].load?.();
  if (make === undefined) return 2;
  console.log(await make({ quick: size === 'quick' }));
  return 0;
}

process.exitCode = await run(process.argv.slice(2));
