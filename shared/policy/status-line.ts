/**
 * The popover's first line: the worst state in words, with its remedy. Times of
 * day are local, and only the caller knows how to write them.
 */
import { DAY_MS, HOUR_MS } from '../day.js';
import { FAULTS, needsUser } from '../faults.js';
import type { Fault, RemedyAction } from '../faults.js';
import { PROVIDER_NAMES } from '../model.js';
import type { ConnectionView, SecretStoreState, StatusLevel, StatusLine } from '../model.js';
import { isStale } from './staleness.js';

const MINUTE_MS = 60_000;

export interface StatusInput {
  readonly connections: ReadonlyArray<
    Pick<
      ConnectionView,
      'id' | 'provider' | 'name' | 'state' | 'fault' | 'lastSuccess' | 'progress' | 'removed'
    >
  >;
  readonly secretStore: SecretStoreState;
  /** A ledger that was set aside or is not writable, in one sentence. */
  readonly ledgerNotice: string | null;
  /** Oldest "as of" of what is shown. */
  readonly asOf: number | null;
  readonly cadenceMinutes: number;
  readonly now: number;
  readonly formatTime: (time: number) => string;
}

type Watched = StatusInput['connections'][number];

/** Worst first. */
const LEVELS: readonly StatusLevel[] = ['error', 'warning', 'notice', 'busy', 'ok'];

/**
 * Of several lines with the same level the first one stands: what concerns the
 * whole program before single connections, then the connection whose data are
 * oldest. `until` is the instant of the next try.
 */
export function statusLine(input: StatusInput): StatusLine {
  const watched = input.connections.filter(({ removed }) => !removed);
  if (watched.length === 0) return withoutConnections(input);
  const troubled = connectionLines(watched, input);
  const lines = [...programLines(input), ...(together(watched, input) ?? troubled)];
  const worst = LEVELS.map((level) => lines.find((line) => line.level === level)).find(
    (line) => line !== undefined,
  );
  if (worst === undefined) return current(watched, input);
  const others = troubled.filter(
    (line) => worst.connection !== null && line.connection !== worst.connection && isTrouble(line.level),
  ).length;
  return others === 0 ? worst : { ...worst, text: `${worst.text} · ${others} more` };
}

/** "3 h", "12 min", "4 days": whole units that have passed. */
export function ageInWords(age: number): string {
  if (age < MINUTE_MS) return 'less than 1 min';
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min`;
  if (age < 2 * DAY_MS) return `${Math.floor(age / HOUR_MS)} h`;
  return `${Math.floor(age / DAY_MS)} days`;
}

function line(level: StatusLevel, text: string, rest: Partial<StatusLine> = {}): StatusLine {
  return { level, text, connection: null, action: null, until: null, ...rest };
}

function action(label: string, remedy: RemedyAction): StatusLine['action'] {
  return { label, remedy };
}

function isTrouble(level: StatusLevel): boolean {
  return level === 'error' || level === 'warning' || level === 'notice';
}

function withoutConnections(input: StatusInput): StatusLine {
  const urgent = programLines(input).find(({ level }) => level === 'warning');
  const since = input.connections.length === 0 ? 'yet' : 'any more';
  return (
    urgent ?? line('notice', `Nothing is connected ${since}`, { action: action('Connect', 'open-settings') })
  );
}

function programLines(input: StatusInput): StatusLine[] {
  const lines: StatusLine[] = [];
  if (input.ledgerNotice !== null) {
    lines.push(line('warning', input.ledgerNotice, { action: action('Open settings', 'open-settings') }));
  }
  if (input.secretStore === 'denied') {
    lines.push(line('warning', 'The keychain refused access', { action: action('Try again', 'refresh') }));
  }
  if (input.secretStore === 'session-only') {
    lines.push(
      line('notice', 'No keychain: keys are kept until Cost Tray quits', {
        action: action('Open settings', 'open-settings'),
      }),
    );
  }
  return lines;
}

function connectionLines(watched: readonly Watched[], input: StatusInput): StatusLine[] {
  return [...watched]
    .sort((a, b) => (a.lastSuccess ?? 0) - (b.lastSuccess ?? 0))
    .flatMap((connection) => connectionLine(connection, input) ?? []);
}

function connectionLine(connection: Watched, input: StatusInput): StatusLine | null {
  const { fault, name, id } = connection;
  if (fault !== null && fault.kind !== 'busy') return faultLine(connection, fault, input);
  if (connection.state === 'syncing' || fault !== null) return busyLine(connection, input);
  if (connection.lastSuccess === null) {
    return line('notice', `${name} has not been read yet`, {
      connection: id,
      action: action('Refresh', 'refresh'),
    });
  }
  if (!isStale(connection.lastSuccess, input.cadenceMinutes, input.now)) return null;
  return line('warning', standing(connection, input), {
    connection: id,
    action: action('Refresh', 'refresh'),
  });
}

/** How old what is shown of a connection is: "ClickHouse is 3 h old". */
function standing({ name, lastSuccess }: Watched, { now }: StatusInput): string {
  if (lastSuccess === null) return `${name} has no data yet`;
  if (lastSuccess > now + MINUTE_MS) return `${name} was read before the clock was set back`;
  return `${name} is ${ageInWords(Math.max(0, now - lastSuccess))} old`;
}

function faultLine(connection: Watched, fault: Fault, input: StatusInput): StatusLine {
  const trying = connection.state === 'syncing';
  const text = `${standing(connection, input)}: ${reason(fault)}`;
  return line(faultLevel(connection, fault, input), trying ? `${text}, trying now` : text, {
    connection: connection.id,
    action: trying ? null : remedy(fault, connection),
    until: trying ? null : fault.retryAt,
  });
}

/** What only the user can mend is an error; what mends itself weighs as much as the data are old. */
function faultLevel(connection: Watched, fault: Fault, input: StatusInput): StatusLevel {
  if (fault.kind === 'no-such-app') return 'notice';
  if (needsUser(fault.kind)) return 'error';
  const old =
    connection.lastSuccess === null || isStale(connection.lastSuccess, input.cadenceMinutes, input.now);
  return old ? 'warning' : 'notice';
}

/** The fault's title inside a sentence; a permission bears its name. */
function reason(fault: Fault): string {
  const { title } = FAULTS[fault.kind];
  const words = title.charAt(0).toLowerCase() + title.slice(1);
  return fault.kind === 'permission' && fault.detail !== null ? `${words} (${fault.detail})` : words;
}

function remedy(fault: Fault, { provider }: Watched): StatusLine['action'] {
  const kind = FAULTS[fault.kind].action;
  switch (kind) {
    case 'replace-key':
      return action('Replace key', kind);
    case 'open-vendor':
      return action(`Open ${PROVIDER_NAMES[provider]}`, kind);
    case 'refresh':
      return action('Try again', kind);
    case 'open-settings':
      return action('Open settings', kind);
    case 'none':
      return null;
  }
}

function busyLine({ id, name, lastSuccess, progress }: Watched, input: StatusInput): StatusLine {
  if (progress?.phase === 'waiting' && progress.waitUntil !== null) {
    return line('busy', `Waiting for ${name}’s limit`, { connection: id, until: progress.waitUntil });
  }
  const done =
    progress !== null && progress.total > 0
      ? ` · ${Math.floor((progress.done * 100) / progress.total)}%`
      : '';
  if (lastSuccess === null) return line('busy', `First sync of ${name}${done}`, { connection: id });
  const since = input.asOf === null ? '' : ` · as of ${input.formatTime(input.asOf)}`;
  return line('busy', `Updating ${name}${since}`, { connection: id });
}

/** One line for all connections where the same fault holds for each of several. */
function together(watched: readonly Watched[], input: StatusInput): StatusLine[] | null {
  const [first] = watched;
  const fault = first?.fault ?? null;
  if (first === undefined || watched.length < 2 || fault === null || fault.kind === 'busy') return null;
  if (!watched.every((one) => one.fault?.kind === fault.kind && one.state !== 'syncing')) return null;
  const retries = watched.map((one) => one.fault?.retryAt ?? null).filter((time) => time !== null);
  const since = input.asOf === null ? '' : ` · as of ${input.formatTime(input.asOf)}`;
  const levels = watched.map((one) => faultLevel(one, fault, input));
  return [
    line(
      LEVELS.find((level) => levels.includes(level)) ?? 'notice',
      `All connections: ${reason({ ...fault, detail: null })}${since}`,
      {
        action: sharedRemedy(fault),
        until: retries.length === 0 ? null : Math.min(...retries),
      },
    ),
  ];
}

/** Keys and vendors differ between connections, so a remedy for them is found in the settings. */
function sharedRemedy(fault: Fault): StatusLine['action'] {
  const kind = FAULTS[fault.kind].action;
  if (kind === 'none') return null;
  return kind === 'refresh' ? action('Try again', kind) : action('Open settings', 'open-settings');
}

function current(watched: readonly Watched[], input: StatusInput): StatusLine {
  const only = watched.length === 1 ? (watched[0]?.id ?? null) : null;
  return line('ok', input.asOf === null ? 'Current' : `Current · as of ${input.formatTime(input.asOf)}`, {
    connection: only,
  });
}
