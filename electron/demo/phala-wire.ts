import { DAY_MS } from '../../shared/day.js';
import type { DemoAccounts } from './accounts.js';
import type { ContentFaults } from './faults.js';
import type { DemoApp, DemoCvm } from './fleet.js';
import type { PhalaData } from './phala-data.js';
import { integer, usageReply } from './phala-usage.js';
import { hex } from './random.js';
import { ok, phalaError, plain, type WireReply, type WireRequest } from './wire.js';

const MAX_PAGE_SIZE = 100;
/** The user agents that HTTP libraries send by themselves: a gateway before the API refuses them. */
const LIBRARY_AGENT =
  /^(node|undici|axios|got|node-fetch|python-requests|python-urllib|curl|wget|go-http-client|okhttp|java)\b/i;

/** Phala Cloud's API below `/api/v1`, as far as billing goes. */
export class PhalaWire {
  constructor(
    private readonly data: PhalaData,
    private readonly accounts: DemoAccounts,
    private readonly seed: number,
    private readonly now: () => number,
  ) {}

  answer(request: WireRequest, faults: ContentFaults): WireReply {
    const agent = request.headers['user-agent'];
    if (agent === undefined || LIBRARY_AGENT.test(agent)) return phalaError(403, 'Forbidden');
    const key = request.headers['x-api-key'];
    if (typeof key !== 'string' || key === '') return phalaError(401, 'Not authenticated');
    const account = this.accounts.phala(key);
    if (account === null) return phalaError(401, 'Invalid or expired API key');
    const home = account === 'home';

    const versioned = request.headers['x-phala-version'] !== undefined;
    const { path } = request;
    if (path === '/auth/me') return ok(this.profile(home, versioned, faults));
    if (path === '/apps') return this.apps(request, home, versioned, faults);
    if (path === '/cvms/paginated') return this.cvms(request, home, versioned, faults);
    const match = /^\/apps\/([^/]+)(\/usage)?$/.exec(path);
    if (match === null) return phalaError(404, 'Not Found');
    const app = home ? this.known(faults).find((each) => each.appId === match[1]) : undefined;
    if (app === undefined) return phalaError(404, 'App not found');
    if (match[2] === undefined) return ok(this.appJson(app, versioned, faults));
    return usageReply(this.data, app, request, this.now(), faults);
  }

  private profile(home: boolean, versioned: boolean, faults: ContentFaults): Record<string, unknown> {
    const name = home ? 'Lighthouse' : 'Elsewhere';
    const user = { username: home ? 'ada' : 'eve', email: home ? 'ada@example.com' : 'eve@example.com' };
    const extra = faults.has('extra-keys') ? { features: ['gpu'] } : {};
    if (!versioned) {
      return { ...user, credits: 412.75, granted_credits: 0, team_name: name, team_tier: 'PRO', ...extra };
    }
    return {
      user: { object_type: 'user', ...user, role: 'user', avatar_url: null },
      workspace: {
        id: `wks_${hex(8, this.seed, 401, home ? 0 : 1)}`,
        name: faults.has('null-names') ? null : name,
        slug: name.toLowerCase(),
        tier: 'PRO',
        role: 'owner',
      },
      // One as text, one as a number: both are seen.
      credits: { balance: '412.75', granted_balance: 0, is_post_paid: false, outstanding_amount: '0.00' },
      ...extra,
    };
  }

  /** Every app the vendor still knows, in the order of its list: newest first. */
  private known(faults: ContentFaults): DemoApp[] {
    const lost = faults.get('app-404');
    const apps = this.data.listed().reverse();
    if (lost === null) return apps;
    const id = lost.app ?? this.data.apps[0]?.appId;
    return apps.filter((app) => app.appId !== id);
  }

  private listed(faults: ContentFaults): DemoApp[] {
    const gone = faults.get('app-gone');
    const id = gone === null ? null : (gone.app ?? this.data.apps[0]?.appId);
    return this.known(faults).filter((app) => app.appId !== id);
  }

  private apps({ query }: WireRequest, home: boolean, versioned: boolean, faults: ContentFaults): WireReply {
    const page = paging(query, 20);
    if ('status' in page) return page;
    const apps = home ? this.listed(faults) : [];
    const shown = apps.slice((page.number - 1) * page.size, page.number * page.size);
    return ok({
      dstack_apps: shown.map((app) => this.appJson(app, versioned, faults)),
      page: page.number,
      page_size: page.size,
      total: apps.length,
      total_pages: Math.ceil(apps.length / page.size),
    });
  }

  private cvms({ query }: WireRequest, home: boolean, versioned: boolean, faults: ContentFaults): WireReply {
    const page = paging(query, 30);
    if ('status' in page) return page;
    const all = home
      ? this.listed(faults).flatMap((app) => this.alive(app).map((cvm) => ({ app, cvm })))
      : [];
    const shown = all.slice((page.number - 1) * page.size, page.number * page.size);
    return ok({
      items: shown.map(({ app, cvm }) => this.cvmJson(app, cvm, versioned, faults)),
      total: all.length,
      page: page.number,
      page_size: page.size,
      pages: Math.ceil(all.length / page.size),
    });
  }

  private alive(app: DemoApp): DemoCvm[] {
    const hour = this.now() / (DAY_MS / 24);
    return app.cvms.filter((cvm) => hour >= cvm.from && hour < cvm.to);
  }

  private appJson(app: DemoApp, versioned: boolean, faults: ContentFaults): Record<string, unknown> {
    const name = faults.has('null-names') ? null : app.name;
    const cvms = this.alive(app).map((cvm) => this.cvmJson(app, cvm, versioned, faults));
    return {
      id: app.id,
      name,
      app_id: app.appId,
      app_provision_type: 'standard',
      app_icon_url: null,
      // Microseconds and an offset, as the vendor's database prints them.
      created_at: `${new Date(app.createdAt).toISOString().slice(0, 23)}678+00:00`,
      kms_type: 'phala',
      profile:
        name === null
          ? null
          : { display_name: name, avatar_url: null, description: null, custom_domain: null },
      current_cvm: cvms[0] ?? null,
      cvms,
      cvm_count: cvms.length,
      ...(faults.has('extra-keys') ? { labels: { env: 'prod' } } : {}),
    };
  }

  private cvmJson(
    app: DemoApp,
    cvm: DemoCvm,
    versioned: boolean,
    faults: ContentFaults,
  ): Record<string, unknown> {
    const name = faults.has('null-names') ? null : cvm.name;
    const status = this.data.isRunning(cvm) ? 'running' : 'stopped';
    const ids = { app_id: app.appId, vm_uuid: cvm.uuid, instance_id: cvm.instanceId };
    if (!versioned) {
      return {
        ...ids,
        name,
        status,
        vcpu: 2,
        memory: 4096,
        disk_size: cvm.diskGb,
        instance_type: cvm.instanceType,
      };
    }
    return {
      id: cvm.id,
      name,
      ...ids,
      resource: {
        instance_type: cvm.instanceType,
        vcpu: 2,
        memory_in_gb: 4,
        disk_in_gb: cvm.diskGb,
        gpus: cvm.prepaid ? 1 : 0,
        compute_billing_price: plain(BigInt(cvm.price)),
        billing_period: 'hourly',
      },
      status,
      gateway: { base_domain: 'dstack.example', cname: null },
      services: [],
      created_at: new Date(app.createdAt).toISOString(),
      deleted_at: null,
    };
  }
}

function paging(
  query: URLSearchParams,
  usualSize: number,
): { readonly number: number; readonly size: number } | WireReply {
  const number = integer(query, 'page', 1, 1, Number.MAX_SAFE_INTEGER);
  if (typeof number !== 'number') return number;
  const size = integer(query, 'page_size', usualSize, 1, MAX_PAGE_SIZE);
  return typeof size === 'number' ? { number, size } : size;
}
