import { expect, it } from 'vitest';

import { lackingText } from '../../renderer/export/lacking.js';

it.each([
  [0, 0, ''],
  [1, 0, '1 day not known yet.'],
  [0, 2, '2 days known only in part.'],
  [3, 1, '3 days not known yet, 1 day known only in part.'],
])('tells days that an export lacks from those it has in part (%i, %i)', (unknown, inPart, text) => {
  expect(lackingText(unknown, inPart)).toBe(text);
});
