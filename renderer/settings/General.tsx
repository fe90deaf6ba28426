import { CADENCE_MINUTES } from '../../shared/choices';
import type { Settings, SettingsPatch } from '../../shared/settings';
import { createFormat } from '../format';
import { Choice, Toggle } from '../ui/Controls';
import type { Option } from '../ui/Controls';
import { Group } from './Group';
import { ShortcutField } from './ShortcutField';

interface Props {
  readonly settings: Settings;
  readonly onChange: (patch: SettingsPatch) => void;
}

const THEMES: ReadonlyArray<Option<Settings['theme']>> = [
  { id: 'system', label: 'As the system' },
  { id: 'light', label: 'Light' },
  { id: 'dark', label: 'Dark' },
];

const TRAY_NUMBERS: ReadonlyArray<Option<Settings['trayNumber']>> = [
  { id: 'monthToDate', label: 'Month to date' },
  { id: 'today', label: 'Today so far' },
  { id: 'none', label: 'No number' },
];

const SYSTEM = 'system';
const LOCALES = [
  'en-US',
  'en-GB',
  'en-IN',
  'de-DE',
  'de-CH',
  'fr-FR',
  'es-ES',
  'pt-BR',
  'pl-PL',
  'sv-SE',
  'ja-JP',
];
const SAMPLE = 1_234_560_000_000n;

/** "About": no two readings are quite as far apart, so that not all programs ask a vendor at once. */
function cadenceText(minutes: number): string {
  if (minutes === 0) return 'Only by hand';
  return minutes === 60 ? 'About every hour' : `About every ${minutes} minutes`;
}

function localeOptions(chosen: string | null): Option<string>[] {
  const tags = chosen === null || LOCALES.includes(chosen) ? LOCALES : [chosen, ...LOCALES];
  const names = new Intl.DisplayNames('en', { type: 'language' });
  return [
    { id: SYSTEM, label: 'As the system' },
    ...tags.map((id) => ({
      id,
      label: `${names.of(id) ?? id}: ${createFormat({ locale: id, hideAmounts: false }).money(SAMPLE)}`,
    })),
  ];
}

/** What the tray shows, how often it reads, and how this program behaves on this computer. */
export function General({ settings, onChange }: Props) {
  return (
    <>
      <Group title="Tray and reading">
        <Choice
          label="Number in the tray"
          options={TRAY_NUMBERS}
          value={settings.trayNumber}
          onChange={(trayNumber) => onChange({ trayNumber })}
        />
        <Choice
          label="Read"
          options={CADENCE_MINUTES.map((minutes) => ({ id: String(minutes), label: cadenceText(minutes) }))}
          value={String(settings.cadenceMinutes)}
          onChange={(id) => {
            const cadenceMinutes = CADENCE_MINUTES.find((minutes) => String(minutes) === id);
            if (cadenceMinutes !== undefined) onChange({ cadenceMinutes });
          }}
        />
        <Toggle
          label="Start at login"
          value={settings.startAtLogin}
          onChange={(startAtLogin) => onChange({ startAtLogin })}
        />
        <ShortcutField value={settings.shortcut} onChange={(shortcut) => onChange({ shortcut })} />
      </Group>
      <Group title="Display">
        <Choice
          label="Theme"
          options={THEMES}
          value={settings.theme}
          onChange={(theme) => onChange({ theme })}
        />
        <Choice
          label="Numbers"
          options={localeOptions(settings.numberLocale)}
          value={settings.numberLocale ?? SYSTEM}
          onChange={(id) => onChange({ numberLocale: id === SYSTEM ? null : id })}
        />
        <Toggle
          label="Hide amounts"
          note="For shared screens; bars and shares stay."
          value={settings.hideAmounts}
          onChange={(hideAmounts) => onChange({ hideAmounts })}
        />
      </Group>
    </>
  );
}
