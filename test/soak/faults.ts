/** What may pass by itself, as it happens to a laptop: nothing here changes what the vendors will say in the end. */
import type { Fault } from '../../electron/demo/faults.js';
import type { ProviderId } from '../../shared/model.js';

export const TRANSIENT: Readonly<Record<ProviderId, readonly Fault[]>> = {
  phala: [
    ...both(),
    { kind: 'times', format: 'offset' },
    { kind: 'times', format: 'micros' },
    { kind: 'total-whole' },
    { kind: 'unstable-order' },
    { kind: 'repeated-rows', where: 'within' },
    { kind: 'added-between-pages' },
    { kind: 'app-gone', times: 2 },
  ],
  clickhouse: [
    ...both(),
    { kind: 'metrics-null-values' },
    { kind: 'entity-recased' },
    { kind: 'bare-result' },
    { kind: 'status', status: 429, wait: { header: 'X-RateLimit-Reset', seconds: 7 } },
  ],
};

function both(): Fault[] {
  return [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 502, shape: 'html' },
    { kind: 'status', status: 503, wait: { header: 'Retry-After', seconds: 20 } },
    { kind: 'status', status: 504 },
    { kind: 'status', status: 408 },
    { kind: 'status', status: 429, wait: { header: 'Retry-After', seconds: 12 } },
    { kind: 'status', status: 429, wait: { header: 'Retry-After date', seconds: 900 } },
    { kind: 'html200' },
    { kind: 'truncated-json' },
    { kind: 'invalid-json' },
    { kind: 'empty-body' },
    { kind: 'stalled-body', times: 2 },
    { kind: 'slow-headers', times: 2 },
    { kind: 'reset' },
    { kind: 'reset', when: 'in-body' },
    { kind: 'redirect' },
    { kind: 'cost', as: 'NaN' },
    { kind: 'cost', as: '25-digits' },
    { kind: 'decimal-strings' },
    { kind: 'exponents' },
    { kind: 'extra-keys' },
    { kind: 'null-names' },
    { kind: 'totals-missing' },
    { kind: 'totals-disagree' },
  ];
}
