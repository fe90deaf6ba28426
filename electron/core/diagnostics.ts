/** What a user can paste into a report: states and counts, no names, ids, amounts or keys. */
import { arch, platform, release } from 'node:os';

import type { Core } from './core.js';

export function diagnostics(core: Core, runtime: Readonly<Record<string, string | undefined>>): string {
  const { ledger, version, secretStore, now } = core.parts;
  const lines = [
    `Cost Tray ${version} · Electron ${runtime['electron'] ?? '?'} · ${platform()} ${release()} ${arch()}`,
    `At ${new Date(now()).toISOString()} · keychain: ${secretStore} · cadence ${core.settings().cadenceMinutes} min`,
    `Ledger: ${ledger.bytes()} bytes · ${ledger.integrityFault() ?? 'sound'}`,
    ...core.status().connections.map((connection, index) => {
      const { provider, state, fault, lastSuccess, coverage } = connection;
      const covered =
        coverage === null
          ? 'nothing read'
          : `${coverage.from} to ${coverage.to}, ${coverage.unknownDays.length} unknown, ${coverage.provisionalDays} provisional`;
      const success = lastSuccess === null ? 'never' : new Date(lastSuccess).toISOString();
      return `${index + 1}. ${provider}: ${state}${fault === null ? '' : ` (${fault.kind})`} · last success ${success} · ${covered}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}
