import styles from './ui.module.css';

/** Drawn on a 16 px grid with a 1.5 px stroke, in the colour of the text beside them. */
const PATHS = {
  refresh: 'M13.2 6.2A5.5 5.5 0 0 0 3.4 5M2.8 9.8A5.5 5.5 0 0 0 12.6 11M13.4 2.8v3.4H10M2.6 13.2V9.8H6',
  export: 'M8 2.2v7.6M5 7l3 3 3-3M2.8 11v1.6c0 .7.5 1.2 1.2 1.2h8c.7 0 1.2-.5 1.2-1.2V11',
  settings:
    'M2.2 4.6h6.6M12.6 4.6h1.2M2.2 11.4h1.2M7.2 11.4h6.6M10.7 2.7a1.9 1.9 0 1 1 0 3.8 1.9 1.9 0 0 1 0-3.8ZM5.3 9.5a1.9 1.9 0 1 1 0 3.8 1.9 1.9 0 0 1 0-3.8Z',
  back: 'M9.8 3.4 5.2 8l4.6 4.6',
  next: 'M6.2 3.4 10.8 8l-4.6 4.6',
  down: 'M4 6.2 8 10l4-3.8',
  close: 'm4 4 8 8M12 4l-8 8',
  check: 'm3.2 8.4 3.2 3.2 6.4-7',
  outward: 'M6 3.4H3.6c-.4 0-.8.4-.8.8v8.2c0 .4.4.8.8.8h8.2c.4 0 .8-.4.8-.8V10M9 2.8h4.2V7M13 3 7.6 8.4',
  warning: 'M8 2.4 14.2 13.2H1.8ZM8 6.4v3.2M8 11.3v.2',
  error: 'M8 1.9a6.1 6.1 0 1 1 0 12.2A6.1 6.1 0 0 1 8 1.9ZM8 4.9v3.8M8 10.9v.2',
  notice: 'M8 1.9a6.1 6.1 0 1 1 0 12.2A6.1 6.1 0 0 1 8 1.9ZM8 7.3v3.8M8 4.9v.2',
  clock: 'M8 1.9a6.1 6.1 0 1 1 0 12.2A6.1 6.1 0 0 1 8 1.9ZM8 4.6V8l2.4 1.6',
  calendar:
    'M2.6 4.2c0-.6.5-1 1-1h8.8c.5 0 1 .4 1 1v8.2c0 .5-.5 1-1 1H3.6c-.5 0-1-.5-1-1ZM2.6 6.6h10.8M5.4 1.8v2.4M10.6 1.8v2.4',
  plus: 'M8 3v10M3 8h10',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className={styles.icon} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
