/**
 * Scopes whose usage cannot be had. One's trouble may be its own, and must not
 * keep the others from being read; that of two in a row is the whole vendor's.
 */
import type { Fault } from '../../shared/faults.js';
import type { Scope } from '../ledger/types.js';
import type { Task } from './tasks.js';

/** Faults of a scope's answer that may be its own as well as the whole vendor's. */
const SCOPE_FAULTS: ReadonlySet<string> = new Set(['vendor-fault', 'timeout', 'permission']);
/** So many scopes in trouble are remembered. */
const MAX_TROUBLED = 200;

export class Trouble {
  /** The last scope that was in trouble, until another one is read. */
  private last: Scope | null = null;

  /** @param memo of the connection: a scope in trouble is asked last from now on */
  constructor(private readonly memo: Record<string, unknown>) {}

  order(tasks: readonly Task[]): Task[] {
    const troubled = new Set(this.keys());
    const isTroubled = ({ scope }: Task): boolean => troubled.has(scope.key);
    return [...tasks.filter((task) => !isTroubled(task)), ...tasks.filter(isTroubled)];
  }

  wasRead(scope: Scope): void {
    this.last = null;
    this.memo.troubled = this.keys().filter((key) => key !== scope.key);
  }

  /** Notes a fault of the scope's usage. @returns whether it may be the scope's own, so that the others are read */
  wasOwn(scope: Scope, { kind, retryAt }: Fault): boolean {
    if (!SCOPE_FAULTS.has(kind) || retryAt !== null) return false;
    const isSecond = this.last !== null && this.last.id !== scope.id;
    this.last = scope;
    const others = this.keys().filter((key) => key !== scope.key);
    this.memo.troubled = [...others, scope.key].slice(-MAX_TROUBLED);
    return !isSecond;
  }

  private keys(): string[] {
    const { troubled } = this.memo;
    return Array.isArray(troubled) ? troubled.filter((key) => typeof key === 'string') : [];
  }
}
