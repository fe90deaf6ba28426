import { expect, it } from 'vitest';

import { dayLabels } from '../../renderer/chart/geometry.js';

it('labels today, whatever the step', () => {
  expect(dayLabels(30, 340, 64, 21)).toEqual([0, 7, 14, 21, 28]);
  // As wide labels of amounts leave it: days a fortnight apart.
  expect(dayLabels(30, 319, 64, 21)).toEqual([0, 14, 21, 28]);
  expect(dayLabels(30, 319, 64, 29)).toEqual([1, 15, 29]);
});

it('leaves out what stands too close to today', () => {
  expect(dayLabels(30, 340, 64, 16)).toEqual([0, 7, 16, 28]);
  expect(dayLabels(30, 340, 64, 1)).toEqual([1, 7, 14, 21, 28]);
  expect(dayLabels(30, 20, 64, 12)).toEqual([12]);
});

it('labels days without today as they come', () => {
  expect(dayLabels(30, 340, 64, -1)).toEqual([0, 7, 14, 21, 28]);
  expect(dayLabels(0, 340, 64, -1)).toEqual([]);
});
