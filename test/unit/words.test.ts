import { expect, it } from 'vitest';

import { VISIT_WORDS, modeOf } from '../../electron/words.js';

it.each([
  [[], { kind: 'tray' }],
  [['--demo'], { kind: 'demo', once: null, visit: false }],
  [VISIT_WORDS, { kind: 'demo', once: null, visit: true }],
  [['--demo', '--once', 'out'], { kind: 'demo', once: 'out', visit: false }],
  [['--demo', '--other'], { kind: 'words', words: ['--demo', '--other'] }],
  [['--visit'], { kind: 'words', words: ['--visit'] }],
  [['status'], { kind: 'words', words: ['status'] }],
])('takes %j for %j', (words, mode) => {
  expect(modeOf(words)).toEqual(mode);
});
