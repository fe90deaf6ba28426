/** `key` of a resource: connection, slash, vendor's id. Connections' ids bear no slash. */
export function resourceKey(connection: string, vendorId: string): string {
  return `${connection}/${vendorId}`;
}

/** @param key of a resource, or of a connection, which is its id */
export function connectionOf(key: string): string {
  const [id = ''] = key.split('/', 1);
  return id;
}
