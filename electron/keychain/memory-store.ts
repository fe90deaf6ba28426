import type { DeleteOutcome, GetOutcome, SecretStore, SetOutcome } from './secret-store.js';

/** Keeps keys until the program ends: where there is no keychain, and in demo mode. */
export class MemoryStore implements SecretStore {
  readonly sessionOnly = true;
  readonly #secrets = new Map<string, string>();

  get(id: string): Promise<GetOutcome> {
    const secret = this.#secrets.get(id);
    return Promise.resolve(
      secret === undefined ? { kind: 'absent', detail: null } : { kind: 'found', secret },
    );
  }

  set(id: string, secret: string): Promise<SetOutcome> {
    this.#secrets.set(id, secret);
    return Promise.resolve({ kind: 'stored' });
  }

  delete(id: string): Promise<DeleteOutcome> {
    return Promise.resolve(this.#secrets.delete(id) ? { kind: 'deleted' } : { kind: 'absent', detail: null });
  }

  deleteAll(): Promise<DeleteOutcome> {
    this.#secrets.clear();
    return Promise.resolve({ kind: 'deleted' });
  }

  ask(): void {
    // Nothing lies between this store and its memory.
  }
}
