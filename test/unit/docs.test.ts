import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { FAULTS, FAULT_KINDS, keyRefusedMessage } from '../../shared/faults.js';

describe('docs/errors.md', () => {
  const lines = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8').split('\n');
  const rows = lines
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  it('lists every kind of fault with its remedy, and no other', () => {
    expect(rows.map(([kind]) => kind)).toEqual(FAULT_KINDS.map((kind) => `\`${kind}\``));
    for (const [index, kind] of FAULT_KINDS.entries()) {
      const { title, remedy, retry } = FAULTS[kind];
      expect(rows[index]?.slice(1)).toEqual([title, expect.any(String), remedy, retry ? 'yes' : 'no']);
    }
  });
});

describe('the sentence for a key that is being entered', () => {
  it('never promises that it is tried again by itself', () => {
    for (const kind of FAULT_KINDS) {
      const sentence = keyRefusedMessage({ kind, detail: null, retryAt: null }, 'Phala');
      expect(sentence).not.toMatch(/tried again (by itself|when)/);
    }
    expect(keyRefusedMessage({ kind: 'offline', detail: null, retryAt: null }, 'Phala')).toBe(
      'Phala cannot be reached. Check the network connection, then try again.',
    );
  });
});
