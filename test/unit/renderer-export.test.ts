import { expect, it } from 'vitest';

import { lackingText } from '../../renderer/export/lacking.js';

it.each([
  [0, 0, 0, ''],
  [1, 0, 0, '1 day not known yet.'],
  [0, 2, 0, '2 days known only in part.'],
  [3, 1, 0, '3 days not known yet, 1 day known only in part.'],
  [0, 0, 2, '2 days not reported by the vendor yet.'],
])('tells of days what an export lacks (%i, %i, %i)', (unknownDays, daysInPart, unreportedDays, text) => {
  expect(lackingText({ unknownDays, daysInPart, unreportedDays })).toBe(text);
});
