/**
 * An account whose vendor leaves its id out of some answers is known there by the
 * names that it was last seen with. A connection's memo keeps them; a name by
 * itself is no proof of anything for another connection.
 */
import type { Account } from './adapter.js';
import { isObject, textOf } from './wire.js';

type Memo = Readonly<Record<string, unknown>>;

/** What is to be kept of an account that was accepted as a connection's. */
export function namesToKeep({ id, idsByName = [] }: Account): Memo {
  return idsByName.length === 0 ? {} : { account: { id, idsByName } };
}

/** The account's own id, where `id` is one made of the names that it was last seen with; else `id` itself. */
export function ownId({ account }: Memo, id: string): string {
  if (!isObject(account) || !Array.isArray(account.idsByName)) return id;
  return account.idsByName.includes(id) ? (textOf(account.id) ?? id) : id;
}
