import { useEffect, useRef } from 'react';
import type { ReactNode, RefObject } from 'react';

import { back, useStore } from '../store';
import type { Store } from '../store';
import { IconButton } from './Controls';
import { SampleBadge } from './Notice';
import styles from './ui.module.css';

/** Where the arrow leads back to. */
const NAMES: Readonly<Record<Store['screen']['name'], string>> = {
  overview: 'overview',
  day: 'day',
  settings: 'settings',
  export: 'export',
  connect: 'choice of a provider',
  'replace-key': 'key',
};

interface Props {
  readonly title: string;
  readonly children: ReactNode;
  readonly aside?: ReactNode;
  readonly foot?: ReactNode;
  /** False where there is nothing to go back to. */
  readonly closable?: boolean;
  /** Becomes what scrolls the children. */
  readonly scroller?: RefObject<HTMLDivElement | null>;
}

/** A screen over the overview: its title takes the focus unless a field has it, Esc or the arrow goes back to where it was opened. */
export function Screen({ title, children, aside, foot, closable = true, scroller }: Props) {
  const section = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const demo = useStore((store) => store.app?.demo ?? false);
  const from = useStore((store) => store.beneath.at(-1)?.name ?? 'overview');
  useEffect(() => {
    // What is typed before the field has the focus would be taken for shortcuts.
    if (section.current?.contains(document.activeElement) !== true) heading.current?.focus();
  }, []);
  return (
    <section ref={section} className={styles.screen} aria-label={title}>
      <header className={styles.screenHead}>
        {closable && <IconButton icon="back" label={`Back to the ${NAMES[from]}`} onPress={back} />}
        <h1 ref={heading} tabIndex={-1} className={styles.screenTitle}>
          {title}
        </h1>
        {demo && <SampleBadge />}
        {aside}
      </header>
      <div
        ref={scroller}
        className={styles.screenBody}
        tabIndex={0}
        role="region"
        aria-label={`${title}, contents`}
      >
        <div className={styles.screenContents}>{children}</div>
      </div>
      {foot !== undefined && <footer className={styles.screenFoot}>{foot}</footer>}
    </section>
  );
}
