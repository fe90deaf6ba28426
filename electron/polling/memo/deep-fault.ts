/**
 * A fault of days that are asked for once a day only. It stands until they are
 * asked for again: that the polls in between go well says nothing of them.
 */
import { FAULT_KINDS } from '../../../shared/faults.js';
import type { Fault } from '../../../shared/faults.js';
import { isObject } from '../../providers/wire.js';

export class DeepFault {
  /** @param memo of the connection, in which it is kept */
  constructor(private readonly memo: Record<string, unknown>) {}

  get standing(): Fault | null {
    const { deepFault: kept } = this.memo;
    const kind = isObject(kept) ? FAULT_KINDS.find((one) => one === kept.kind) : undefined;
    if (!isObject(kept) || kind === undefined) return null;
    return { kind, detail: typeof kept.detail === 'string' ? kept.detail : null, retryAt: null };
  }

  keep({ kind, detail }: Fault): void {
    this.memo.deepFault = { kind, detail };
  }

  forget(): void {
    delete this.memo.deepFault;
  }
}
