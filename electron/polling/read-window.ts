/**
 * Reads one window until its rows can be trusted, and decides whether unsettled
 * charges that the answer lacks may go.
 */
import { FaultError } from '../../shared/faults.js';
import { isRounding } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import type { WindowWriter } from '../ledger/types.js';
import type { Page, WindowOutcome } from '../providers/adapter.js';

/**
 * How often a window of several pages whose rows keep moving is read before it
 * is given up. Each pass over a randomly ordered answer finds about 63 % of what
 * is still missing, so a dozen passes leave less than one row in 100,000.
 */
const MAX_PASSES = 14;
/** Passes in a row that bring nothing new before moving rows count as complete. */
const QUIET_PASSES = 6;

export interface ReadWhole {
  readonly writer: WindowWriter;
  readonly read: (onPage: (page: Page) => void) => Promise<WindowOutcome>;
  /** A window of one day cannot be halved further. */
  readonly splittable: boolean;
  /** Days settle by this reading that no reading has seen since their end. */
  readonly lastLook: boolean;
}

export type WholeResult =
  | Split
  | {
      readonly kind: 'whole';
      readonly mayDelete: boolean;
      /** The scope has unsettled charges in the window, and the answer has none at all. */
      readonly emptiesScope: boolean;
      readonly reported: Nanos | null;
      readonly roundedBy: Nanos;
      readonly sum: Nanos;
      readonly rows: number;
      readonly unknownResources: boolean;
    };

/** The window does not fit an answer, which holds so many rows. */
type Split = Extract<WindowOutcome, { kind: 'split' }>;

interface Pass {
  readonly kind: 'whole';
  readonly outcome: Extract<WindowOutcome, { kind: 'whole' }>;
  readonly rows: number;
  readonly fresh: number;
}

export async function readWhole({ writer, read, splittable, lastLook }: ReadWhole): Promise<WholeResult> {
  const pass = async (): Promise<Pass | Split> => {
    let rows = 0;
    let fresh = 0;
    const outcome = await read((page) => {
      const staged = writer.stage(page);
      rows += staged.rows;
      fresh += staged.fresh;
    });
    if (outcome.kind === 'split') {
      if (!splittable) throw new FaultError('paging', 'one day does not fit an answer');
      return outcome;
    }
    return { kind: 'whole', outcome, rows, fresh };
  };

  const first = await pass();
  if (first.kind === 'split') return first;
  let last = first;
  const { lacking, emptiesScope } = writer.missing();
  let stable = true;
  let severalPages = last.outcome.pages > 1;
  // What takes charges away, or is believed for good at first sight, must not be cut.
  const matters = lacking > 0 || (lastLook && last.outcome.verifiedLately !== true);
  const isCut = matters && !((await last.outcome.confirm?.()) ?? true);
  if (severalPages || emptiesScope || isCut) {
    // Rows can shift between pages, and an empty answer can be a vendor's slip: nothing
    // is deleted, and no long day believed, before a second read agrees.
    const before = writer.total();
    writer.restart();
    const second = await pass();
    if (second.kind === 'split') return second;
    last = second;
    severalPages ||= last.outcome.pages > 1;
    const again = writer.total();
    stable = again.digest === before.digest && again.rows === before.rows;
  }
  if (!stable && severalPages) {
    const union = await unite(pass, writer, last, lacking > 0);
    last = union.last;
    stable = union.isAll;
  }
  const staged = writer.size();
  const { reported, roundedBy } = last.outcome;
  const agrees = reported === null || isRounding(reported - staged.sum, staged.rows, roundedBy);
  return {
    kind: 'whole',
    mayDelete: stable && agrees,
    emptiesScope: emptiesScope && staged.rows === 0,
    reported,
    roundedBy,
    sum: staged.sum,
    rows: staged.rows,
    unknownResources: last.outcome.unknownResources,
  };
}

/**
 * Reads on without starting over until the union of all passes holds as many rows as one pass counts.
 *
 * @param forSure then once more, for a pass that finds nothing but these rows: as
 *   good as a second read that gave the same keys
 */
async function unite(
  pass: () => Promise<Pass | Split>,
  writer: WindowWriter,
  from: Pass,
  forSure: boolean,
): Promise<{ readonly last: Pass; readonly isAll: boolean }> {
  let quiet = 0;
  let last = from;
  for (let passes = 2; passes < MAX_PASSES; passes += 1) {
    const next = await pass();
    if (next.kind === 'split') break;
    last = next;
    quiet = next.fresh === 0 ? quiet + 1 : 0;
    const { rows } = writer.size();
    const isAll = rows === next.rows && next.fresh === 0;
    const isEnough = rows > next.rows || (rows === next.rows && !forSure);
    if (isAll || isEnough || quiet >= QUIET_PASSES) return { last, isAll };
  }
  throw new FaultError('paging', 'the rows keep moving between pages');
}
