import { useEffect } from 'react';

import type { PeriodId } from '../shared/period';
import { bridge, send } from './bridge';
import { hasBillingPeriod } from './labels';
import { back, open, refresh, setView, useStore } from './store';

/** The periods of the keys 1 to 7. Custom opens the picker by itself. */
export const PERIOD_KEYS: Readonly<Record<string, PeriodId>> = {
  '1': 'today',
  '2': 'last7Days',
  '3': 'last30Days',
  '4': 'monthToDate',
  '5': 'lastMonth',
  '6': 'custom',
  '7': 'billingPeriod',
};

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, [contenteditable], [role=spinbutton], [data-records-keys]') !== null
  );
}

function choosePeriod(period: PeriodId, openCustom: () => void): void {
  const { app, chosen } = useStore.getState();
  if (app === null) return;
  const view = chosen ?? app.overview.view;
  if (period === 'custom') openCustom();
  else if (period !== 'billingPeriod' || hasBillingPeriod(app.overview, view)) setView({ period });
}

/** Esc, R, E, comma and 1–7, wherever the focus is but in a field. */
export function useShortcuts(openCustom: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      // A dialog, menu or list that is open has the keys for itself.
      if (document.querySelector('[role=dialog], [role=alertdialog], [role=listbox]') !== null) return;
      const { app, screen } = useStore.getState();
      if (event.key === 'Escape') {
        if (screen.name === 'overview') send(bridge.call('closePopover', undefined));
        else back();
        event.preventDefault();
        return;
      }
      if (app === null || isTyping(event.target)) return;
      const period = PERIOD_KEYS[event.key];
      if (period !== undefined && screen.name === 'overview') choosePeriod(period, openCustom);
      else if (event.key === 'r' || event.key === 'R') refresh();
      else if (event.key === 'e' || event.key === 'E') open({ name: 'export' });
      else if (event.key === ',') open({ name: 'settings' });
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [openCustom]);
}
