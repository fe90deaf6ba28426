import { describe, expect, it } from 'vitest';

import type { Scope } from '../../electron/ledger/types.js';
import { TaskList } from '../../electron/polling/tasks.js';
import type { Task } from '../../electron/polling/tasks.js';
import { WindowLengths } from '../../electron/polling/memo/window-lengths.js';
import { day } from '../../shared/day.js';

function task(key: string, from: string, to: string, purpose: Task['purpose'] = 'backfill'): Task {
  const scope = { id: key.charCodeAt(0), key } as Scope;
  return { scope, window: { from: day(from), to: day(to) }, purpose, readAt: 0 };
}

function list(...tasks: Task[]): TaskList {
  return new TaskList(tasks, () => false, new WindowLengths({}));
}

function names(tasks: readonly Task[]): string[] {
  return tasks.map(({ scope, window }) => `${scope.key} ${window.from.slice(5)} to ${window.to.slice(5)}`);
}

function all(tasks: TaskList): string[] {
  const taken: Task[] = [];
  for (let next = tasks.take(); next !== null; next = tasks.take()) taken.push(next);
  return names(taken);
}

describe('a window that does not fit', () => {
  it('has its newer half asked for at once, and the older one among days as old', () => {
    const first = task('a', '2026-03-01', '2026-03-31');
    const tasks = list(
      task('b', '2026-03-01', '2026-03-31'),
      task('c', '2026-03-01', '2026-03-15'),
      task('b', '2026-02-01', '2026-02-28'),
      task('a', '2025-01-01', '2025-01-01', 'audit'),
    );
    expect(tasks.split(first, 5_000)).toBe(16);
    expect(all(tasks)).toEqual([
      'a 03-16 to 03-31',
      'b 03-01 to 03-31',
      'a 03-01 to 03-15',
      'c 03-01 to 03-15',
      'b 02-01 to 02-28',
      'a 01-01 to 01-01',
    ]);
  });

  it('shortens the later ones of its scope, of which the newer halves come first too', () => {
    const tasks = list(task('a', '2026-02-01', '2026-02-28'), task('b', '2026-02-01', '2026-02-28'));
    tasks.split(task('a', '2026-03-01', '2026-03-31'), 5_000);
    expect(all(tasks)).toEqual([
      'a 03-16 to 03-31',
      'a 03-01 to 03-15',
      'a 02-15 to 02-28',
      'b 02-01 to 02-28',
      'a 02-01 to 02-14',
    ]);
  });

  it('of a poll keeps its turn', () => {
    const tasks = list(task('b', '2026-03-01', '2026-03-31', 'poll'));
    tasks.split(task('a', '2026-03-01', '2026-03-31', 'poll'), 5_000);
    expect(all(tasks)).toEqual(['a 03-16 to 03-31', 'a 03-01 to 03-15', 'b 03-01 to 03-31']);
  });
});

describe('the next task', () => {
  it('is cut to what fits and stays in the list', () => {
    const tasks = list(task('a', '2026-02-01', '2026-02-28'));
    tasks.split(task('a', '2026-03-30', '2026-03-31'), 5_000);
    tasks.take();
    tasks.take();
    const next = tasks.peek();
    expect(next?.window).toEqual({ from: '2026-02-28', to: '2026-02-28' });
    expect(tasks.take()).toEqual(next);
  });

  it('is none where none is left', () => {
    expect(list().peek()).toBeNull();
    expect(list().take()).toBeNull();
  });
});

describe('the windows of a scope', () => {
  it.each([
    ['grow again where they fill little of an answer', 1_999, 2],
    ['stay short where twice as many days may not fit', 2_000, 1],
  ])('%s', (_, rows, days) => {
    const tasks = list(task('a', '2026-02-01', '2026-02-28'));
    tasks.split(task('a', '2026-03-30', '2026-03-31'), 5_000);
    for (let half = 0; half < 2; half += 1) {
      const read = tasks.take();
      if (read === null) throw new Error('no half');
      tasks.wasRead(read, half === 0 ? 5_000 : rows);
    }
    expect(names([tasks.take() as Task])).toEqual([days === 2 ? 'a 02-27 to 02-28' : 'a 02-28 to 02-28']);
  });

  it('stay short where something else than rows was too much', () => {
    const tasks = list(task('a', '2026-02-01', '2026-02-28'));
    tasks.split(task('a', '2026-03-31', '2026-03-31'), null);
    tasks.wasRead(task('a', '2026-03-31', '2026-03-31'), 1);
    expect(names([tasks.take() as Task])).toEqual(['a 02-28 to 02-28']);
  });
});
