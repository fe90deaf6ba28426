/** Connections' way to their vendors: the key is read late, sent to its own origin and nowhere else. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { FaultError } from '../../shared/faults.js';
import type { Credential } from '../../shared/ipc.js';
import type { ProviderId } from '../../shared/model.js';
import type { SecretStore } from '../keychain/secret-store.js';
import type { Connection } from '../ledger/types.js';
import type { Account, ClientContext, VendorHttp } from '../providers/adapter.js';
import { createVendorHttp } from '../providers/http.js';
import type { VendorHttpOptions } from '../providers/http.js';
import { ADAPTERS } from '../providers/index.js';
import { namesToKeep } from '../providers/known-names.js';
import { readCredential } from './credentials.js';

/** A form waits this long for a vendor's limit, then says so. */
const FORM_WAIT_MS = 12_000;

export interface VendorAccessOptions {
  readonly fetch: VendorHttpOptions['fetch'];
  /** The API base of each provider. */
  readonly bases: Readonly<Record<ProviderId, string>>;
  readonly userAgent: string;
}

export interface CheckedKey {
  readonly account: Account;
  /** What the adapter wants to know again in the account's first sync, above all what it has asked. */
  readonly memo: Readonly<Record<string, unknown>>;
}

export class VendorAccess {
  constructor(private readonly options: VendorAccessOptions) {}

  origin(provider: ProviderId): string {
    return this.options.bases[provider];
  }

  /** Asks with a key that is not kept anywhere yet. @throws FaultError */
  async check(credential: Credential, now: () => number): Promise<CheckedKey> {
    const adapter = ADAPTERS[credential.provider];
    const controller = new AbortController();
    const context: ClientContext = {
      http: this.http(credential.provider, () => Promise.resolve(credential), controller.signal),
      now,
      random: () => randomInt(1_000_000) / 1_000_000,
      signal: controller.signal,
      memo: {},
      wait: async (milliseconds, reason) => {
        if (milliseconds > FORM_WAIT_MS) {
          throw reason === 'limit'
            ? new FaultError('rate-limited', null, now() + milliseconds)
            : new FaultError('vendor-fault');
        }
        await sleep(milliseconds);
      },
    };
    const account = await adapter.identify(context);
    const warning = account.warning ?? adapter.keyWarning?.(credential) ?? null;
    return { account: { ...account, warning }, memo: { ...context.memo, ...namesToKeep(account) } };
  }

  /** Asks with a connection's key from the keychain, read once for all requests of a sync. */
  forConnection(connection: Connection, secrets: SecretStore, signal: AbortSignal): VendorHttp {
    let credential: Promise<Credential> | null = null;
    return this.http(
      connection.provider,
      () => (credential ??= readCredential(secrets, connection.id, this.origin(connection.provider))),
      signal,
    );
  }

  private http(provider: ProviderId, credential: () => Promise<Credential>, signal: AbortSignal): VendorHttp {
    return createVendorHttp({
      fetch: this.options.fetch,
      base: this.origin(provider),
      headers: async () => ADAPTERS[provider].headers(await credential()),
      userAgent: this.options.userAgent,
      signal,
    });
  }
}
