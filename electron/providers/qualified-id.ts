/**
 * Ids that a vendor gives to things of several kinds. The ledger knows a resource by
 * its id alone, so the kind is made a part of it; what is shown and exported is the
 * vendor's own.
 */
const SEPARATOR = '\n';

export function qualifiedId(id: string, kind: string): string {
  return `${id}${SEPARATOR}${kind}`;
}

/** The id as the vendor gives it. */
export function vendorId(id: string): string {
  const [own = id] = id.split(SEPARATOR, 1);
  return own;
}
