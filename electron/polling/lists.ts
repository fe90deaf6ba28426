/** The vendor's lists in one sync: the account, its scopes and its resources. */
import { FaultError } from '../../shared/faults.js';
import type { Connection, Ledger, Scope } from '../ledger/types.js';
import type { Account, ClientContext, ProviderAdapter, ResourceListing } from '../providers/adapter.js';
import { namesToKeep } from '../providers/known-names.js';

export interface ListsOptions {
  readonly ledger: Ledger;
  readonly adapter: ProviderAdapter;
  readonly connection: Connection;
  readonly context: ClientContext;
  /** The lists are about to be asked for. */
  readonly onListing: () => void;
  /** They were written to the ledger. */
  readonly onWritten: () => void;
}

export class Lists {
  /** They were asked for in this sync. */
  isFresh = false;
  private known: ReadonlyMap<string, ResourceListing> = new Map();

  constructor(private readonly options: ListsOptions) {}

  /** By each of their ids. */
  get resources(): ReadonlyMap<string, ResourceListing> {
    return this.known;
  }

  /** @param everyMs how old they may be */
  async readIfDue(everyMs: number): Promise<void> {
    const { ledger, connection, context } = this.options;
    this.known = ledger.resources(connection.id);
    const age = connection.listedAt === null ? Infinity : context.now() - connection.listedAt;
    if (age < 0 || age >= everyMs) await this.read();
  }

  async readOnce(): Promise<void> {
    if (!this.isFresh) await this.read();
  }

  /** By the last list. */
  has(scope: Scope): boolean {
    const { ledger, connection } = this.options;
    return ledger.scopes(connection.id).some(({ id, goneAt }) => id === scope.id && goneAt === null);
  }

  /** @throws FaultError other-account, or any of the vendor's */
  private async read(): Promise<void> {
    const { ledger, adapter, connection, context, onListing, onWritten } = this.options;
    const { id } = connection;
    onListing();
    const account = await adapter.identify(context);
    if (account.id !== connection.account && !this.adoptId(account)) {
      throw new FaultError('other-account', account.name);
    }
    Object.assign(context.memo, namesToKeep(account));
    const listing = await adapter.list(context, account);
    context.signal.throwIfAborted();
    ledger.updateAccount(id, account);
    ledger.recordListing(id, listing.scopes, listing.resources, context.now());
    this.known = ledger.resources(id);
    this.isFresh = true;
    onWritten();
  }

  /**
   * The connection's own key has answered before, with nothing but names to tell
   * the account by. An answer of the same names that bears the account's own id is
   * that account's, unless another connection bears the id: two are never made one.
   */
  private adoptId(account: Account): boolean {
    const { ledger, connection } = this.options;
    const { id, account: known, epoch } = connection;
    if (account.idsByName?.includes(known) !== true) return false;
    return ledger.adoptAccount(id, account.id, epoch, namesToKeep(account));
  }
}
