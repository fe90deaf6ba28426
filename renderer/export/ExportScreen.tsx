import { useState } from 'react';

import { EXPORT_PROFILES } from '../../shared/choices';
import type { ExportProfile } from '../../shared/choices';
import type { DayRange } from '../../shared/day';
import type { AppState } from '../../shared/model';
import { PERIOD_IDS, resolvePeriod } from '../../shared/period';
import type { PeriodId } from '../../shared/period';
import { bridge, send } from '../bridge';
import { rangeText } from '../format';
import { useFormat } from '../formatContext';
import { PERIOD_NAMES, hasBillingPeriod } from '../labels';
import { Action, Choice } from '../ui/Controls';
import { Notice, Progress } from '../ui/Notice';
import { Screen } from '../ui/Screen';
import { useNow } from '../useNow';
import { RangeFields } from './RangeFields';
import { lackingText } from './lacking';
import styles from './export.module.css';

const ALL = 'all';

const PROFILES: Readonly<Record<ExportProfile, { readonly name: string; readonly note: string }>> = {
  plain: { name: 'Plain', note: 'For scripts: every charge, full precision, decimal points.' },
  spreadsheet: {
    name: 'Spreadsheet',
    note: 'For Excel and the like: opens by double click, cells cannot become formulas.',
  },
};

type Result = { readonly ok: boolean; readonly text: string } | null;

/** Writes the chosen days' charges to a CSV file; main asks for the place. */
export function ExportScreen({ app }: { readonly app: AppState }) {
  const { overview } = app;
  const { today, view, total } = overview;
  const { clock, count, share } = useFormat();
  const now = useNow(60_000);
  const [period, setPeriod] = useState<PeriodId>(view.period);
  const [custom, setCustom] = useState<DayRange>(total.range);
  const [profile, setProfile] = useState<ExportProfile>('plain');
  const [connection, setConnection] = useState(view.connection ?? ALL);
  const [asked, setAsked] = useState(false);
  const [result, setResult] = useState<Result>(null);
  const billed = overview.connections.find(({ id }) => id === connection)?.billingAnchor ?? null;
  const range = resolvePeriod(period, today, custom, billed);
  // Main's picture follows its answer a moment later.
  const exporting = result === null ? app.exporting : null;
  const busy = asked || exporting !== null;

  const start = (): void => {
    setAsked(true);
    setResult(null);
    bridge.call('exportCsv', { range, profile, connection: connection === ALL ? null : connection }).then(
      (outcome) => {
        setAsked(false);
        if (!outcome.ok) {
          setResult({ ok: outcome.kind === 'cancelled', text: outcome.message });
          return;
        }
        const { path, rows, ...lacking } = outcome.value;
        const written = `${count(rows)} ${rows === 1 ? 'charge' : 'charges'} written to ${path}.`;
        setResult({ ok: true, text: `${written} ${lackingText(lacking)}`.trimEnd() });
      },
      () => {
        setAsked(false);
        setResult({ ok: false, text: 'Cost Tray did not answer. Try again.' });
      },
    );
  };

  return (
    <Screen
      title="Export"
      foot={
        busy ? (
          <Action onPress={() => send(bridge.call('cancelExport', undefined))}>Cancel the export</Action>
        ) : (
          <Action kind="primary" onPress={start}>
            Export as CSV…
          </Action>
        )
      }
    >
      <div className={styles.form}>
        <Choice
          label="Days"
          options={PERIOD_IDS.filter((id) => id !== 'billingPeriod' || billed !== null).map((id) => ({
            id,
            label: PERIOD_NAMES[id],
          }))}
          value={period}
          onChange={setPeriod}
        />
        {period === 'custom' && <RangeFields value={custom} last={today} onChange={setCustom} />}
        <p className={styles.note}>
          {rangeText(range, today)}, UTC days
          {overview.asOf !== null && `, as of ${clock(overview.asOf, now)}`}
        </p>
        <Choice
          label="Connection"
          options={[
            { id: ALL, label: 'All connections' },
            ...overview.connections.map(({ id, name, removed }) => ({
              id,
              label: removed ? `${name} (removed)` : name,
            })),
          ]}
          value={connection}
          onChange={(id) => {
            if (period === 'billingPeriod' && !hasBillingPeriod(overview, { connection: id })) {
              // The days stay; their name was another connection's.
              setPeriod('custom');
              setCustom(range);
            }
            setConnection(id);
          }}
        />
        <Choice
          label="Profile"
          options={EXPORT_PROFILES.map((id) => ({ id, label: PROFILES[id].name }))}
          value={profile}
          onChange={setProfile}
        />
        <p className={styles.note}>{PROFILES[profile].note}</p>
        {exporting !== null && (
          <div className={styles.progress}>
            <p role="status">
              Writing
              {exporting.total > 0 &&
                ` ${count(exporting.rows)} of ${count(exporting.total)} charges · ${share(exporting.rows / exporting.total)}`}
            </p>
            <Progress label="Export" share={exporting.total > 0 ? exporting.rows / exporting.total : null} />
          </div>
        )}
        {result !== null && (
          <Notice level={result.ok ? 'notice' : 'error'} alert>
            {result.text}
          </Notice>
        )}
      </div>
    </Screen>
  );
}
