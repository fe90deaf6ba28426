import clsx from 'clsx';
import type { ReactNode, Ref } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';

import styles from './ui.module.css';

export interface Segment<Id extends string> {
  readonly id: Id;
  readonly label: ReactNode;
  /** The name a screen reader says, where the label is shortened. */
  readonly name?: string;
  readonly ref?: Ref<HTMLButtonElement>;
  readonly onPress?: () => void;
}

interface Props<Id extends string> {
  readonly label: string;
  readonly segments: ReadonlyArray<Segment<Id>>;
  readonly value: Id;
  readonly onChange: (id: Id) => void;
  /** Bare words instead of a track: for second-rank switches. */
  readonly quiet?: boolean;
}

/** One choice of a few, as a row of buttons. */
export function Segmented<Id extends string>({ label, segments, value, onChange, quiet = false }: Props<Id>) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      className={clsx(quiet ? styles.quietSegments : styles.segments)}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const chosen = segments.find(({ id }) => keys.has(id));
        if (chosen !== undefined) onChange(chosen.id);
      }}
    >
      {segments.map(({ id, label: text, name, ref, onPress }) => (
        <ToggleButton
          key={id}
          id={id}
          className={clsx(styles.segment)}
          {...(name === undefined ? {} : { 'aria-label': name })}
          {...(ref === undefined ? {} : { ref })}
          {...(onPress === undefined ? {} : { onPress })}
        >
          {text}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
