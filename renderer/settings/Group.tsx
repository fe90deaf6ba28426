import { useId } from 'react';
import type { ReactNode } from 'react';

import styles from './settings.module.css';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
  readonly aside?: ReactNode;
}

export function Group({ title, children, aside }: Props) {
  const id = useId();
  return (
    <section className={styles.group} aria-labelledby={id}>
      <header className={styles.groupHead}>
        <h2 id={id} className={styles.groupTitle}>
          {title}
        </h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
