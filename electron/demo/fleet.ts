import { addDays, addMonths, HOUR_MS, startOf, type Day } from '../../shared/day.js';
import { hash, hex, uuid } from './random.js';

/**
 * What the demo's Phala workspace runs. Hours are counted from 1970 (UTC).
 * Lives begin and end at days reckoned from the account's first day.
 */
export interface DemoApp {
  readonly index: number;
  /** The vendor's `prj_…`. */
  readonly id: string;
  /** 40 hexadecimal digits: the key of its usage. */
  readonly appId: string;
  readonly name: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly projectId: number;
  readonly cvms: readonly DemoCvm[];
}

export interface DemoCvm {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly uuid: string;
  /** The other id a CVM bears, 40 hexadecimal digits. */
  readonly instanceId: string;
  /** Which of the two its usage rows bear. */
  readonly rowId: string;
  readonly instanceType: string;
  /** Nanos of USD for an hour of compute. */
  readonly price: number;
  readonly diskGb: number;
  /** First hour, and the hour it was deleted at. */
  readonly from: number;
  readonly to: number;
  /** From this hour on it is stopped and pays for its disk alone. */
  readonly stoppedFrom: number;
  /** Bought for 24 hours at a time, paid when it starts. */
  readonly prepaid: boolean;
  /** Which of the time formats its rows are written in. */
  readonly timeStyle: number;
  /** Its hours are reported this long after they end, in milliseconds. */
  readonly lag: number;
}

/** A fleet for benchmarks: every CVM runs all the time. */
export interface DemoScale {
  readonly apps: number;
  readonly cvmsPerApp: number;
  readonly months?: number;
}

const NEVER = Number.MAX_SAFE_INTEGER;

interface CvmPlan {
  readonly name: string;
  readonly type: string;
  readonly price: number;
  readonly diskGb: number;
  readonly until?: Day;
  readonly stopped?: Day;
  readonly prepaid?: boolean;
  readonly byInstance?: boolean;
}

interface AppPlan {
  readonly name: string | null;
  readonly created: Day;
  readonly cvms: readonly CvmPlan[];
}

const SMALL = { type: 'tdx.small', price: 58_000_000 };
const MEDIUM = { type: 'tdx.medium', price: 116_000_000 };
const LARGE = { type: 'tdx.large', price: 232_000_000 };
const XLARGE = { type: 'tdx.xlarge', price: 464_000_000 };
const H200 = { type: 'h200.small', price: 3_500_000_000 };

/** @param since the account's first day  @param epoch the first of its month, so that restarts keep old days as they were */
export function demoFleet(seed: number, since: Day, epoch: Day): DemoApp[] {
  const plans: AppPlan[] = [
    {
      name: 'web-prod',
      created: since,
      cvms: [
        { name: 'web-prod-1', ...LARGE, diskGb: 40 },
        { name: 'web-prod-2', ...LARGE, diskGb: 40 },
        { name: 'web-prod-3', ...LARGE, diskGb: 40, byInstance: true },
        { name: 'web-prod-canary', ...SMALL, diskGb: 20, until: addMonths(epoch, 9) },
      ],
    },
    {
      name: 'attested-rpc',
      created: since,
      cvms: [
        { name: 'rpc-eu', ...XLARGE, diskGb: 120 },
        { name: 'rpc-us', ...XLARGE, diskGb: 120 },
      ],
    },
    {
      name: 'private-inference',
      created: since,
      cvms: [
        { name: 'inference-h200', ...H200, diskGb: 500, prepaid: true },
        { name: 'inference-gateway', ...MEDIUM, diskGb: 20 },
      ],
    },
    {
      name: null,
      created: addDays(since, 6),
      cvms: [{ name: 'batch-worker', ...MEDIUM, diskGb: 80 }],
    },
    {
      name: 'staging',
      created: addDays(since, 3),
      cvms: [
        { name: 'staging-web', ...SMALL, diskGb: 20 },
        { name: 'staging-db', ...MEDIUM, diskGb: 400, stopped: addDays(addMonths(epoch, 4), 9) },
      ],
    },
    {
      name: 'oracle-relay',
      created: addDays(addMonths(since, 2), 9),
      cvms: [
        { name: 'relay-a', ...MEDIUM, diskGb: 40 },
        { name: 'relay-b', ...MEDIUM, diskGb: 40 },
      ],
    },
    { name: 'sandbox', created: addDays(since, 20), cvms: [] },
  ];
  return plans.map((plan, index) => buildApp(seed, plan, index, index * 16));
}

export function scaledFleet(seed: number, since: Day, scale: DemoScale): DemoApp[] {
  const sizes = [SMALL, MEDIUM, LARGE];
  return Array.from({ length: scale.apps }, (_, index) => {
    const name = `app-${String(index + 1).padStart(2, '0')}`;
    const cvms = Array.from({ length: scale.cvmsPerApp }, (__, number) => ({
      name: `${name}-${number + 1}`,
      ...(sizes[number % sizes.length] ?? SMALL),
      diskGb: 20 + 20 * (number % 5),
    }));
    return buildApp(seed, { name, created: since, cvms }, index, index * scale.cvmsPerApp);
  });
}

function buildApp(seed: number, plan: AppPlan, index: number, firstCvm: number): DemoApp {
  // Not on the hour: the vendor's times bear microseconds.
  const createdAt = startOf(plan.created) + 22_512_345 + index * 61_000;
  const from = Math.ceil(createdAt / HOUR_MS);
  return {
    index,
    id: `prj_${hex(12, seed, 101, index)}`,
    appId: hex(40, seed, 102, index),
    name: plan.name,
    createdAt,
    projectId: 4200 + index,
    cvms: plan.cvms.map((cvm, number) => buildCvm(seed, cvm, firstCvm + number, from)),
  };
}

function buildCvm(seed: number, plan: CvmPlan, index: number, from: number): DemoCvm {
  const vmUuid = uuid(seed, 103, index);
  const instanceId = hex(40, seed, 104, index);
  return {
    index,
    id: `cvm_${hex(12, seed, 105, index)}`,
    name: plan.name,
    uuid: vmUuid,
    instanceId,
    rowId: plan.byInstance === true ? instanceId : vmUuid,
    instanceType: plan.type,
    price: plan.price,
    diskGb: plan.diskGb,
    from,
    to: plan.until === undefined ? NEVER : startOf(plan.until) / HOUR_MS + 15,
    stoppedFrom: plan.stopped === undefined ? NEVER : startOf(plan.stopped) / HOUR_MS + 17,
    prepaid: plan.prepaid === true,
    timeStyle: (index + (index >> 4)) % 4,
    lag: HOUR_MS + (hash(seed, 106, index) % 600_000),
  };
}
