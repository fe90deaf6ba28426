import { describe, expect, it } from 'vitest';

import { parseWords } from '../../electron/cli/parse.js';
import { TODAY } from './cli-support.js';

const words = (line: string) => (line === '' ? [] : line.split(' '));

const EXPORT = {
  kind: 'export',
  path: 'out.csv',
  range: { from: '2026-11-01', to: '2026-11-22' },
  profile: 'plain',
  connection: null,
  overwrite: false,
  strict: false,
};
const DAYS = '--from 2026-11-01 --to 2026-11-22';

describe('words that mean something', () => {
  it.each([
    ['', { kind: 'tray' }],
    ['help', { kind: 'help' }],
    ['--help', { kind: 'help' }],
    ['-h', { kind: 'help' }],
    ['export --help', { kind: 'help' }],
    ['nonsense -h', { kind: 'help' }],
    ['--version', { kind: 'version' }],
    ['connect phala', { kind: 'connect', provider: 'phala', name: null }],
    ['connect --name=Team clickhouse', { kind: 'connect', provider: 'clickhouse', name: 'Team' }],
    ['connections', { kind: 'connections', json: false }],
    ['connections --json', { kind: 'connections', json: true }],
    ['disconnect c1', { kind: 'disconnect', id: 'c1', forget: false }],
    ['disconnect --forget c1', { kind: 'disconnect', id: 'c1', forget: true }],
    ['disconnect -- --odd', { kind: 'disconnect', id: '--odd', forget: false }],
    ['refresh', { kind: 'refresh', connection: null, since: null }],
    ['refresh --since 2026-11-22', { kind: 'refresh', connection: null, since: '2026-11-22' }],
    ['refresh --since 2026-11-23', { kind: 'refresh', connection: null, since: '2026-11-22' }],
    [
      'refresh --connection c1 --since=2026-10-01',
      { kind: 'refresh', connection: 'c1', since: '2026-10-01' },
    ],
    ['status', { kind: 'status', json: false }],
    ['status --json', { kind: 'status', json: true }],
    ['check --month-over 1500', { kind: 'check', monthOver: 1_500_000_000_000n, todayOver: null }],
    [
      'check --today-over=0.000000001 --month-over=99.5',
      { kind: 'check', monthOver: 99_500_000_000n, todayOver: 1n },
    ],
    [`export out.csv ${DAYS}`, EXPORT],
    [`export ${DAYS} out.csv`, EXPORT],
    [`export - ${DAYS}`, { ...EXPORT, path: null }],
    [
      'export out.csv --from=2024-02-29 --to=2024-02-29 --profile=spreadsheet --connection=c1 --overwrite --strict',
      {
        kind: 'export',
        path: 'out.csv',
        range: { from: '2024-02-29', to: '2024-02-29' },
        profile: 'spreadsheet',
        connection: 'c1',
        overwrite: true,
        strict: true,
      },
    ],
  ])('%s', (line, command) => {
    expect(parseWords(words(line), TODAY)).toEqual(command);
  });

  it('keeps a name with spaces, an equals sign or dashes', () => {
    expect(parseWords(['connect', 'phala', '--name', ' Web & co '], TODAY)).toMatchObject({
      name: 'Web & co',
    });
    expect(parseWords(['connect', 'phala', '--name=a=b'], TODAY)).toMatchObject({ name: 'a=b' });
    expect(parseWords(['connect', 'phala', '--name=--json'], TODAY)).toMatchObject({ name: '--json' });
    expect(parseWords(['connect', 'phala', '--name', '-x'], TODAY)).toMatchObject({ name: '-x' });
  });
});

describe('wrong use', () => {
  it.each([
    ['stauts', /no such command.*--help/],
    ['--json', /no such command/],
    ['__proto__', /no such command/],
    ['--version now', /too many/],
    ['connect', /connect phala/],
    ['connect aws', /connect phala/],
    ['connect phala extra', /standard input/],
    ['connect phala --name', /--name needs a value/],
    ['connect phala --name=', /--name needs a value/],
    ['connect phala --name --json', /--name needs a value/],
    [`connect phala --name=${'x'.repeat(61)}`, /1 to 60/],
    ['connect phala --key=abc', /does not know the option --key; use --name/],
    ['connections --verbose', /does not know the option --verbose; use --json/],
    ['connections -j', /does not know that option/],
    ['connections --toString', /does not know that option/],
    ['connections --constructor', /does not know the option --constructor/],
    ['connections more', /too many/],
    ['disconnect', /needs the id.*cost-tray connections/],
    ['disconnect a b', /too many/],
    ['disconnect a --forget=yes', /--forget takes no value/],
    ['disconnect a --forget --forget', /--forget stands twice/],
    [`disconnect ${'x'.repeat(65)}`, /not the id/],
    ['refresh now', /too many/],
    ['refresh --since yesterday', /"yesterday" is not a day; write it as YYYY-MM-DD/],
    ['refresh --since 2026-02-30', /"2026-02-30" is not a day/],
    ['refresh --since 2026-1-1', /not a day/],
    ['refresh --since 2026-11-24', /is still to come; give a day up to today, which is 2026-11-22 in UTC/],
    ['export - --from 2026-11-24 --to 2026-11-30', /--from 2026-11-24 is still to come/],
    ['refresh --connection=', /--connection needs a value/],
    ['refresh --since 2026-01-01 --since 2026-01-02', /--since stands twice/],
    ['status --json --json', /--json stands twice/],
    ['status all', /too many/],
    ['check', /needs a limit/],
    ['check --month-over', /--month-over needs a value/],
    ['check --month-over $5', /"\$5" is not an amount in USD/],
    ['check --month-over 1,000', /not an amount/],
    ['check --month-over -5', /not an amount/],
    ['check --month-over 1e3', /not an amount/],
    ['check --month-over 5000000000', /"5000000000" is not an amount in USD/],
    ['check --today-over .5', /not an amount/],
    ['check --today-over 0.0000000001', /not an amount/],
    ['export', /needs a file/],
    [`export ${DAYS}`, /needs a file/],
    ['export out.csv', /needs both ends/],
    ['export out.csv --from 2026-11-01', /needs both ends/],
    ['export out.csv --from 2026-11-02 --to 2026-11-01', /lies after.*exchange/],
    ['export out.csv --from 2026-11-31 --to 2026-12-01', /--from "2026-11-31" is not a day/],
    [`export out/ ${DAYS}`, /names a folder/],
    [`export a b ${DAYS}`, /too many/],
    [`export a ${DAYS} --profile focus`, /focus does not exist yet; use plain or spreadsheet/],
    [`export a ${DAYS} --profile jsonl`, /jsonl does not exist yet; use plain or spreadsheet/],
    [`export a ${DAYS} --profile xlsx`, /no profile "xlsx"; use plain or spreadsheet/],
    [`export a ${DAYS} --profile Plain`, /no profile "Plain"/],
    [`export a ${DAYS} --overwrite=1`, /--overwrite takes no value/],
  ])('%s', (line, message) => {
    const command = parseWords(words(line), TODAY);
    expect(command).toMatchObject({ kind: 'usage', message: expect.stringMatching(message) as string });
    // One sentence, in one line, that ends as one.
    if (command.kind === 'usage') expect(command.message).toMatch(/^[^\n]+[^.]\.$/);
  });

  it.each([
    [['connect', 'phak_verysecret']],
    [['connect', 'phala', 'phak_verysecret']],
    [['connect', 'phala', '--phak_verysecret']],
    [['connect', 'phala', '--key=phak_verysecret']],
    [['connect', 'phala', '-phak_verysecret']],
    [['phak_verysecret']],
    [['refresh', 'phak_verysecret']],
    [['disconnect', 'a', 'phak_verysecret']],
  ])('never repeats what may be a key: %j', (line) => {
    const command = parseWords(line, TODAY);
    expect(command.kind).toBe('usage');
    expect(JSON.stringify(command)).not.toContain('verysecret');
  });

  it('repeats a wrong value short and without control characters', () => {
    const command = parseWords(['refresh', '--since', `\u001b[2J\n${'9'.repeat(500)}`], TODAY);
    expect(command).toMatchObject({ kind: 'usage' });
    if (command.kind === 'usage') {
      expect(command.message.length).toBeLessThan(120);
      expect(command.message).not.toMatch(/\p{Cc}/u);
    }
  });
});
