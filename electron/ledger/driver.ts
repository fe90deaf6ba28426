import { pathToFileURL } from 'node:url';
import LibsqlDatabase from 'libsql';
import { FaultError } from '../../shared/faults.js';

/**
 * The only file that knows the SQLite driver. What it smooths over (libsql 0.5):
 * numbers are bound as REAL, so integers go in as BigInt; a bound blob ends the
 * process, so there are none; a statement left half read keeps its read lock,
 * so every statement is read to its end.
 *
 * No code of this program may open the ledger's main file in any other way, not
 * even to read it: on POSIX, closing any descriptor of a file drops all locks
 * the process holds on it, and another process would then delete the log.
 * https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */

/** Integers only: a number that is no safe integer is refused. */
export type Param = bigint | number | string | null;

/** How long a statement waits for another process's write, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

/** Rows a statement inserts; more at once cost more to prepare than they spare. */
const INSERTED_AT_ONCE = [50, 1];

/** What {@link Database.insert} is given. */
export interface Insertion<Row> {
  /**
   * What stands before VALUES. Its columns for numbers must have INTEGER affinity,
   * which turns the driver's REAL back into an integer.
   */
  readonly into: string;
  /** The first columns' values, the same for every row. */
  readonly shared: readonly Param[];
  readonly rows: readonly Row[];
  /** How many values `bind` adds for a row. */
  readonly columns: number;
  readonly bind: (params: Param[], row: Row) => void;
}

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
const SQLITE_READONLY_ROLLBACK = 776;

/** What SQLite's own primary result codes mean for the user. */
const CAUSES: ReadonlyMap<number, string> = new Map([
  [3, 'access was denied'],
  [SQLITE_BUSY, 'another process keeps it locked'],
  [6, 'it is locked'],
  [8, 'it is read-only'],
  [10, 'the disk reported an error'],
  [SQLITE_CORRUPT, 'it is damaged; restart Cost Tray to set it aside'],
  [13, 'the disk is full'],
  [14, 'it cannot be opened'],
  [SQLITE_NOTADB, 'it is not a ledger'],
]);

/** What `sum` says beyond 64 bits: no disk is at fault, but what was answered or asked for. */
const SUM_OVERFLOW = 'integer overflow';

/** SQLite's primary result code of an error, or null where it bears none. */
function primaryCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  if ('rawCode' in error && typeof error.rawCode === 'number') return error.rawCode & 0xff;
  // Opening fails with a plain error whose text ends in the code.
  const code = /ConnectionFailed\(.*: (\d+)"?\)$/s.exec(error.message)?.[1];
  return code === undefined ? null : Number(code) & 0xff;
}

/** The bytes are no sound database. A locked, busy or unreadable one is not damaged. */
export function isDamage(error: unknown): boolean {
  const code = error instanceof FaultError ? primaryCode(error.cause) : primaryCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/**
 * A process that was killed while it made the file has left a rollback journal:
 * nothing can be read before the file is opened for writing, which undoes the
 * half-made change. https://www.sqlite.org/rescode.html#readonly_rollback
 */
export function isHalfMade(error: unknown): boolean {
  const cause = error instanceof FaultError ? error.cause : error;
  return cause instanceof Error && 'rawCode' in cause && cause.rawCode === SQLITE_READONLY_ROLLBACK;
}

/**
 * Whether a condition holds of a file, opened for reading only. Done without a
 * prepared statement, so that the file is let go at once: an open file cannot
 * be renamed everywhere.
 *
 * @param condition an SQL expression
 * @throws FaultError `ledger` where it cannot be read, is locked or is no database
 */
export function probe(file: string, condition: string): boolean {
  const db = new Database(file, { readOnly: true });
  try {
    // `exec` gives back no rows, only errors: a condition that does not hold is made one.
    db.exec(`SELECT iif((${condition}), 1, json('does not hold'))`);
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes('malformed JSON')) return false;
    throw error;
  } finally {
    db.close();
  }
}

/** Another connection holds the lock, beyond the waiting time. */
export function isBusy(error: unknown): boolean {
  return (error instanceof FaultError ? primaryCode(error.cause) : primaryCode(error)) === SQLITE_BUSY;
}

/** Amounts of which each is money, but whose sum needs more than SQLite's 64 bits. */
function tooMuch(): FaultError {
  return new FaultError('format', 'the amounts add up to more than can be counted');
}

/** A sum that needs more than SQLite's 64 bits, not one amount that does. */
export function isTooMuch(error: unknown): boolean {
  return (
    error instanceof FaultError && error.cause instanceof Error && error.cause.message.includes(SUM_OVERFLOW)
  );
}

function asFault(error: unknown): unknown {
  const code = primaryCode(error);
  if (code === null || !(error instanceof Error)) return error;
  const fault = error.message.includes(SUM_OVERFLOW)
    ? tooMuch()
    : new FaultError('ledger', CAUSES.get(code) ?? error.message);
  fault.cause = error;
  return fault;
}

/** More than a column of integers holds. */
function isBeyond(param: Param): boolean {
  return typeof param === 'bigint' && BigInt.asIntN(64, param) !== param;
}

function bindable(param: Param): bigint | string | null {
  if (isBeyond(param)) throw tooMuch();
  return typeof param === 'number' ? BigInt(param) : param;
}

/** `(?1, ?2, ?3), (?1, ?4, ?5)` for one shared value and two columns. */
function placeholders(shared: number, columns: number, rows: number): string {
  const common = Array.from({ length: shared }, (_, index) => `?${index + 1}`);
  return Array.from({ length: rows }, (_, row) => {
    const own = Array.from({ length: columns }, (__, index) => `?${shared + row * columns + index + 1}`);
    return `(${[...common, ...own].join(', ')})`;
  }).join(', ');
}

type Statement = ReturnType<LibsqlDatabase.Database['prepare']>;

/** One connection to one file. Integers come back as BigInt. SQLite's failures are FaultErrors `ledger`. */
export class Database {
  private readonly handle: LibsqlDatabase.Database;
  private readonly statements = new Map<string, Statement>();
  private open = true;

  /** @throws FaultError `ledger` where the folder or the file cannot be opened */
  constructor(
    readonly file: string,
    { readOnly = false }: { readonly readOnly?: boolean } = {},
  ) {
    // The driver has no option for it, SQLite's own form of a file name has.
    const name = readOnly ? `${pathToFileURL(file).href}?mode=ro` : file;
    this.handle = this.guard(() => new LibsqlDatabase(name, { timeout: BUSY_TIMEOUT_MS }));
    this.handle.defaultSafeIntegers(true);
  }

  /** Runs statements without parameters. */
  exec(sql: string): void {
    this.guard(() => this.handle.exec(sql));
  }

  /** All rows, as objects with the columns' names. The caller names their shape. */
  all<Row>(sql: string, ...params: Param[]): Row[] {
    return this.guard(() => this.statement(sql).all(params.map(bindable)) as Row[]);
  }

  /** The first row or null. */
  first<Row>(sql: string, ...params: Param[]): Row | null {
    return this.all<Row>(sql, ...params)[0] ?? null;
  }

  /**
   * Many rows at once, as one JSON text: the driver's own rows cost some 2 µs a
   * cell. Integers that may exceed 2^53 are to be cast to text.
   *
   * @param columns as lists are to hold them
   * @param source what follows FROM
   * @param order columns the lists are in order of; null: as they are stored
   */
  bulk<Row>(columns: string, source: string, order: string | null, ...params: Param[]): Row[] {
    const row = this.first<{ rows: string }>(
      `SELECT json_group_array(json_array(${columns})${order === null ? '' : ` ORDER BY ${order}`}) AS rows FROM ${source}`,
      ...params,
    );
    return JSON.parse(row?.rows ?? '[]') as Row[];
  }

  /** One integer: the column `value` of the first row, 0 where there is none. */
  integer(sql: string, ...params: Param[]): bigint {
    return this.first<{ value: bigint | null }>(sql, ...params)?.value ?? 0n;
  }

  /** Rows a batch at a time. Must be read to the end. */
  each<Row>(sql: string, ...params: Param[]): Iterable<Row> {
    return this.guard(() => this.statement(sql).iterate(params.map(bindable)) as Iterable<Row>);
  }

  /** Runs one statement that changes rows. @returns how many */
  run(sql: string, ...params: Param[]): number {
    return this.guard(() => this.statement(sql).run(params.map(bindable)).changes);
  }

  /**
   * Inserts many rows, some at a time. Half as dear as handing them over as JSON,
   * which SQLite takes apart cell by cell.
   *
   * @returns how many were inserted
   */
  insert<Row>({ into, shared, rows, columns, bind }: Insertion<Row>): number {
    return this.guard(() => {
      let inserted = 0;
      let from = 0;
      for (const size of INSERTED_AT_ONCE) {
        if (rows.length - from < size) continue;
        const statement = this.statement(`${into} VALUES ${placeholders(shared.length, columns, size)}`);
        for (; from + size <= rows.length; from += size) {
          const params = [...shared];
          for (const row of rows.slice(from, from + size)) bind(params, row);
          if (params.some(isBeyond)) throw tooMuch();
          inserted += statement.run(params).changes;
        }
      }
      return inserted;
    });
  }

  /** A transaction that takes the write lock at once; rolled back when `body` throws. */
  write<T>(body: () => T): T {
    return this.within('BEGIN IMMEDIATE', body);
  }

  /** One view of the file for several reads, or several changes of temporary tables; the one that is open, if any. */
  read<T>(body: () => T): T {
    return this.handle.inTransaction ? body() : this.within('BEGIN', body);
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    // The driver ends a connection only once its last statement is garbage collected. So what
    // an end would do is done here: else a transaction kept its lock, and the log its content.
    if (this.handle.inTransaction) this.exec('ROLLBACK');
    this.emptyLog();
    this.statements.clear();
    this.handle.close();
  }

  /** Moves the write-ahead log into the file, unless another connection uses it. */
  private emptyLog(): void {
    try {
      this.exec('PRAGMA busy_timeout = 0');
      this.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // The log stays as it is and is read at the next opening.
    }
  }

  private within<T>(begin: string, body: () => T): T {
    this.exec(begin);
    try {
      const result = body();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      // Some failures (a full disk) have rolled back already.
      if (this.handle.inTransaction) this.exec('ROLLBACK');
      throw error;
    }
  }

  private statement(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.handle.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }

  private guard<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      throw asFault(error);
    }
  }
}
