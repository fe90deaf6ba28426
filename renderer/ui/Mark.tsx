import clsx from 'clsx';

import type { ProviderId } from '../../shared/model';
import styles from './ui.module.css';

interface Props {
  readonly provider: ProviderId | null;
  /** Another colour than the provider's: where colour says which resource. */
  readonly colour?: string;
}

/** A provider's mark: a disc for Phala, a square for ClickHouse, so that the shape tells without the colour. */
export function ProviderMark({ provider, colour }: Props) {
  if (provider === null) return null;
  return (
    <span
      className={clsx(styles.mark, styles[provider])}
      aria-hidden="true"
      {...(colour === undefined ? {} : { style: { background: colour } })}
    />
  );
}
