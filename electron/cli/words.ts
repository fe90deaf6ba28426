import { UsageError } from './commands.js';

/** Which options a command takes: `value` wants a value, `flag` takes none. */
export type OptionTable = Readonly<Record<string, 'value' | 'flag'>>;

export interface Words {
  readonly positional: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
}

/** An option's value as it may be repeated in an error: short and without control characters. */
export function echo(word: string): string {
  const printable = word.replace(/\p{C}/gu, '');
  return printable.length > 40 ? `${printable.slice(0, 37)}…` : printable;
}

/** Option names look like this; anything else with dashes may be a pasted key and is not repeated. */
const OPTION_NAME = /^--[a-z]+(-[a-z]+)*$/;
const OPTION_NAME_LENGTH = 24;

function optionInWords(name: string): string {
  return OPTION_NAME.test(name) && name.length <= OPTION_NAME_LENGTH ? `the option ${name}` : 'that option';
}

function known(command: string, table: OptionTable): string {
  const names = Object.keys(table);
  return names.length === 0 ? `${command} takes no options` : `use ${names.join(', ')}`;
}

/**
 * Sorts the words after a command into options and the rest. `--opt=value` and
 * `--opt value` are the same; after `--` every word is taken as it is.
 *
 * @throws UsageError for unknown, repeated and incomplete options
 */
export function sortWords(command: string, words: readonly string[], table: OptionTable): Words {
  const positional: string[] = [];
  const values = new Map<string, string>();
  const flags = new Set<string>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      positional.push(...rest);
      break;
    }
    if (word === '-' || !word.startsWith('-')) {
      positional.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = equals === -1 ? word : word.slice(0, equals);
    const attached = equals === -1 ? null : word.slice(equals + 1);
    const takes = table[name];
    if (takes === undefined) {
      throw new UsageError(`${command} does not know ${optionInWords(name)}; ${known(command, table)}.`);
    }
    if (values.has(name) || flags.has(name)) {
      throw new UsageError(`${name} stands twice; give it once.`);
    }
    if (takes === 'flag') {
      if (attached !== null) throw new UsageError(`${name} takes no value; write it alone.`);
      flags.add(name);
      continue;
    }
    const next = rest[0];
    const value = attached ?? (next === undefined || next.startsWith('--') ? '' : next);
    if (value === '') throw new UsageError(`${name} needs a value; write ${name}=VALUE.`);
    if (attached === null) rest.shift();
    values.set(name, value);
  }
  return { positional, values, flags };
}
