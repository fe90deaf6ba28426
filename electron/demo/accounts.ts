import type { ProviderId } from '../../shared/model.js';
import { hex } from './random.js';

export interface ClickHouseKey {
  readonly keyId: string;
  readonly keySecret: string;
}

/** One key for each vendor. */
export interface DemoKeys {
  readonly phala: string;
  readonly clickhouse: ClickHouseKey;
}

/** Whose key it is: the demo's account, or another one that has no charges. */
export type AccountOf = 'home' | 'stranger';

/** The keys the servers know. */
export class DemoAccounts {
  /** The key of the demo's account, another one of the same account, and one of another account. */
  readonly first: DemoKeys;
  readonly second: DemoKeys;
  readonly stranger: DemoKeys;
  private readonly revoked = new Set<ProviderId>();

  constructor(seed: number) {
    this.first = keys(seed, 1);
    this.second = keys(seed, 2);
    this.stranger = keys(seed, 3);
  }

  /** Takes the first key's validity away; the others stay valid. */
  revoke(provider: ProviderId): void {
    this.revoked.add(provider);
  }

  restore(provider: ProviderId): void {
    this.revoked.delete(provider);
  }

  phala(key: string): AccountOf | null {
    if (key === this.first.phala) return this.revoked.has('phala') ? null : 'home';
    if (key === this.second.phala) return 'home';
    return key === this.stranger.phala ? 'stranger' : null;
  }

  clickhouse({ keyId, keySecret }: ClickHouseKey): AccountOf | null {
    const is = ({ clickhouse }: DemoKeys): boolean =>
      clickhouse.keyId === keyId && clickhouse.keySecret === keySecret;
    if (is(this.first)) return this.revoked.has('clickhouse') ? null : 'home';
    if (is(this.second)) return 'home';
    return is(this.stranger) ? 'stranger' : null;
  }
}

function keys(seed: number, which: number): DemoKeys {
  return {
    phala: `phak_demo${hex(38, seed, 501, which)}`,
    clickhouse: { keyId: `demo${hex(16, seed, 502, which)}`, keySecret: `4b1d${hex(36, seed, 503, which)}` },
  };
}
