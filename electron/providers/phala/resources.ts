/** Putting names on the CVM ids that usage rows bear. */
import type { ChargedResource, ResourceListing } from '../adapter.js';
import { isObject } from '../wire.js';

export interface AppRef {
  readonly key: string;
  readonly name: string | null;
}

/** So many ids are remembered; more CVMs than that only cost a listing now and then. */
const MAX_REMEMBERED = 2_000;

/**
 * Joins rows to the listed CVMs: on `vm_uuid`, else on `instance_id`, else the id
 * stands for itself, as one does that several of the CVMs bear. A CVM may leave the
 * list while its charges go on being read, so under which id it was shown is
 * remembered in the memo.
 */
export class ResourceNames {
  /** An id turned up that no listing knew, for the first time. */
  foundUnknown = false;
  private readonly joined = new Map<string, ChargedResource>();
  private readonly aliases: Map<string, string>;
  private readonly unlisted: Set<string>;

  constructor(
    private readonly app: AppRef,
    private readonly listings: ReadonlyMap<string, ResourceListing>,
    private readonly memo: Record<string, unknown>,
  ) {
    this.aliases = new Map(isObject(memo.aliases) ? Object.entries(memo.aliases).filter(isTextPair) : []);
    this.unlisted = new Set(Array.isArray(memo.unlisted) ? memo.unlisted.filter(isText) : []);
  }

  /** @param instance the row's `instance_id`; without one the app itself is charged */
  of(instance: string | null): ChargedResource {
    const id = instance ?? '';
    const before = this.joined.get(id);
    if (before !== undefined) return before;
    const resource =
      instance === null ? { id: this.app.key, name: this.app.name, kind: 'App' } : this.join(instance);
    this.joined.set(id, resource);
    return resource;
  }

  /** Keeps for the next sync what was learned. */
  remember(): void {
    this.memo.aliases = Object.fromEntries([...this.aliases].slice(-MAX_REMEMBERED));
    this.memo.unlisted = [...this.unlisted].slice(-MAX_REMEMBERED);
  }

  private join(instance: string): ChargedResource {
    const listing = this.listings.get(instance) ?? this.listings.get(instance.toLowerCase());
    if (listing === undefined) {
      // Asking for the lists again is worth it once: a deleted CVM never comes back.
      if (!this.unlisted.has(instance)) this.foundUnknown = true;
      this.unlisted.add(instance);
      return { id: this.aliases.get(instance) ?? instance, name: null, kind: 'CVM' };
    }
    this.unlisted.delete(instance);
    const id = listing.ids[0] ?? instance;
    if (id !== instance) this.aliases.set(instance, id);
    return { id, name: listing.name, kind: listing.kind };
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextPair(pair: [string, unknown]): pair is [string, string] {
  return isText(pair[1]);
}
