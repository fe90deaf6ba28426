import type { Readable } from 'node:stream';

import type { Credential } from '../../shared/ipc.js';
import type { ProviderId } from '../../shared/model.js';
import { UsageError } from './commands.js';
import type { Print } from './output.js';

/** More than any key, less than a file piped in by mistake. */
const MAX_INPUT_BYTES = 16_384;
const MAX_KEY_LENGTH = 4_096;

const LINE_FEED = 0x0a;

/** What each line of standard input holds, and the key they make. */
const INPUTS: Readonly<
  Record<
    ProviderId,
    { readonly lines: readonly string[]; readonly credential: (first: string, second: string) => Credential }
  >
> = {
  phala: {
    lines: ['Phala API key'],
    credential: (apiKey) => ({ provider: 'phala', apiKey }),
  },
  clickhouse: {
    lines: ['ClickHouse key id', 'ClickHouse key secret'],
    credential: (keyId, keySecret) => ({ provider: 'clickhouse', keyId, keySecret }),
  },
};

/** Prompts on a terminal and stops reading as soon as the lines are there. */
async function readLines(
  stdin: Readable & { readonly isTTY?: boolean },
  names: readonly string[],
  prompt: Print,
): Promise<string[]> {
  const ask = async (line: number): Promise<void> => {
    const name = names[line];
    if (stdin.isTTY === true && name !== undefined) await prompt(`${name} (shown as you type): `);
  };
  const chunks: Buffer[] = [];
  let bytes = 0;
  let lines = 0;
  await ask(0);
  for await (const chunk of stdin) {
    const data = Buffer.from(chunk as Buffer | string);
    chunks.push(data);
    bytes += data.length;
    const before = lines;
    for (const byte of data) if (byte === LINE_FEED) lines += 1;
    if (lines >= names.length) break;
    if (bytes > MAX_INPUT_BYTES) {
      throw new UsageError('Standard input is too long to be a key; pass in the key alone.');
    }
    if (lines > before) await ask(lines);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .split('\n')
    .slice(0, names.length)
    .map((line) => line.trim());
}

function checked(value: string | undefined, line: number, names: readonly string[]): string {
  const name = names[line] ?? 'key';
  if (value === undefined || value === '') {
    const where = names.length === 1 ? 'standard input' : `line ${line + 1} of standard input`;
    throw new UsageError(`The ${name} is missing; pass it in as ${where}.`);
  }
  if (value.length > MAX_KEY_LENGTH || !/^[\x21-\x7e]+$/.test(value)) {
    throw new UsageError(`The ${name} holds something that is in no key; copy it again, without spaces.`);
  }
  return value;
}

/**
 * Reads a key from standard input: one line for Phala, two for ClickHouse (key
 * id, key secret). No error repeats any of it.
 *
 * @throws UsageError where a line is missing, empty or cannot be a key
 */
export async function readCredential(
  provider: ProviderId,
  stdin: (Readable & { readonly isTTY?: boolean }) | null,
  prompt: Print,
): Promise<Credential> {
  if (stdin === null) {
    throw new UsageError(
      'There is no standard input here, so keys are entered in the window; start cost-tray without words and add the connection there.',
    );
  }
  const { lines: names, credential } = INPUTS[provider];
  const lines = await readLines(stdin, names, prompt);
  const [first = '', second = ''] = names.map((_, index) => checked(lines[index], index, names));
  return credential(first, second);
}
