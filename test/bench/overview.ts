/** The overview from a small and a large ledger, beside one SUM over the rollup's rows of the same days. */
import { join } from 'node:path';

import { buildOverview } from '../../electron/core/overview.js';
import { Database } from '../../electron/ledger/driver.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import type { Ledger } from '../../electron/ledger/types.js';
import type { Charge } from '../../electron/providers/adapter.js';
import { ADAPTERS } from '../../electron/providers/index.js';
import { addDays, dayNumber, dayOf, HOUR_MS, startOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { DEFAULT_VIEW } from '../../shared/model.js';
import type { ProviderId, ViewChoice } from '../../shared/model.js';
import { nanos, ZERO } from '../../shared/money.js';
import { resolvePeriod } from '../../shared/period.js';
import { DEFAULT_SETTINGS } from '../../shared/settings.js';
import { withFolder } from './folder.js';
import { medianOf, milliseconds, table, times, timed, whole } from './report.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const TODAY = dayOf(NOW);
const DAYS = 730;
const FIRST = addDays(TODAY, 1 - DAYS);
const WINDOW_DAYS = 31;
const RESOURCES = 200;
/** Phala's come first, so many to an app; the rest are ClickHouse services. */
const PHALA_RESOURCES = 150;
const RESOURCES_PER_APP = 15;
const METERS = ['Compute', 'Storage', 'Data transfer'];
const ROUNDS = 41;
/** Of all views before any is measured: else the first would be measured while the compiler is at work. */
const WARM_UP = 40;

const VIEWS: ReadonlyArray<readonly [name: string, view: ViewChoice]> = [
  ['month to date', DEFAULT_VIEW],
  ['30 days', { ...DEFAULT_VIEW, period: 'last30Days' }],
  ['30 days, bars split by resource', { ...DEFAULT_VIEW, period: 'last30Days', splitBy: 'resource' }],
];

export async function overviewBench({ quick }: { readonly quick: boolean }): Promise<string> {
  const sizes = [10_000, quick ? 100_000 : 1_000_000] as const;
  return withFolder((folder) => {
    const ledgers = sizes.map((size) => new Sample(join(folder, `${size}.sqlite`), size));
    const [small, large] = ledgers;
    if (small === undefined || large === undefined) throw new Error('two ledgers are compared');
    const round = (view: ViewChoice): { small: number; large: number; sum: number } => ({
      small: timed(() => small.overview(view)),
      large: timed(() => large.overview(view)),
      sum: timed(() => large.sum(view)),
    });
    for (let number = 0; number < WARM_UP; number += 1) for (const [, view] of VIEWS) round(view);
    const rows = VIEWS.map(([name, view]) => {
      const rounds = Array.from({ length: ROUNDS }, () => round(view));
      return [
        name,
        milliseconds(medianOf(rounds, (each) => each.small)),
        milliseconds(medianOf(rounds, (each) => each.large)),
        times(medianOf(rounds, (each) => each.large / each.small)),
        `${medianOf(rounds, (each) => each.sum).toFixed(3)} ms`,
        times(medianOf(rounds, (each) => each.large / each.sum)),
      ];
    });
    for (const ledger of ledgers) ledger.close();
    return Promise.resolve(
      table(
        [
          `view, of ${RESOURCES} resources and 2 years`,
          `from ${whole(sizes[0])} charges`,
          `from ${whole(sizes[1])} (aim ≤ 5 ms)`,
          'growth',
          `SUM over the rollup of ${whole(sizes[1])}`,
          'beside that SUM',
        ],
        rows,
      ),
    );
  });
}

/** A ledger with two accounts whose charges lie evenly on resources, days and meters. */
class Sample {
  private readonly ledger: Ledger;
  private readonly db: Database;

  constructor(
    file: string,
    private readonly size: number,
  ) {
    this.ledger = openLedger(file, () => NOW).ledger;
    for (const provider of ['phala', 'clickhouse'] as const) this.fill(provider);
    this.db = new Database(file);
  }

  overview(view: ViewChoice): void {
    const live = {
      now: NOW,
      cadenceMinutes: 15,
      syncing: new Map(),
      sessionOnly: new Set<string>(),
      unrecorded: new Map(),
    };
    const built = buildOverview({
      ledger: this.ledger,
      settings: DEFAULT_SETTINGS,
      view,
      live,
      secretStore: 'keychain',
      ledgerNotice: null,
      nextPollAt: null,
      formatTime: () => '10:00',
    });
    if (built.days.length === 0) throw new Error('an overview without days');
  }

  sum(view: ViewChoice): void {
    const range = resolvePeriod(view.period, TODAY, view.custom, null);
    const total = this.db.integer(
      `SELECT sum(d.usd) AS value FROM resource r
       CROSS JOIN resource_day d ON d.connection_n = r.connection_n AND d.resource_id = r.id
       WHERE d.day BETWEEN ? AND ?`,
      dayNumber(range.from),
      dayNumber(range.to),
    );
    if (total === 0n) throw new Error('a period without charges');
  }

  close(): void {
    this.db.close();
    this.ledger.close();
  }

  private fill(provider: ProviderId): void {
    const { ledger } = this;
    const { unit, settle } = ADAPTERS[provider];
    const { id, epoch } = ledger.addConnection(
      {
        provider,
        account: provider,
        accountName: null,
        name: provider,
        unit,
        origin: 'http://127.0.0.1/v1',
        accountCreatedDay: FIRST,
        billingAnchor: null,
        creditLeft: null,
      },
      NOW,
    );
    const keys = new Set(
      Array.from({ length: RESOURCES }, (_, resource) => resource)
        .filter((resource) => providerOf(resource) === provider)
        .map(scopeOf),
    );
    const scopes = [...keys].map((key) => ({ key, name: key, createdDay: FIRST, dormant: false }));
    ledger.recordListing(id, scopes, [], NOW);
    for (let from = FIRST; from <= TODAY; from = addDays(from, WINDOW_DAYS)) {
      const end = addDays(from, WINDOW_DAYS - 1);
      const window = { from, to: end < TODAY ? end : TODAY };
      const charges = this.charges(from, window.to);
      for (const scope of ledger.scopes(id)) {
        const writer = ledger.writeWindow(scope, window);
        writer.stage({ charges: charges.get(scope.key) ?? [] });
        writer.commit({
          readAt: NOW,
          today: TODAY,
          settle,
          mayDelete: true,
          epoch,
          reported: null,
          roundedBy: ZERO,
        });
      }
    }
    ledger.recordSync(id, epoch, { at: NOW, asOf: NOW, fault: null, reconciliation: null, memo: {} });
  }

  /** By scope. */
  private charges(from: Day, to: Day): Map<string, Charge[]> {
    const found = new Map<string, Charge[]>();
    for (let day = from; day <= to; day = addDays(day, 1)) {
      const place = dayNumber(day) - dayNumber(FIRST);
      const end = Math.floor(((place + 1) * this.size) / DAYS);
      for (let number = Math.floor((place * this.size) / DAYS); number < end; number += 1) {
        const scope = scopeOf(number % RESOURCES);
        const charges = found.get(scope) ?? [];
        charges.push(chargeOf(number, day));
        found.set(scope, charges);
      }
    }
    return found;
  }
}

function providerOf(resource: number): ProviderId {
  return resource < PHALA_RESOURCES ? 'phala' : 'clickhouse';
}

function scopeOf(resource: number): string {
  return providerOf(resource) === 'phala'
    ? `app-${Math.floor(resource / RESOURCES_PER_APP)}`
    : 'organization';
}

function chargeOf(number: number, day: Day): Charge {
  const resource = number % RESOURCES;
  const byHour = providerOf(resource) === 'phala';
  const start = startOf(day) + (byHour ? (Math.floor(number / RESOURCES) % 24) * HOUR_MS : 0);
  const group = scopeOf(resource);
  const meter = METERS[number % METERS.length] ?? '';
  return {
    key: `charge-${number}`,
    day,
    start,
    end: start + (byHour ? 1 : 24) * HOUR_MS,
    resource: { id: `resource-${resource}`, name: `resource ${resource}`, kind: byHour ? 'CVM' : 'Service' },
    group: { id: group, name: group },
    meter,
    vendorMeter: meter,
    variant: '',
    amount: nanos(BigInt(1_000_000 + ((number * 7_919) % 500_000_000))),
    locked: !byHour,
    extra: {},
  };
}
