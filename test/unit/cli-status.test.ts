import { describe, expect, it } from 'vitest';

import { day } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import type { Forecast, Known, PeriodAmount } from '../../shared/model.js';
import { nanos } from '../../shared/money.js';
import { checkLimits } from '../../electron/cli/check.js';
import { statusDocument } from '../../electron/cli/status-document.js';
import type { Status, StatusConnection } from '../../electron/core/status.js';
import { connectionsText, dollars, statusText } from '../../electron/cli/status-text.js';

const NOW = Date.UTC(2026, 10, 22, 10, 0, 0, 999);

function amount(from: string, to: string, usd: bigint, rest: Partial<PeriodAmount> = {}): PeriodAmount {
  return {
    range: { from: day(from), to: day(to) },
    usd: nanos(usd),
    known: 'whole',
    provisionalDays: 0,
    unknownDays: [],
    unreportedDays: [],
    ...rest,
  };
}

const connection: StatusConnection = {
  id: 'c1',
  provider: 'clickhouse',
  name: 'Analytics',
  account: 'org-1',
  accountName: 'Acme',
  unit: 'CHC',
  usdPerUnit: nanos(850_000_000n),
  rateSince: null,
  state: 'failed',
  fault: { kind: 'rejected', detail: null, retryAt: null },
  faultMessage: null,
  lastSuccess: Date.UTC(2026, 10, 22, 9, 45, 7, 123),
  dataThrough: day('2026-11-21'),
  progress: null,
  monthToDate: { usd: nanos(850_000_001n), native: nanos(1_000_000_001n) },
  creditLeft: null,
  reconciliation: {
    unit: 'CHC',
    reported: nanos(5_000_000_000n),
    stored: nanos(4_500_000_000n),
    difference: nanos(500_000_000n),
    rounding: false,
  },
  notes: [],
  sessionOnly: false,
  billingAnchor: null,
  removed: false,
  coverage: {
    from: day('2025-10-22'),
    to: day('2026-11-22'),
    unknownDays: [day('2026-11-03')],
    provisionalDays: 2,
  },
};

const fresh: StatusConnection = {
  ...connection,
  id: 'c2',
  provider: 'phala',
  name: 'Team\u001b[2J\nx',
  unit: 'USD',
  usdPerUnit: nanos(1_000_000_000n),
  state: 'never',
  fault: null,
  lastSuccess: null,
  dataThrough: null,
  monthToDate: null,
  reconciliation: null,
  coverage: null,
};

const input: Status = {
  now: NOW,
  periods: {
    today: amount('2026-11-22', '2026-11-22', 12_340_000_000n),
    yesterday: amount('2026-11-21', '2026-11-21', 0n),
    last7Days: amount('2026-11-16', '2026-11-22', 0n, { known: 'none', unknownDays: [day('2026-11-16')] }),
    last30Days: amount('2026-10-24', '2026-11-22', 1_000_000_000n, {
      known: 'part',
      unknownDays: [day('2026-11-03')],
    }),
    monthToDate: amount('2026-11-01', '2026-11-22', 1_234_567_890_123n, {
      unknownDays: [day('2026-11-22')],
      known: 'part',
    }),
    lastMonth: amount('2026-10-01', '2026-10-31', 2_000_000_000n, { provisionalDays: 1 }),
  },
  forecast: {
    monthEnd: nanos(3n),
    low: nanos(2n),
    high: nanos(4_000_000_000n),
    perDay: nanos(1n),
    withoutHistory: [],
  },
  connections: [connection, fresh, { ...connection, id: 'c3', removed: true }],
  asOf: Date.UTC(2026, 10, 22, 9, 45, 7, 123),
  cadenceMinutes: 15,
  leftDays: new Set(),
};

describe('statusDocument', () => {
  it('is the documented shape, exactly', () => {
    // Through JSON, as a script reads it.
    expect(JSON.parse(JSON.stringify(statusDocument(input)))).toEqual({
      schema: 1,
      generatedAt: '2026-11-22T10:00:00Z',
      currency: 'USD',
      periods: {
        today: { from: '2026-11-22', to: '2026-11-22', amount: '12.34', provisional: true, complete: true },
        yesterday: { from: '2026-11-21', to: '2026-11-21', amount: '0', provisional: false, complete: true },
        last7Days: { from: '2026-11-16', to: '2026-11-22', amount: null, provisional: true, complete: false },
        last30Days: { from: '2026-10-24', to: '2026-11-22', amount: '1', provisional: true, complete: false },
        monthToDate: {
          from: '2026-11-01',
          to: '2026-11-22',
          amount: '1234.567890123',
          provisional: true,
          complete: true,
        },
        lastMonth: { from: '2026-10-01', to: '2026-10-31', amount: '2', provisional: true, complete: true },
      },
      forecast: { monthEnd: '0.000000003', low: '0.000000002', high: '4' },
      connections: [
        {
          id: 'c1',
          provider: 'clickhouse',
          name: 'Analytics',
          account: 'org-1',
          state: 'failed',
          lastSuccess: '2026-11-22T09:45:07Z',
          dataThrough: '2026-11-21',
          error: {
            kind: 'rejected',
            message: 'ClickHouse rejected the key. Replace it with a key that is active.',
          },
          unit: 'CHC',
          usdPerUnit: '0.85',
          coverage: {
            from: '2025-10-22',
            to: '2026-11-22',
            unknownDays: ['2026-11-03'],
            provisionalDays: 2,
          },
          monthToDate: { amount: '0.850000001', native: '1.000000001' },
          reconciliation: { unit: 'CHC', reported: '5', stored: '4.5', difference: '0.5' },
        },
        {
          id: 'c2',
          provider: 'phala',
          name: 'Team\u001b[2J\nx',
          account: 'org-1',
          state: 'never',
          lastSuccess: null,
          dataThrough: null,
          error: null,
          unit: 'USD',
          usdPerUnit: '1',
          coverage: null,
          monthToDate: { amount: null, native: null },
          reconciliation: null,
        },
      ],
    });
  });

  it('keeps the documented order of keys', () => {
    const document = statusDocument(input);
    expect(Object.keys(document)).toEqual([
      'schema',
      'generatedAt',
      'currency',
      'periods',
      'forecast',
      'connections',
    ]);
    expect(Object.keys(document.connections[0] ?? {})).toEqual([
      'id',
      'provider',
      'name',
      'account',
      'state',
      'lastSuccess',
      'dataThrough',
      'error',
      'unit',
      'usdPerUnit',
      'coverage',
      'monthToDate',
      'reconciliation',
    ]);
  });

  it('is not complete while an ended day is not reported yet, today alone excepted', () => {
    const late = { known: 'part', unreportedDays: [day('2026-11-21')], provisionalDays: 2 } as const;
    const { periods } = statusDocument({
      ...input,
      periods: {
        ...input.periods,
        today: amount('2026-11-22', '2026-11-22', 1n, { known: 'part', unknownDays: [day('2026-11-22')] }),
        yesterday: amount('2026-11-21', '2026-11-21', 0n, { ...late, known: 'none', provisionalDays: 1 }),
        last7Days: amount('2026-11-16', '2026-11-22', 6n, late),
        last30Days: amount('2026-10-24', '2026-11-22', 29n, late),
        monthToDate: amount('2026-11-01', '2026-11-22', 21n, late),
      },
    });
    expect(Object.entries(periods).map(([id, { complete }]) => [id, complete])).toEqual([
      ['today', true],
      ['yesterday', false],
      ['last7Days', false],
      ['last30Days', false],
      ['monthToDate', false],
      ['lastMonth', true],
    ]);
    expect(periods.monthToDate).toMatchObject({ amount: '0.000000021', provisional: true });
  });

  it('has no amount of today before a charge of it is reported', () => {
    const unreported = amount('2026-11-22', '2026-11-22', 0n, { known: 'none', provisionalDays: 1 });
    const { periods } = statusDocument({ ...input, periods: { ...input.periods, today: unreported } });
    expect(periods.today).toMatchObject({ amount: null, provisional: true, complete: false });
  });

  it('has no forecast where there is none', () => {
    expect(statusDocument({ ...input, forecast: null }).forecast).toBeNull();
    const forecast = { ...(input.forecast as Forecast), withoutHistory: ['New\none'] };
    expect(statusDocument({ ...input, forecast }).forecast).toBeNull();
    expect(statusText({ ...input, forecast })).toMatch(
      /Forecast +not known +not enough history of New one\n/,
    );
  });
});

describe('check', () => {
  const today: Day = day('2026-11-22');
  const ended: Day = day('2026-11-03');
  const month = (usd: bigint, known: Known, unknownDays: readonly Day[]) =>
    amount('2026-11-01', '2026-11-22', usd, { known, unknownDays });
  const one = (usd: bigint, known: Known, unknownDays: readonly Day[]) =>
    amount('2026-11-22', '2026-11-22', usd, { known, unknownDays });
  const unreported = (from: string) => amount(from, '2026-11-22', 0n, { known: 'none', provisionalDays: 1 });
  const ten = nanos(10_000_000_000n);

  /** Every connection that counts was read 15 minutes ago. */
  const agreed = { ...connection, reconciliation: null };
  const current = { ...input, connections: [agreed, { ...fresh, removed: true }] };

  it.each([
    ['under', month(9_999_999_999n, 'whole', []), 0],
    ['exactly at the limit is not over', month(10_000_000_000n, 'whole', []), 0],
    ['over by a nano', month(10_000_000_001n, 'whole', []), 1],
    ['over already, a day unknown', month(10_000_000_001n, 'part', [ended]), 1],
    ['under so far, a day unknown', month(1n, 'part', [ended]), 3],
    ['nothing known', month(0n, 'none', []), 3],
    ['only today unread', month(1n, 'part', [today]), 0],
    ['an ended day not reported yet', month(1n, 'part', []), 0],
    ['a new month of which nothing is reported yet', unreported('2026-11-01'), 3],
    ['over already, an ended day not reported yet', month(10_000_000_001n, 'part', []), 1],
  ])('month: %s', (_name, monthToDate, status) => {
    const result = checkLimits(
      { ...current, periods: { ...input.periods, monthToDate } },
      { monthOver: ten, todayOver: null },
    );
    expect(result.status).toBe(status);
    expect(result.text.split('\n')).toHaveLength(2);
  });

  it('writes amounts exactly that would look like the limit', () => {
    const check = (usd: bigint) =>
      checkLimits(
        { ...current, periods: { ...input.periods, monthToDate: month(usd, 'whole', []) } },
        { monthOver: ten, todayOver: null },
      ).text;
    expect(check(10_000_000_001n)).toBe('Month to date: $10.000000001, limit $10: over\n');
    expect(check(10_000_000_000n)).toBe('Month to date: $10.00, limit $10.00: under\n');
    expect(check(10_010_000_000n)).toBe('Month to date: $10.01, limit $10.00: over\n');
  });

  it.each([
    ['under', one(1n, 'whole', []), 0],
    ['over', one(10_000_000_001n, 'whole', []), 1],
    ['not read by every connection', one(1n, 'part', [today]), 3],
    ['not read by every connection, over already', one(10_000_000_001n, 'part', [today]), 1],
    ['nothing known', one(0n, 'none', []), 3],
    ['not reported yet', unreported('2026-11-22'), 3],
  ])('today: %s', (_name, todayAmount, status) => {
    expect(
      checkLimits(
        { ...current, periods: { ...input.periods, today: todayAmount } },
        { monthOver: null, todayOver: ten },
      ).status,
    ).toBe(status);
  });

  it.each([
    ['over beats not knowing', 11_000_000_000n, 'none', 1],
    ['not knowing beats under', 1n, 'none', 3],
    ['both under', 1n, 'whole', 0],
  ] as const)('both: %s', (_name, monthUsd, todayKnown, status) => {
    const periods = {
      ...input.periods,
      monthToDate: month(monthUsd, 'whole', []),
      today: one(0n, todayKnown, []),
    };
    const result = checkLimits({ ...current, periods }, { monthOver: ten, todayOver: ten });
    expect(result.status).toBe(status);
    expect(result.text.trimEnd().split('\n')).toHaveLength(2);
  });

  it.each([
    ['2026-11-09', 0],
    ['2026-11-10', 3],
  ])(
    'holds without the rest of a day on which a connection was removed, if no more is missing (%s)',
    (left, status) => {
      const periods = { ...input.periods, monthToDate: month(1n, 'part', [day('2026-11-09')]) };
      const found = checkLimits(
        { ...current, periods, leftDays: new Set([day(left)]) },
        { monthOver: ten, todayOver: null },
      );
      expect(found.status).toBe(status);
    },
  );

  describe('of data that are old', () => {
    const minute = 60_000;
    const readAt = Date.UTC(2026, 10, 22, 8, 8);
    const team = { ...connection, name: 'Team', lastSuccess: readAt };
    const checkOf = (changes: Partial<Status>, usd = 1_000_000_000n) =>
      checkLimits(
        {
          ...current,
          periods: { ...input.periods, monthToDate: month(usd, 'whole', []), today: one(usd, 'whole', []) },
          ...changes,
        },
        { monthOver: ten, todayOver: ten },
      );

    it.each(['ok', 'failed', 'syncing'] as const)('is under for an hour still (%s)', (state) => {
      const connections = [{ ...team, state }];
      expect(checkOf({ connections, now: readAt + 60 * minute })).toEqual({
        text: 'Month to date: $1.00, limit $10.00: under\nToday: $1.00, limit $10.00: under\n',
        status: 0,
      });
    });

    it.each(['stale', 'failed', 'syncing'] as const)('cannot know, and says why (%s)', (state) => {
      const connections = [{ ...team, state }];
      expect(checkOf({ connections, now: readAt + 60 * minute + 1 })).toEqual({
        text:
          'Month to date: $1.00, limit $10.00: cannot know, data of Team are as of 2026-11-22 08:08 UTC\n' +
          'Today: $1.00, limit $10.00: cannot know, data of Team are as of 2026-11-22 08:08 UTC\n',
        status: 3,
      });
    });

    it('is over where they are over already', () => {
      expect(checkOf({ connections: [{ ...team, state: 'failed' }] }, 10_000_000_001n)).toEqual({
        text: 'Month to date: $10.000000001, limit $10: over\nToday: $10.000000001, limit $10: over\n',
        status: 1,
      });
    });

    it('judges their age by the cadence', () => {
      const connections = [team];
      const now = readAt + 90 * minute;
      expect(checkOf({ connections, now, cadenceMinutes: 30 }).status).toBe(3);
      expect(checkOf({ connections, now, cadenceMinutes: 60 }).status).toBe(0);
      expect(checkOf({ connections, now: readAt + 24 * 60 * minute, cadenceMinutes: 0 }).status).toBe(0);
      expect(checkOf({ connections, now: readAt + 24 * 60 * minute + 1, cadenceMinutes: 0 }).status).toBe(3);
    });

    it('names the connection that was read the longest ago, one without a success first', () => {
      const older = { ...team, name: 'Old\none', lastSuccess: readAt - minute };
      const whyOf = (...connections: readonly StatusConnection[]) =>
        checkOf({ connections: [connection, ...connections] }).text.split('\n')[0];
      expect(whyOf(team, older)).toMatch(/: cannot know, data of Old one are as of 2026-11-22 08:07 UTC$/);
      expect(whyOf(older, { ...fresh, state: 'syncing' }, team)).toMatch(
        /: cannot know, Team \[2J x has not been read whole yet$/,
      );
    });

    it('is not known where vendors reported more than is stored, and that would be over', () => {
      const beyond = (difference: bigint, rounding = false): StatusConnection => ({
        ...agreed,
        usdPerUnit: nanos(500_000_000n),
        reconciliation: {
          unit: 'CHC',
          reported: nanos(difference),
          stored: nanos(0n),
          difference: nanos(difference),
          rounding,
        },
      });
      const found = checkOf({ connections: [beyond(18_000_000_002n)] });
      expect(found.status).toBe(3);
      expect(found.text).toMatch(/: cannot know, vendors reported \$9\.00 more than is stored\n/);
      expect(checkOf({ connections: [beyond(18_000_000_000n)] }).status).toBe(0);
      expect(checkOf({ connections: [beyond(-20n * ten)] }).status).toBe(0);
      expect(checkOf({ connections: [beyond(20n * ten, true)] }).status).toBe(0);
      expect(checkOf({ connections: [{ ...beyond(20n * ten), removed: true }, agreed] }).status).toBe(0);
    });

    it('is needed of some connection: a kept history alone says nothing of now', () => {
      const left = checkOf({ connections: [{ ...connection, removed: true }] });
      expect(left).toMatchObject({ status: 3 });
      expect(left.text).toMatch(/cannot know, nothing is connected\n/);
    });

    it('asks nothing of a connection that was removed', () => {
      expect(checkOf({ connections: [connection, { ...team, removed: true }] }).status).toBe(0);
    });
  });
});

describe('for people', () => {
  it.each([
    [0n, '$0.00'],
    [1n, '$0.0000'],
    [50_000n, '$0.0000'],
    [150_000n, '$0.0002'],
    [58_000_000n, '$0.0580'],
    [999_999_999n, '$1.0000'],
    [1_000_000_000n, '$1.00'],
    [1_005_000_000n, '$1.00'],
    [1_015_000_000n, '$1.02'],
    [1_234_567_890_000_000n, '$1,234,567.89'],
    [100_000_000_000n, '$100.00'],
    [-12_345_000_000_000n, '-$12,345.00'],
    [-500_000_000n, '-$0.5000'],
  ])('%s nanos are %s', (value, text) => expect(dollars(value)).toBe(text));

  it('prints an aligned overview', () => {
    expect(statusText(input)).toBe(
      `As of 2026-11-22 09:45 UTC; days are UTC

Today             $12.34  2026-11-22, provisional
Yesterday          $0.00  2026-11-21
Last 7 days      no data  2026-11-16 to 2026-11-22, 1 day not known, provisional
Last 30 days       $1.00  2026-10-24 to 2026-11-22, 1 day not known, provisional
Month to date  $1,234.57  2026-11-01 to 2026-11-22, 1 day not known, provisional
Last month         $2.00  2026-10-01 to 2026-10-31, provisional
Forecast         $0.0000  end of the month, $0.0000 to $4.00

ID  PROVIDER    NAME        STATE         MONTH TO DATE  DATA THROUGH  LAST SUCCESS
c1  ClickHouse  Analytics   failed              $0.8500  2026-11-21    2026-11-22 09:45 UTC
c2  Phala       Team [2J x  not read yet        no data  -             -
Analytics: ClickHouse rejected the key. Replace it with a key that is active.
Analytics: the vendor reported 5 CHC, stored are 4.5 CHC.
`,
    );
  });

  it('says of a connection what is wrong with it and what is worth knowing, each in a line', () => {
    const note = 'ClickHouse gives no days before 2026-08-01; those not read before stay unknown';
    const lines = connectionsText([{ ...connection, notes: [note] }]).split('\n');
    expect(lines.slice(2)).toEqual([
      'Analytics: ClickHouse rejected the key. Replace it with a key that is active.',
      `Analytics: ${note}.`,
      '',
    ]);
    expect(connectionsText([{ ...connection, notes: [note], removed: true }])).not.toContain(note);
  });

  it('dates the amounts by what was read, not by the clock', () => {
    const firstLine = (changes: Partial<Status>) => statusText({ ...input, ...changes }).split('\n')[0];
    expect(firstLine({ asOf: Date.UTC(2026, 10, 20, 8, 8, 59) })).toBe(
      'As of 2026-11-20 08:08 UTC; days are UTC',
    );
    expect(firstLine({ connections: [fresh], asOf: null })).toBe(
      'No connection read whole yet; days are UTC',
    );
  });

  it('keeps quiet about rounding', () => {
    const reconciliation = {
      unit: 'CHC' as const,
      reported: nanos(5_000_000_001n),
      stored: nanos(5_000_000_000n),
      difference: nanos(1n),
      rounding: true,
    };
    const connections = [{ ...connection, reconciliation }];
    expect(statusText({ ...input, connections })).not.toContain('reported');
  });

  it('says what to do where there is no connection, and shows no table of nothing', () => {
    const sentence = 'No connection yet; add one with "cost-tray connect".\n';
    expect(connectionsText([])).toBe(sentence);
    expect(statusText({ ...input, connections: [] })).toBe(sentence);
    const left = statusText({ ...input, connections: [{ ...connection, removed: true }], asOf: null });
    expect(left).toMatch(/^Days are UTC\n\nToday /);
    expect(left).toMatch(/\n\nNothing is connected any more: [^\n]+ removed connections\.\n$/);
  });

  it('tells apart that a connection has not read today, which no longer period counts', () => {
    const today = { ...input.periods.today, unknownDays: [input.periods.today.range.from] };
    const lines = statusText({ ...input, periods: { ...input.periods, today } }).split('\n');
    expect(lines.find((line) => line.startsWith('Today '))).toMatch(
      /2026-11-22, not read by every connection/,
    );
  });

  it('lists removed connections with their history', () => {
    expect(connectionsText([{ ...connection, removed: true }])).toMatch(/removed, history kept/);
  });
});
