import { Comparison } from './comparison.js';
import { DeepFault } from './deep-fault.js';
import { Disputes } from './disputes.js';
import { HistoryEnds } from './history-ends.js';
import { MissedLooks } from './missed-looks.js';
import { Trouble } from './trouble.js';
import { WindowLengths } from './window-lengths.js';

/** What one sync leaves to the next: the connection's memo, part by part, beside what the adapter keeps in it. */
export class SyncMemo {
  /** As it is to be kept. */
  readonly values: Record<string, unknown>;
  readonly trouble: Trouble;
  readonly historyEnds: HistoryEnds;
  readonly lengths: WindowLengths;
  readonly missedLooks: MissedLooks;
  readonly deepFault: DeepFault;
  readonly disputes: Disputes;
  readonly comparison: Comparison;

  constructor(kept: Readonly<Record<string, unknown>>) {
    this.values = { ...kept };
    this.trouble = new Trouble(this.values);
    this.historyEnds = new HistoryEnds(this.values);
    this.lengths = new WindowLengths(this.values);
    this.missedLooks = new MissedLooks(this.values);
    this.deepFault = new DeepFault(this.values);
    this.disputes = new Disputes(this.values);
    this.comparison = new Comparison(this.values);
  }
}
