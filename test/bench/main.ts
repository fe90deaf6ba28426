/**
 * `npm run bench [-- quick] [-- TABLE…]`: tables of ratios, each figure beside a
 * baseline of the same run. Every table is made in a process of its own, so that
 * none inherits another's memory or compiled code.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';

type MakeTable = (size: { readonly quick: boolean }) => Promise<string>;

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
  backfill: {
    title: 'A backfill',
    load: async (): Promise<MakeTable> => (await import('./backfill.js')).backfillBench,
  },
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
} as const;

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
  for (const name of named.length > 0 ? named : Object.keys(TABLES)) {
    const child = fork(process.argv[1] ?? '', ['make', name, ...size], { stdio: 'inherit' });
    const [status] = (await once(child, 'exit')) as [number | null];
    if (status !== 0) failed += 1;
  }
  return failed === 0 ? 0 : 1;
}

async function run([first = '', ...rest]: readonly string[]): Promise<number> {
  const [second = '', size] = rest;
  if (first === 'serve') return (await import('./servers.js')).serve(second);
  if (first !== 'make' || !isTable(second)) {
    return makeAll(process.argv.slice(2).map((word) => word.replace(/^--/, '')));
  }
  const { title, load } = TABLES[second];
  const make = await load();
  console.log(`\n## ${title}\n\n${await make({ quick: size === 'quick' })}`);
  return 0;
}

process.exitCode = await run(process.argv.slice(2));
