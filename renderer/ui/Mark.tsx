import clsx from 'clsx';

import type { ProviderId } from '../../shared/model';
import styles from './ui.module.css';

/** A provider's mark: a disc for Phala, a square for ClickHouse, so that the shape tells without the colour. */
export function ProviderMark({ provider }: { readonly provider: ProviderId | null }) {
  if (provider === null) return null;
  return <span className={clsx(styles.mark, styles[provider])} aria-hidden="true" />;
}
