import { EXPORT_PROFILES } from '../../shared/choices.js';
import type { ExportProfile } from '../../shared/choices.js';
import { addDays, earlier, parseDay } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { PROVIDER_IDS } from '../../shared/model.js';
import { AMOUNT_TEXT, parseNanos } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import { UsageError } from './commands.js';
import type { Command, ExportCommand } from './commands.js';
import { echo, sortWords } from './words.js';
import type { Words } from './words.js';

/** Planned, so that whoever asks for one learns that it is the program that lacks it. */
const PROFILES_TO_COME = ['focus', 'jsonl'];

/** As the name of a connection in the window. */
const NAME_LENGTH = 60;
const ID_LENGTH = 64;

/** The word itself may be a key on the wrong line, so it is not repeated. */
function noMore(command: string, words: readonly string[], from: number): void {
  if (words.length <= from) return;
  throw new UsageError(`${command} was given a word too many; leave it out (options start with two dashes).`);
}

function dayOption(words: Words, option: string): Day | null {
  const text = words.values.get(option);
  if (text === undefined) return null;
  const value = parseDay(text);
  if (value === null) {
    throw new UsageError(`${option} "${echo(text)}" is not a day; write it as YYYY-MM-DD, from 1970 on.`);
  }
  return value;
}

function idOption(words: Words): string | null {
  const id = words.values.get('--connection');
  return id === undefined ? null : checkedId(id);
}

function checkedId(id: string): string {
  if (id.trim() !== '' && id.length <= ID_LENGTH) return id;
  throw new UsageError('That is not the id of a connection; see "cost-tray connections".');
}

function limitOption(words: Words, option: string): Nanos | null {
  const text = words.values.get(option);
  if (text === undefined) return null;
  if (!AMOUNT_TEXT.test(text)) {
    throw new UsageError(
      `${option} "${echo(text)}" is not an amount in USD; write it as digits, such as 1500 or 99.50.`,
    );
  }
  return parseNanos(text);
}

function connect(words: readonly string[]): Command {
  const { positional, values } = sortWords('connect', words, { '--name': 'value' });
  const provider = PROVIDER_IDS.find((id) => id === positional[0]);
  // The word may be a key, so it is not repeated.
  if (provider === undefined) {
    throw new UsageError('connect needs the provider: write "connect phala" or "connect clickhouse".');
  }
  if (positional.length > 1) {
    throw new UsageError(
      'connect reads the key from standard input, never from the command line; leave the extra word out, and replace the key if it was one.',
    );
  }
  const name = values.get('--name')?.trim();
  if (name !== undefined && (name === '' || name.length > NAME_LENGTH)) {
    throw new UsageError(`--name takes 1 to ${NAME_LENGTH} characters; choose another name.`);
  }
  return { kind: 'connect', provider, name: name ?? null };
}

function disconnect(words: readonly string[]): Command {
  const { positional, flags } = sortWords('disconnect', words, { '--forget': 'flag' });
  const [id] = positional;
  if (id === undefined) {
    throw new UsageError('disconnect needs the id of a connection; see "cost-tray connections".');
  }
  noMore('disconnect', positional, 1);
  return { kind: 'disconnect', id: checkedId(id), forget: flags.has('--forget') };
}

/** A job that gives its own calendar's day is ahead for some hours east of Greenwich. */
function refuseToCome(option: string, day: Day, today: Day): void {
  if (day <= addDays(today, 1)) return;
  throw new UsageError(
    `${option} ${day} is still to come; give a day up to today, which is ${today} in UTC.`,
  );
}

function refresh(words: readonly string[], today: Day): Command {
  const sorted = sortWords('refresh', words, { '--connection': 'value', '--since': 'value' });
  noMore('refresh', sorted.positional, 0);
  const since = dayOption(sorted, '--since');
  if (since !== null) refuseToCome('--since', since, today);
  const connection = idOption(sorted);
  return { kind: 'refresh', connection, since: since === null ? null : earlier(since, today) };
}

function listing(kind: 'status' | 'connections', words: readonly string[]): Command {
  const { positional, flags } = sortWords(kind, words, { '--json': 'flag' });
  noMore(kind, positional, 0);
  return { kind, json: flags.has('--json') };
}

function check(words: readonly string[]): Command {
  const sorted = sortWords('check', words, { '--month-over': 'value', '--today-over': 'value' });
  noMore('check', sorted.positional, 0);
  const monthOver = limitOption(sorted, '--month-over');
  const todayOver = limitOption(sorted, '--today-over');
  if (monthOver === null && todayOver === null) {
    throw new UsageError('check needs a limit; give --month-over USD, --today-over USD or both.');
  }
  return { kind: 'check', monthOver, todayOver };
}

function profileOption(words: Words): ExportProfile {
  const text = words.values.get('--profile');
  if (text === undefined) return 'plain';
  const profile = EXPORT_PROFILES.find((id) => id === text);
  if (profile !== undefined) return profile;
  const remedy = `use ${EXPORT_PROFILES.join(' or ')}`;
  throw new UsageError(
    PROFILES_TO_COME.includes(text)
      ? `The profile ${text} does not exist yet; ${remedy}.`
      : `There is no profile "${echo(text)}"; ${remedy}.`,
  );
}

function exportWords(words: readonly string[], today: Day): ExportCommand {
  const sorted = sortWords('export', words, {
    '--from': 'value',
    '--to': 'value',
    '--profile': 'value',
    '--connection': 'value',
    '--overwrite': 'flag',
    '--strict': 'flag',
  });
  const [file] = sorted.positional;
  if (file === undefined || file === '') {
    throw new UsageError('export needs a file to write, or - for standard output.');
  }
  if (file.endsWith('/')) throw new UsageError('export needs a file, and that names a folder; add a name.');
  noMore('export', sorted.positional, 1);
  const from = dayOption(sorted, '--from');
  const to = dayOption(sorted, '--to');
  if (from === null || to === null) {
    throw new UsageError('export needs both ends; give --from DAY and --to DAY, written YYYY-MM-DD.');
  }
  if (from > to) {
    throw new UsageError(`--from ${from} lies after --to ${to}; exchange the two days.`);
  }
  refuseToCome('--from', from, today);
  return {
    kind: 'export',
    path: file === '-' ? null : file,
    range: { from, to },
    profile: profileOption(sorted),
    connection: idOption(sorted),
    overwrite: sorted.flags.has('--overwrite'),
    strict: sorted.flags.has('--strict'),
  };
}

const HELP_WORDS = ['--help', '-h'];

/** `--help` counts anywhere before `--`, but not as the value of `--name=--help`. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end === -1 ? words : words.slice(0, end)).some((word) => HELP_WORDS.includes(word));
}

function commandOf(first: string, rest: readonly string[], today: Day): Command {
  switch (first) {
    case 'help':
      return { kind: 'help' };
    case '--version':
      noMore('--version', rest, 0);
      return { kind: 'version' };
    case 'connect':
      return connect(rest);
    case 'connections':
    case 'status':
      return listing(first, rest);
    case 'disconnect':
      return disconnect(rest);
    case 'refresh':
      return refresh(rest, today);
    case 'check':
      return check(rest);
    case 'export':
      return exportWords(rest, today);
    default:
      throw new UsageError(`There is no such command; "cost-tray --help" lists them.`);
  }
}

/**
 * What the words ask for.
 *
 * @param words those after the program's own name, switches of the launcher removed
 * @param today in UTC: no day after it can be read again
 */
export function parseWords(words: readonly string[], today: Day): Command {
  const [first, ...rest] = words;
  if (first === undefined) return { kind: 'tray' };
  if (asksForHelp(words)) return { kind: 'help' };
  try {
    return commandOf(first, rest, today);
  } catch (error) {
    if (error instanceof UsageError) return { kind: 'usage', message: error.message };
    throw error;
  }
}
