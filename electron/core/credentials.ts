/** Keys between the form and the keychain: kept with the origin they were checked at. */
import { z } from 'zod';

import { FaultError } from '../../shared/faults.js';
import { credentialSchema } from '../../shared/ipc.js';
import type { Credential } from '../../shared/ipc.js';
import { faultOfRefusal } from '../keychain/secret-store.js';
import type { SecretStore } from '../keychain/secret-store.js';

const entrySchema = z.object({ v: z.literal(1), origin: z.string(), credential: credentialSchema });

export function encodeSecret(origin: string, credential: Credential): string {
  return JSON.stringify({ v: 1, origin, credential });
}

/**
 * The key of a connection, for that origin only.
 *
 * @throws FaultError key-unreadable, other-address, keychain-denied, no-keychain
 */
export async function readCredential(
  secrets: SecretStore,
  connection: string,
  origin: string,
): Promise<Credential> {
  const outcome = await secrets.get(connection);
  if (outcome.kind !== 'found') throw new FaultError(faultOfRefusal(outcome.kind));
  const entry = entrySchema.safeParse(parseJson(outcome.secret));
  if (!entry.success) throw new FaultError('key-unreadable', 'the entry is not one of Cost Tray’s');
  if (entry.data.origin !== origin) {
    throw new FaultError('other-address', entry.data.origin);
  }
  return entry.data.credential;
}

/** @throws FaultError when the keychain did not take it */
export async function storeCredential(
  secrets: SecretStore,
  connection: string,
  origin: string,
  credential: Credential,
): Promise<void> {
  const outcome = await secrets.set(connection, encodeSecret(origin, credential));
  if (outcome.kind !== 'stored') throw new FaultError(faultOfRefusal(outcome.kind));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
