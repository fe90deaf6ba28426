/** What Linux has counted for the processes of a program: time on a CPU, and how often they were woken. */
import { readFileSync, readdirSync } from 'node:fs';

export const PROCESS_KINDS = ['main', 'page', 'GPU', 'others'] as const;
export type ProcessKind = (typeof PROCESS_KINDS)[number];

export interface Work {
  /** Milliseconds on a CPU. */
  readonly cpu: number;
  /** How often a thread was put on a CPU. */
  readonly wakes: number;
}

export type WorkOf = Readonly<Record<ProcessKind, Work>>;

const NONE: Work = { cpu: 0, wakes: 0 };

/** Everything since the start of the processes below `main`, itself included. */
export function workOf(main: number): WorkOf {
  const sums: Record<ProcessKind, Work> = { main: NONE, page: NONE, GPU: NONE, others: NONE };
  for (const pid of familyOf(main)) {
    const kind = pid === main ? 'main' : kindOf(pid);
    const work = threadsOf(pid);
    sums[kind] = { cpu: sums[kind].cpu + work.cpu, wakes: sums[kind].wakes + work.wakes };
  }
  return sums;
}

export function difference(after: WorkOf, before: WorkOf): WorkOf {
  const of = (kind: ProcessKind): Work => ({
    cpu: after[kind].cpu - before[kind].cpu,
    wakes: after[kind].wakes - before[kind].wakes,
  });
  return { main: of('main'), page: of('page'), GPU: of('GPU'), others: of('others') };
}

function familyOf(main: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // The name in brackets may hold spaces; the parent is the second field after it.
    const parent = read(`/proc/${name}/stat`)?.split(') ').at(-1)?.split(' ')[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const family = [main];
  for (const member of family) {
    for (const [pid, parent] of parents) if (parent === member) family.push(pid);
  }
  return family;
}

function kindOf(pid: number): ProcessKind {
  const type = /--type=([a-z-]+)/.exec(read(`/proc/${pid}/cmdline`) ?? '')?.[1];
  if (type === 'renderer') return 'page';
  return type === 'gpu-process' ? 'GPU' : 'others';
}

function threadsOf(pid: number): Work {
  let sum = NONE;
  for (const thread of names(`/proc/${pid}/task`)) {
    // Nanoseconds on a CPU, nanoseconds of waiting for one, and how often it was put on one.
    const [cpu = 0, , wakes = 0] = (read(`/proc/${pid}/task/${thread}/schedstat`) ?? '')
      .split(' ')
      .map(Number);
    sum = { cpu: sum.cpu + cpu / 1e6, wakes: sum.wakes + wakes };
  }
  return sum;
}

/** Null for what has ended meanwhile. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
