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
  /** Those in memory for which the keychain is to be tried once more. */
  private readonly toTry = new Set<string>();

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

  async get(id: string): Promise<GetOutcome> {
    if (!this.inMemory.has(id)) return this.keychain.get(id);
    if (this.toTry.delete(id)) {
      // Another process may have put a newer key where this one could not.
      const kept = await this.keychain.get(id);
      if (kept.kind === 'found') {
        await this.forget(id);
        return kept;
      }
    }
    return this.memory.get(id);
  }

  async set(id: string, secret: string): Promise<SetOutcome> {
    const outcome = await this.keychain.set(id, secret);
    if (outcome.kind === 'stored') {
      await this.forget(id);
      return outcome;
    }
    if (!this.options.fallBackToMemory) return outcome;
    this.inMemory.add(id);
    return this.memory.set(id, secret);
  }

  async delete(id: string): Promise<DeleteOutcome> {
    const wasInMemory = await this.forget(id);
    const outcome = await this.keychain.delete(id);
    // Where there is no keychain, nothing can be left in it.
    return wasInMemory && outcome.kind === 'unavailable' ? { kind: 'deleted' } : outcome;
  }

  async deleteAll(ids: readonly string[]): Promise<DeleteOutcome> {
    const outcome = await this.keychain.deleteAll(ids);
    // What the keychain keeps, the program goes on with: then it needs the others as well.
    if (outcome.kind === 'deleted' || outcome.kind === 'absent' || this.sessionOnly) {
      this.inMemory.clear();
      await this.memory.deleteAll();
    }
    return outcome;
  }

  ask(id: string): void {
    this.keychain.ask(id);
    if (this.inMemory.has(id)) this.toTry.add(id);
  }

  /** @returns whether its key was in memory */
  private async forget(id: string): Promise<boolean> {
    await this.memory.delete(id);
    this.toTry.delete(id);
    return this.inMemory.delete(id);
  }
}
