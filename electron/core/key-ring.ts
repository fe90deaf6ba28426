/** The keychain, and memory for the keys that this session could not put there. */
import { MemoryStore } from '../keychain/memory-store.js';
import type { DeleteOutcome, GetOutcome, SecretStore, SetOutcome } from '../keychain/secret-store.js';

/**
 * A store that falls back to memory for a key the keychain did not take, where
 * that is allowed: in the window, which can say so. The command line ends with
 * its process, so there a key that is not kept is a failure.
 */
export class KeyRing implements SecretStore {
  private readonly memory = new MemoryStore();
  private readonly inMemory = new Set<string>();

  constructor(
    private readonly keychain: SecretStore,
    private readonly options: { readonly fallBackToMemory: boolean },
  ) {}

  get sessionOnly(): boolean {
    return this.keychain.sessionOnly;
  }

  /** Connections whose key is gone when the program ends. */
  get sessionOnlyIds(): ReadonlySet<string> {
    return this.inMemory;
  }

  get(id: string): Promise<GetOutcome> {
    return this.inMemory.has(id) ? this.memory.get(id) : this.keychain.get(id);
  }

  async set(id: string, secret: string): Promise<SetOutcome> {
    const outcome = await this.keychain.set(id, secret);
    if (outcome.kind === 'stored') {
      this.inMemory.delete(id);
      await this.memory.delete(id);
      return outcome;
    }
    if (!this.options.fallBackToMemory) return outcome;
    this.inMemory.add(id);
    return this.memory.set(id, secret);
  }

  async delete(id: string): Promise<DeleteOutcome> {
    const wasInMemory = this.inMemory.delete(id);
    await this.memory.delete(id);
    const outcome = await this.keychain.delete(id);
    // Where there is no keychain, nothing can be left in it.
    return wasInMemory && outcome.kind === 'unavailable' ? { kind: 'deleted' } : outcome;
  }

  async deleteAll(ids: readonly string[]): Promise<DeleteOutcome> {
    this.inMemory.clear();
    await this.memory.deleteAll();
    return this.keychain.deleteAll(ids);
  }

  ask(id: string): void {
    this.keychain.ask(id);
  }
}
