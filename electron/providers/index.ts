import type { ProviderId } from '../../shared/model.js';
import type { ProviderAdapter } from './adapter.js';
import { clickhouseAdapter } from './clickhouse/adapter.js';
import { phalaAdapter } from './phala/adapter.js';

/** Every provider; a further one is a folder more and a line here. */
export const ADAPTERS: Readonly<Record<ProviderId, ProviderAdapter>> = {
  phala: phalaAdapter,
  clickhouse: clickhouseAdapter,
};
