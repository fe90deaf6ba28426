/** Adding, changing and removing connections: the one path for window and command line. */
import { randomBytes } from 'node:crypto';

import type { Day } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import type { Credential } from '../../shared/ipc.js';
import { PROVIDER_NAMES } from '../../shared/model.js';
import type { ProviderId } from '../../shared/model.js';
import type { Nanos } from '../../shared/money.js';
import type { SecretStore } from '../keychain/secret-store.js';
import type { Connection, Ledger } from '../ledger/types.js';
import type { Account } from '../providers/adapter.js';
import { ADAPTERS } from '../providers/index.js';
import { ownId } from '../providers/known-names.js';
import { storeCredential } from './credentials.js';
import { writeMirror } from './mirror.js';
import type { CheckedKey, VendorAccess } from './vendor-access.js';

export interface Connected {
  readonly connection: Connection;
  /** The account was connected before: its key was replaced, its history rejoined. */
  readonly replaced: boolean;
  /** And it had been removed since. */
  readonly rejoined: boolean;
  readonly warning: string | null;
}

export interface ConnectionsOptions {
  readonly ledger: Ledger;
  readonly secrets: SecretStore;
  readonly vendors: VendorAccess;
  readonly mirrorPath: string;
  readonly now: () => number;
}

export class Connections {
  constructor(private readonly options: ConnectionsOptions) {}

  /**
   * Checks the key at the vendor, keeps it, and adds the account. The same
   * account twice is one connection: the new key replaces the old.
   *
   * @throws FaultError; nothing is changed then
   */
  async connect(credential: Credential, name: string | null): Promise<Connected> {
    const checked = await this.check(credential);
    const { account } = checked;
    const known = (): Connection | null => this.ofAccount(credential.provider, account.id);
    const added = known() === null ? await this.add(credential, checked, name) : null;
    if (added !== null) {
      this.mirror();
      return { connection: added, replaced: false, rejoined: false, warning: account.warning };
    }
    const existing = known();
    if (existing === null) throw new FaultError('internal', 'the connection was removed meanwhile');
    const connection = await this.rejoin(existing, credential, checked, name);
    const rejoined = existing.removedAt !== null;
    return { connection, replaced: true, rejoined, warning: account.warning };
  }

  /** Another key for the same account. @throws FaultError, with nothing changed */
  async replaceKey(id: string, credential: Credential): Promise<{ warning: string | null }> {
    const connection = this.existing(id);
    if (credential.provider !== connection.provider) throw new FaultError('other-account');
    const checked = await this.check(credential);
    const { account } = checked;
    if (ownId(connection.memo, account.id) !== connection.account) {
      throw new FaultError('other-account', account.name ?? account.id);
    }
    await this.rejoin(connection, credential, checked, null);
    return { warning: account.warning };
  }

  rename(id: string, name: string): void {
    this.options.ledger.renameConnection(this.existing(id).id, name);
    this.mirror();
  }

  /** A rate in force from a day on; closed months before it stay as they were. */
  setRate(id: string, from: Day, usdPerUnit: Nanos): void {
    this.options.ledger.setRate(this.existing(id).id, { from, usdPerUnit });
    this.mirror();
  }

  /**
   * Removes the connection and its key. With `forget` its history goes as well.
   *
   * @returns whether the keychain gave the key up
   */
  async disconnect(id: string, forget: boolean): Promise<{ keyDeleted: boolean }> {
    const { ledger, secrets, now } = this.options;
    const connection = this.existing(id);
    // The copy first, or a start after a crash would bring the connection back; then the
    // ledger: from here on no late answer is stored and nothing is polled.
    this.mirror(connection.id);
    ledger.removeConnection(connection.id, { forget }, now());
    const removal = await secrets.delete(connection.id);
    return { keyDeleted: removal.kind === 'deleted' || removal.kind === 'absent' };
  }

  /** Removes the kept history of a connection that was removed before. */
  forgetHistory(id: string): void {
    const connection = this.existing(id);
    this.mirror(connection.id);
    this.options.ledger.removeConnection(connection.id, { forget: true }, this.options.now());
  }

  /** Removed ones with kept history included. */
  private ofAccount(provider: ProviderId, account: string): Connection | null {
    const { ledger } = this.options;
    const byNames = (): Connection | undefined =>
      ledger
        .connections()
        .find((one) => one.provider === provider && ownId(one.memo, account) === one.account);
    return ledger.connectionByAccount(provider, account) ?? byNames() ?? null;
  }

  /** Null where another process has added the account meanwhile. */
  private async add(
    credential: Credential,
    { account, memo }: CheckedKey,
    name: string | null,
  ): Promise<Connection | null> {
    const { ledger, secrets, now } = this.options;
    const id = `${credential.provider}-${randomBytes(4).toString('hex')}`;
    const origin = this.options.vendors.origin(credential.provider);
    // The key first: a connection without its key would be a failure from its first day.
    await storeCredential(secrets, id, origin, credential);
    try {
      return ledger.addConnection(
        {
          id,
          provider: credential.provider,
          account: account.id,
          accountName: account.name,
          name: name ?? this.freeName(credential, account),
          unit: ADAPTERS[credential.provider].unit,
          origin,
          accountCreatedDay: account.createdDay,
          billingAnchor: account.billingAnchor,
          creditLeft: account.creditLeft,
          memo,
        },
        now(),
      );
    } catch (error) {
      // A key under a name that no connection bears would never be found again.
      await secrets.delete(id);
      if (ledger.connectionByAccount(credential.provider, account.id) !== null) return null;
      throw error;
    }
  }

  private check(credential: Credential): Promise<CheckedKey> {
    return this.options.vendors.check(credential, this.options.now);
  }

  private existing(id: string): Connection {
    const connection = this.options.ledger.connection(id);
    if (connection === null) throw new UnknownConnectionError(id);
    return connection;
  }

  private async rejoin(
    existing: Connection,
    credential: Credential,
    { account, memo }: CheckedKey,
    name: string | null,
  ): Promise<Connection> {
    const origin = this.options.vendors.origin(credential.provider);
    await storeCredential(this.options.secrets, existing.id, origin, credential);
    const connection = this.options.ledger.rejoinConnection(existing.id, {
      origin,
      accountName: account.name,
      accountCreatedDay: account.createdDay,
      billingAnchor: account.billingAnchor,
      creditLeft: account.creditLeft,
      memo,
      ...(name === null ? {} : { name }),
    });
    this.mirror();
    return connection;
  }

  /** The account's own name, or the vendor's; a second of the same name gets a number. */
  private freeName(credential: Credential, account: Account): string {
    const wanted = (account.name?.trim() || PROVIDER_NAMES[credential.provider]).slice(0, 56);
    const taken = new Set(this.options.ledger.connections().map(({ name }) => name));
    let name = wanted;
    for (let copy = 2; taken.has(name); copy += 1) name = `${wanted} ${copy}`;
    return name;
  }

  private mirror(without: string | null = null): void {
    try {
      writeMirror(this.options.mirrorPath, this.options.ledger, without);
    } catch (error) {
      throw new FaultError('ledger', error instanceof Error ? error.message : null);
    }
  }
}

/** A connection id that no connection bears. */
export class UnknownConnectionError extends Error {
  constructor(id: string) {
    super(`There is no connection ${id}; see their ids with “connections”.`);
    this.name = 'UnknownConnectionError';
  }
}
