/**
 * Scopes whose usage cannot be had. One's trouble may be its own, and must not
 * keep the others from being read; that of several in a row is the whole vendor's.
 */
import type { Fault } from '../../../shared/faults.js';
import type { Scope } from '../../ledger/types.js';
import type { Task } from '../tasks.js';

/**
 * Faults of a scope's answer that may be its own as well as the whole vendor's, and
 * how many scopes in a row make them the vendor's. Permission is given by scope.
 */
const SCOPE_FAULTS: ReadonlyMap<string, number> = new Map([
  ['vendor-fault', 2],
  ['timeout', 2],
  ['permission', Infinity],
]);
/** So many scopes in trouble are remembered. */
const MAX_TROUBLED = 200;

export class Trouble {
  /** Scopes were read all the same. */
  isPartial = false;
  /** The scopes in trouble since one was read, by how many of them are the vendor's. */
  private readonly inRow = new Map<number, Set<number>>();

  /** @param memo of the connection: a scope in trouble is asked last from now on */
  constructor(private readonly memo: Record<string, unknown>) {}

  order(tasks: readonly Task[]): Task[] {
    const troubled = new Set(this.keys());
    const isTroubled = ({ scope }: Task): boolean => troubled.has(scope.key);
    return [...tasks.filter((task) => !isTroubled(task)), ...tasks.filter(isTroubled)];
  }

  wasRead(scope: Scope): void {
    this.inRow.clear();
    this.isPartial = true;
    this.memo.troubled = this.keys().filter((key) => key !== scope.key);
  }

  /** Notes a fault of the scope's usage. @returns whether it may be the scope's own, so that the others are read */
  wasOwn(scope: Scope, { kind, retryAt }: Fault): boolean {
    const limit = SCOPE_FAULTS.get(kind);
    if (limit === undefined || retryAt !== null) return false;
    const inRow = new Set(this.inRow.get(limit)).add(scope.id);
    this.inRow.set(limit, inRow);
    const others = this.keys().filter((key) => key !== scope.key);
    this.memo.troubled = [...others, scope.key].slice(-MAX_TROUBLED);
    return inRow.size < limit;
  }

  /** Several scopes are in trouble and none was read: what is wrong is not theirs by name. */
  get isEverywhere(): boolean {
    return !this.isPartial && [...this.inRow.values()].some(({ size }) => size > 1);
  }

  private keys(): string[] {
    const { troubled } = this.memo;
    return Array.isArray(troubled) ? troubled.filter((key) => typeof key === 'string') : [];
  }
}
