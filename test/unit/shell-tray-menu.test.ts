import { describe, expect, it } from 'vitest';

import { trayFormat, trayMenuTemplate, trayTitle, trayTooltip } from '../../electron/shell/tray-menu.js';
import type { TrayState } from '../../electron/shell/tray-menu.js';
import { usableLocale } from '../../electron/core/locale.js';
import { formatClock, formatUsd } from '../../electron/shell/amount.js';
import { connection, period, trayState } from './shell-state.js';
import { nanos, parseNanos } from '../../shared/money.js';

const NOW = Date.UTC(2026, 10, 22, 11, 42);
const format = (state: TrayState) => trayFormat({ ...state.settings, numberLocale: 'en-US' }, 'UTC');
const labels = (state: TrayState): string[] =>
  trayMenuTemplate(state, format(state)).map((item) =>
    item.kind === 'separator' ? '—' : `${item.label} → ${item.action ?? 'none'}`,
  );
// Intl writes a narrow no-break space before AM and PM.
const plain = (text: string) => text.replaceAll('\u202f', ' ');

describe('trayMenuTemplate', () => {
  it('stands alone: total, each connection, as-of, and all that can be done', () => {
    const state = trayState({
      overview: {
        generatedAt: NOW,
        asOf: NOW - 60_000,
        monthToDate: period('1334.5', 'part'),
        connections: [
          connection({ id: 'a', name: 'Production', usd: '1234.5' }),
          connection({
            id: 'b',
            provider: 'clickhouse',
            name: 'ClickHouse R&D',
            usd: '100',
            fault: 'rejected',
          }),
        ],
      },
    });
    expect(labels(state).map(plain)).toEqual([
      'Month to date: $1,334.50 (partly known) → open',
      'Phala · Production: $1,234.50 → open',
      'ClickHouse R&&D: $100.00 (key rejected) → open',
      'As of 11:41 AM → none',
      '—',
      'Open Cost Tray → open',
      'Refresh → refresh',
      'Export… → export',
      'Settings… → settings',
      '—',
      'Quit Cost Tray → quit',
    ]);
  });

  it('says what is not known instead of $0', () => {
    const state = trayState({
      overview: {
        asOf: null,
        monthToDate: period('0', 'none'),
        connections: [connection({ usd: null, state: 'never' })],
      },
    });
    expect(labels(state).slice(0, 3)).toEqual([
      'Month to date: no data yet → open',
      'Phala · Production (not fetched yet) → open',
      'Not fetched yet → none',
    ]);
    const zero = trayState({
      overview: { monthToDate: period('0'), connections: [connection({ usd: '0' })] },
    });
    expect(labels(zero)[0]).toBe('Month to date: $0.00 → open');
  });

  it('offers no refresh and no export before anything is connected', () => {
    expect(labels(trayState({ overview: { connections: [] } }))).toEqual([
      'Nothing connected yet → open',
      '—',
      'Open Cost Tray → open',
      'Refresh → none',
      'Export… → none',
      'Settings… → settings',
      '—',
      'Quit Cost Tray → quit',
    ]);
  });

  it('hides every amount on request, and says when the data are samples', () => {
    const state = trayState({
      demo: true,
      settings: { hideAmounts: true },
      overview: { connections: Array.from({ length: 14 }, (_, id) => connection({ id: String(id) })) },
    });
    const text = labels(state);
    expect(text[0]).toBe('Sample data, not your own → none');
    expect(text).toContain('3 more → open');
    expect(text.join()).not.toMatch(/\$/);
  });

  it('folds many connections, so that the rows still add up to the total', () => {
    const connections = Array.from({ length: 20 }, (_, id) => connection({ id: String(id), usd: '1.5' }));
    const rows = labels(trayState({ overview: { connections, monthToDate: period('30') } }));
    expect(rows.filter((row) => row.includes('Phala ·'))).toHaveLength(11);
    expect(rows).toContain('9 more: $13.50 → open');
  });

  it('keeps a removed connection only while its history counts', () => {
    const state = trayState({
      overview: {
        connections: [
          connection({ id: 'a', name: 'Old', usd: '2', removed: true }),
          connection({ id: 'b', name: 'Older', usd: '0', removed: true }),
        ],
      },
    });
    const rows = labels(state);
    expect(rows).toContain('Phala · Old: $2.00 (removed) → open');
    expect(rows.join()).not.toContain('Older');
    expect(rows).toContain('Refresh → none');
  });

  it('says what is wrong, and nothing where all is current', () => {
    const overview = { statusText: 'Production is 3 h old: key rejected' };
    expect(labels(trayState({ overview: { ...overview, statusLevel: 'error' } }))).toContain(
      'Production is 3 h old: key rejected → open',
    );
    for (const statusLevel of ['ok', 'busy'] as const)
      expect(labels(trayState({ overview: { ...overview, statusLevel } })).join()).not.toContain('3 h old');
  });

  it('shows a sync under way', () => {
    const state = trayState({ overview: { syncing: true, connections: [connection({})] } });
    expect(labels(state)).toContain('Refreshing… → none');
  });
});

describe('tooltip and title', () => {
  const overview = {
    monthToDate: period('12345.678'),
    todaySoFar: period('3.5'),
    connections: [connection({})],
    statusText: 'Current',
  };

  it.each([
    ['monthToDate', 'Cost Tray\nMonth to date: $12,345.68\nCurrent', '$12,346'],
    ['today', 'Cost Tray\nToday so far: $3.50\nCurrent', '$3.50'],
    ['none', 'Cost Tray\nCurrent', ''],
  ] as const)('bear the number the user chose: %s', (trayNumber, tooltip, title) => {
    const state = trayState({ overview, settings: { trayNumber } });
    expect(trayTooltip(state, format(state))).toBe(tooltip);
    expect(trayTitle(state, format(state))).toBe(title);
  });

  it('bear none where amounts are hidden or nothing is known', () => {
    const hidden = trayState({ overview, settings: { hideAmounts: true } });
    expect(trayTooltip(hidden, format(hidden))).toBe('Cost Tray\nCurrent');
    expect(trayTitle(hidden, format(hidden))).toBe('');
    const unknown = trayState({ overview: { ...overview, monthToDate: period('0', 'none') } });
    expect(trayTooltip(unknown, format(unknown))).toContain('Month to date: no data yet');
    expect(trayTitle(unknown, format(unknown))).toBe('');
    const unreported = trayState({
      overview: { ...overview, monthToDate: { ...period('0', 'none'), provisionalDays: 1 } },
    });
    expect(trayTooltip(unreported, format(unreported))).toContain('Month to date: not reported yet');
    expect(trayTitle(unreported, format(unreported))).toBe('');
  });

  it('fits Windows’ tooltip', () => {
    const state = trayState({ overview: { ...overview, statusText: 'x'.repeat(300) } });
    expect(trayTooltip(state, format(state))).toHaveLength(127);
  });
});

describe('amounts', () => {
  it.each([
    ['0', '$0.00', '$0.00'],
    ['0.00001', '<$0.0001', '<$0.0001'],
    ['-0.00001', '−<$0.0001', '−<$0.0001'],
    ['0.0003', '$0.0003', '$0.0003'],
    ['0.99994', '$0.9999', '$0.9999'],
    ['0.99995', '$1.00', '$1.00'],
    ['9999.99', '$9,999.99', '$9,999.99'],
    ['1234567.891', '$1,234,567.89', '$1,234,568'],
    ['-12.5', '-$12.50', '-$12.50'],
  ])('writes %s as %s', (amount, usual, tight) => {
    expect(formatUsd(parseNanos(amount), 'en-US')).toBe(usual);
    expect(formatUsd(parseNanos(amount), 'en-US', true)).toBe(tight);
  });

  it('keeps digits that a float would lose', () => {
    expect(formatUsd(nanos(9_007_199_254_740_993_120_000_000n), 'en-US')).toBe('$9,007,199,254,740,993.12');
  });

  it('falls back to the system for a tag that is none', () => {
    expect(usableLocale('de-DE')).toBe('de-DE');
    expect(usableLocale('not a tag')).toBeUndefined();
    expect(usableLocale(null)).toBeUndefined();
  });

  it('adds the date to a clock time of another day', () => {
    expect(plain(formatClock(NOW - 86_400_000, NOW, 'en-US', 'UTC'))).toBe('Nov 21, 2026, 11:42 AM');
  });
});
