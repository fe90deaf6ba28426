/**
 * Where the keys live. The rest of the main process knows this interface only;
 * nothing it answers ever bears a key outside `secret`.
 */
import type { FaultKind } from '../../shared/faults.js';

/**
 * Why an entry could not be used. The Secret Service answers "nothing" for a
 * locked keychain too: there, `absent` is either, and its detail says so.
 */
export type SecretRefusal = 'absent' | 'locked' | 'denied' | 'unavailable';

export interface SecretRefused<Kind extends SecretRefusal = SecretRefusal> {
  readonly kind: Kind;
  /** What is known beyond the kind, never with a key in it; null where nothing is. */
  readonly detail: string | null;
}

export type GetOutcome = { readonly kind: 'found'; readonly secret: string } | SecretRefused;
export type SetOutcome = { readonly kind: 'stored' } | SecretRefused<'locked' | 'denied' | 'unavailable'>;
export type DeleteOutcome = { readonly kind: 'deleted' } | SecretRefused;

export interface SecretStore {
  /** True where what is stored is gone when the program ends. */
  readonly sessionOnly: boolean;
  /** Reads an entry; its outcome is remembered until {@link set}, {@link delete} or {@link ask}. */
  get(id: string): Promise<GetOutcome>;
  set(id: string, secret: string): Promise<SetOutcome>;
  delete(id: string): Promise<DeleteOutcome>;
  /**
   * Deletes the entries of these connections. An entry that is not there is
   * deleted; the first that could not be deleted is the answer.
   */
  deleteAll(ids: readonly string[]): Promise<DeleteOutcome>;
  /**
   * Lets the next `get` ask the keychain anew. For a refresh by hand after a
   * refusal, and for a key the vendor rejected: another process may have
   * replaced it. Polls never call it, or the keychain's prompt would return.
   */
  ask(id: string): void;
}

/** The fault a connection bears while its key cannot be had. */
export function faultOfRefusal(kind: SecretRefusal): FaultKind {
  switch (kind) {
    case 'absent':
    case 'locked':
      return 'key-unreadable';
    case 'denied':
      return 'keychain-denied';
    case 'unavailable':
      return 'no-keychain';
  }
}
