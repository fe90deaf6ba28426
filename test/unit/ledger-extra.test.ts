import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packExtra, parseShape, unpackExtra } from '../../electron/ledger/extra.js';
import { day } from '../../shared/day.js';

const frame = {
  day: day('2026-11-22'),
  start: Date.parse('2026-11-22T09:00:00Z'),
  end: Date.parse('2026-11-22T10:00:00Z'),
};

const VENDOR_ROW = {
  timestamp: '2026-11-22T10:03:12.123456+00:00',
  project_id: 12,
  team_id: 7,
  billing_start: '2026-11-22T09:00:00Z',
  billing_end: '2026-11-22 10:00:00',
  duration_minutes: 60,
  details: '{"vcpu":2}',
};

function roundTrip(extra: Record<string, unknown>): string {
  const packed = packExtra(extra, frame);
  return JSON.stringify(unpackExtra(parseShape(packed.shape), packed.own, frame));
}

describe('packing the vendor’s remaining fields', () => {
  it('gives back a usage row, in its own writing and order', () => {
    expect(roundTrip(VENDOR_ROW)).toBe(JSON.stringify(VENDOR_ROW));
  });

  it('keeps of it only what another hour of the same machine does not share', () => {
    const next = {
      ...VENDOR_ROW,
      timestamp: '2026-11-22T11:02:55.000001+00:00',
      billing_start: '2026-11-22T10:00:00Z',
      billing_end: '2026-11-22 11:00:00',
    };
    const later = { day: frame.day, start: frame.start + 3_600_000, end: frame.end + 3_600_000 };
    expect(packExtra(next, later).shape).toBe(packExtra(VENDOR_ROW, frame).shape);
    expect(packExtra(VENDOR_ROW, frame).own).toEqual(['T10:03:12.123456+00:00', '{"vcpu":2}']);
  });

  it('stores nothing for no fields', () => {
    expect(packExtra({}, frame)).toEqual({ shape: '', own: [] });
    expect(roundTrip({})).toBe('{}');
  });

  it('leaves out what the charge says elsewhere, and what says nothing', () => {
    const held = new Set(['project_id', 'billing_end', 'details']);
    const { project_id, billing_end, details, ...rest } = VENDOR_ROW;
    expect(packExtra({ ...VENDOR_ROW, region: null, zone: undefined }, frame, held)).toEqual(
      packExtra(rest, frame),
    );
    expect(packExtra(rest, frame)).not.toEqual(packExtra(VENDOR_ROW, frame));
  });

  it('tells apart the values of a field that only some hours share', () => {
    const texts = Array.from({ length: 20 }, (_, number) => `{"vcpu":${number % 11}}`);
    for (const details of texts) {
      const packed = packExtra({ details }, frame);
      expect(unpackExtra(parseShape(packed.shape), packed.own, frame)).toEqual({ details });
    }
  });

  it('gives back any JSON object', () => {
    const time = fc.constantFrom(
      '2026-11-22T09:00:00Z',
      '2026-11-22T09:00:00.000Z',
      '2026-11-22 10:00:00+00:00',
      '2026-11-22T10:00:00+02:00',
      '2026-11-22',
      '2026-11-21T23:59:59Z',
      '2026-02-30T09:00:00Z',
    );
    const value = fc.oneof(time, fc.jsonValue());
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (extra) => {
        const plain = Object.fromEntries(Object.entries(extra).filter(([, each]) => each !== null));
        expect(roundTrip(plain)).toBe(JSON.stringify(plain));
      }),
    );
  });
});
