import type * as keytarModule from 'keytar';

import type { DeleteOutcome, GetOutcome, SecretRefused, SecretStore, SetOutcome } from './secret-store.js';

/**
 * What is used of keytar; a test puts its own in place. Not `findCredentials`:
 * 7.10.6 crashes the process where the keyring is locked and holds an entry.
 */
export type Keychain = Pick<typeof keytarModule, 'getPassword' | 'setPassword' | 'deletePassword'>;

/** How long the system's own prompt may stay open before the call counts as refused. */
export const PROMPT_LIMIT_MS = 120_000;

/** A key of this name is never written: reading it shows whether a keychain answers at all. */
const PROBE_ENTRY = 'probe';

const DETAIL_LIMIT = 200;

export const ABSENT_OR_LOCKED = 'keychain locked or entry removed';

export interface KeytarStoreOptions {
  /** See `keychainService`. */
  readonly service: string;
  readonly platform: NodeJS.Platform;
  readonly load?: () => Promise<Keychain>;
}

/**
 * Loads keytar. Late, since its import throws where `libsecret-1.so.0` is
 * missing. It is CommonJS, so all of its functions are on the default export.
 */
export async function loadKeytar(): Promise<Keychain> {
  const imported: { readonly default?: Keychain } & Partial<Keychain> = await import('keytar');
  const { default: keychain } = imported;
  if (keychain === undefined) throw new Error('keytar has no functions');
  return keychain;
}

/**
 * Sorts the keychain's own messages, which come without codes: libsecret's
 * "Cannot create an item in a locked collection", macOS's "User canceled the
 * operation" and "User interaction is not allowed" (a locked keychain).
 */
function refusal(error: unknown, secret = ''): SecretRefused<'locked' | 'denied' | 'unavailable'> {
  const message = error instanceof Error ? error.message : String(error);
  const detail = (secret === '' ? message : message.replaceAll(secret, '…')).slice(0, DETAIL_LIMIT);
  if (/\blocked\b|interaction is not allowed/i.test(message)) return { kind: 'locked', detail };
  if (/cancel|denied|dismiss|not permitted|passphrase you entered/i.test(message))
    return { kind: 'denied', detail };
  return { kind: 'unavailable', detail };
}

const UNANSWERED = { kind: 'locked', detail: 'its prompt was not answered in time' } as const;

/** The operation's outcome, or `UNANSWERED` once the prompt's limit is over; the operation goes on. */
async function withinLimit<T>(operation: Promise<T>): Promise<T | typeof UNANSWERED> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof UNANSWERED>((resolve) => {
    timer = setTimeout(() => resolve(UNANSWERED), PROMPT_LIMIT_MS);
  });
  try {
    return await Promise.race([operation, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Keys in the operating system's keychain, one entry a connection. */
export class KeytarStore implements SecretStore {
  readonly sessionOnly = false;
  readonly #options: KeytarStoreOptions;
  #loading: Promise<Keychain> | null = null;
  /** The one read of each entry, under way or done; replaced by what was stored since. */
  readonly #reads = new Map<string, Promise<GetOutcome>>();

  constructor(options: KeytarStoreOptions) {
    this.#options = options;
  }

  /**
   * Whether a keychain answers here, without writing anything or reading a key.
   * A locked one answers; whether it can be written to shows at the first `set`.
   */
  async probe(): Promise<{ readonly kind: 'usable' } | SecretRefused> {
    const read = await withinLimit(this.#read(PROBE_ENTRY));
    return read.kind === 'unavailable' || read.kind === 'denied' ? read : { kind: 'usable' };
  }

  async get(id: string): Promise<GetOutcome> {
    let read = this.#reads.get(id);
    if (read === undefined) {
      read = this.#read(id);
      this.#reads.set(id, read);
      const first = read;
      // A keychain that was not running yet costs no prompt to ask again.
      void first.then((outcome) => {
        if (outcome.kind === 'unavailable' && this.#reads.get(id) === first) this.#reads.delete(id);
      });
    }
    return withinLimit(read);
  }

  async set(id: string, secret: string): Promise<SetOutcome> {
    const before = this.#reads.get(id);
    const write = this.#write(id, secret);
    const outcome = await withinLimit(write);
    if (outcome.kind === 'stored') this.#reads.set(id, Promise.resolve({ kind: 'found', secret }));
    else if (outcome === UNANSWERED) void this.#settleLate(id, secret, before, write);
    return outcome;
  }

  async delete(id: string): Promise<DeleteOutcome> {
    this.#reads.delete(id);
    return withinLimit(this.#remove(id));
  }

  async deleteAll(ids: readonly string[]): Promise<DeleteOutcome> {
    let first: DeleteOutcome = { kind: 'deleted' };
    for (const id of ids) {
      const outcome = await this.delete(id);
      // What may only be locked is not gone.
      const gone = outcome.kind === 'deleted' || (outcome.kind === 'absent' && outcome.detail === null);
      if (first.kind === 'deleted' && !gone) first = outcome;
    }
    return first;
  }

  ask(id: string): void {
    this.#reads.delete(id);
  }

  #keychain(): Promise<Keychain> {
    this.#loading ??= (this.#options.load ?? loadKeytar)();
    return this.#loading;
  }

  /** The Secret Service answers "nothing" for a locked collection as well; the others say so. */
  #absent(): SecretRefused<'absent'> {
    return { kind: 'absent', detail: this.#options.platform === 'linux' ? ABSENT_OR_LOCKED : null };
  }

  async #read(id: string): Promise<GetOutcome> {
    try {
      const secret = await (await this.#keychain()).getPassword(this.#options.service, id);
      return secret === null ? this.#absent() : { kind: 'found', secret };
    } catch (error) {
      return refusal(error);
    }
  }

  async #write(id: string, secret: string): Promise<SetOutcome> {
    try {
      await (await this.#keychain()).setPassword(this.#options.service, id, secret);
      return { kind: 'stored' };
    } catch (error) {
      return refusal(error, secret);
    }
  }

  async #remove(id: string): Promise<DeleteOutcome> {
    try {
      const removed = await (await this.#keychain()).deletePassword(this.#options.service, id);
      return removed ? { kind: 'deleted' } : this.#absent();
    } catch (error) {
      return refusal(error);
    }
  }

  /**
   * A prompt answered after its limit stores a key that was reported as not
   * stored: a new entry is taken out again, a replaced one is true from now on.
   */
  async #settleLate(
    id: string,
    secret: string,
    before: Promise<GetOutcome> | undefined,
    write: Promise<SetOutcome>,
  ): Promise<void> {
    const outcome = await write;
    if (outcome.kind !== 'stored' || this.#reads.get(id) !== before) return;
    if (before === undefined) await this.#remove(id);
    else this.#reads.set(id, Promise.resolve({ kind: 'found', secret }));
  }
}
