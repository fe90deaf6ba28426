import { closeSync, openSync, readSync } from 'node:fs';

/**
 * A write-ahead log whose header is garbage is ignored by SQLite without a word,
 * and with it everything it holds. So its header is checked here, by the
 * checksum of https://www.sqlite.org/fileformat.html#the_wal_header. A torn end
 * is no damage: it is what a killed process leaves.
 */

const HEADER_BYTES = 32;
const MAGIC_LITTLE_ENDIAN = 0x377f0682;
const MAGIC_BIG_ENDIAN = 0x377f0683;

/** A header read while another process writes it may be torn; damage stays. */
const READINGS = 3;

/** False where there is no log, or none with a header yet. */
export function isDamagedWal(file: string): boolean {
  for (let reading = 0; reading < READINGS; reading += 1) {
    const header = readHeader(file);
    if (header === null || isSoundHeader(header)) return false;
  }
  return true;
}

function readHeader(file: string): Buffer | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return null;
  }
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    return readSync(descriptor, header, 0, HEADER_BYTES, 0) === HEADER_BYTES ? header : null;
  } finally {
    closeSync(descriptor);
  }
}

function isSoundHeader(header: Buffer): boolean {
  // A file system that lost power may have given it its length and no content.
  if (header.every((byte) => byte === 0)) return true;
  const magic = header.readUInt32BE(0);
  if (magic !== MAGIC_LITTLE_ENDIAN && magic !== MAGIC_BIG_ENDIAN) return false;
  const word = (offset: number): number =>
    magic === MAGIC_BIG_ENDIAN ? header.readUInt32BE(offset) : header.readUInt32LE(offset);
  let first = 0;
  let second = 0;
  for (let offset = 0; offset < 24; offset += 8) {
    first = (first + word(offset) + second) >>> 0;
    second = (second + word(offset + 4) + first) >>> 0;
  }
  return header.readUInt32BE(24) === first && header.readUInt32BE(28) === second;
}
