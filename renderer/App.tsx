import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { I18nProvider } from 'react-aria-components';

import type { AppState } from '../shared/model';
import { ConnectScreen } from './connect/ConnectScreen';
import { FirstRun } from './connect/FirstRun';
import { ReplaceKeyScreen } from './connect/ReplaceKeyScreen';
import { DayView } from './day/DayView';
import { ExportScreen } from './export/ExportScreen';
import { dateLocale } from './dateLocale';
import { createFormat } from './format';
import { FormatContext } from './formatContext';
import { OverviewScreen } from './overview/OverviewScreen';
import { SettingsScreen } from './settings/SettingsScreen';
import { useStore } from './store';
import type { Screen } from './store';
import { useShortcuts } from './useShortcuts';

function Over({ app, screen }: { readonly app: AppState; readonly screen: Screen }) {
  switch (screen.name) {
    case 'overview':
      return null;
    case 'day':
      return <DayView day={screen.day} overview={app.overview} />;
    case 'settings':
      return <SettingsScreen app={app} />;
    case 'export':
      return <ExportScreen app={app} />;
    case 'connect':
      return <ConnectScreen key={screen.provider} app={app} provider={screen.provider} />;
    case 'replace-key':
      return <ReplaceKeyScreen app={app} id={screen.connection} />;
  }
}

/** The overview, kept as it is beneath whatever screen is open over it. */
export function App() {
  const app = useStore((store) => store.app);
  const screen = useStore((store) => store.screen);
  const [pickingRange, setPickingRange] = useState(false);
  const customRange = useRef<HTMLButtonElement>(null);
  useShortcuts(
    useCallback(() => {
      // The calendar opens beside its button, which may be scrolled out of sight.
      customRange.current?.scrollIntoView({ block: 'nearest' });
      setPickingRange(true);
    }, []),
  );

  const theme = app?.settings.theme ?? 'system';
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);

  const locale = app?.settings.numberLocale ?? null;
  const hideAmounts = app?.settings.hideAmounts ?? false;
  const format = useMemo(() => createFormat({ locale, hideAmounts }), [locale, hideAmounts]);
  const dates = useMemo(() => dateLocale(format.locale), [format.locale]);

  if (app === null) return null;
  const covered = screen.name !== 'overview';
  const nothing = app.overview.connections.length === 0 && !app.demo;
  return (
    <I18nProvider locale={dates}>
      <FormatContext value={format}>
        <main hidden={covered} className="pane">
          {nothing ? (
            <FirstRun app={app} />
          ) : (
            <OverviewScreen
              app={app}
              pickingRange={pickingRange}
              onPickRange={setPickingRange}
              customRange={customRange}
            />
          )}
        </main>
        {covered && (
          <main className="pane">
            <Over app={app} screen={screen} />
          </main>
        )}
      </FormatContext>
    </I18nProvider>
  );
}
