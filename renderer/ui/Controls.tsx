import clsx from 'clsx';
import type { ReactNode } from 'react';
import {
  Button,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Switch,
  Text,
  TextField,
} from 'react-aria-components';

import { Icon } from './Icon';
import type { IconName } from './Icon';
import styles from './ui.module.css';

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onPress: () => void;
  readonly disabled?: boolean;
}

export function IconButton({ icon, label, onPress, disabled = false }: IconButtonProps) {
  return (
    <Button className={clsx(styles.iconButton)} aria-label={label} onPress={onPress} isDisabled={disabled}>
      <Icon name={icon} />
    </Button>
  );
}

interface ActionProps {
  readonly children: ReactNode;
  readonly onPress?: () => void;
  readonly kind?: 'primary' | 'plain' | 'danger' | 'link';
  readonly type?: 'button' | 'submit';
  readonly disabled?: boolean;
}

export function Action({
  children,
  onPress,
  kind = 'plain',
  type = 'button',
  disabled = false,
}: ActionProps) {
  return (
    <Button
      className={clsx(kind === 'link' ? styles.link : [styles.action, styles[kind]])}
      type={type}
      isDisabled={disabled}
      {...(onPress === undefined ? {} : { onPress })}
    >
      {children}
    </Button>
  );
}

export interface Option<Id extends string> {
  readonly id: Id;
  readonly label: string;
  readonly mark?: ReactNode;
}

interface ChoiceProps<Id extends string> {
  readonly label: string;
  readonly options: ReadonlyArray<Option<Id>>;
  readonly value: Id;
  readonly onChange: (id: Id) => void;
  /** Whether the label stands beside the button or is only spoken. */
  readonly showLabel?: boolean;
  /** Without a frame: for a choice inside a line of text. */
  readonly bare?: boolean;
}

/** One choice of a list. */
export function Choice<Id extends string>(props: ChoiceProps<Id>) {
  const { label, options, value, onChange, showLabel = true, bare = false } = props;
  return (
    <Select
      className={clsx(styles.field, styles.row)}
      value={value}
      onChange={(key) => {
        const chosen = options.find(({ id }) => id === key);
        if (chosen !== undefined) onChange(chosen.id);
      }}
      {...(showLabel ? {} : { 'aria-label': label })}
    >
      {showLabel && <Label className={clsx(styles.label)}>{label}</Label>}
      <Button className={clsx(bare ? styles.bareSelect : styles.select)}>
        <SelectValue className={clsx(styles.selectValue)} />
        <Icon name="down" />
      </Button>
      <Popover className={clsx(styles.popover)} placement="bottom end">
        <ListBox className={clsx(styles.list)}>
          {options.map((option) => (
            <ListBoxItem
              key={option.id}
              id={option.id}
              textValue={option.label}
              className={clsx(styles.option)}
            >
              {option.mark}
              <span className={styles.optionText}>{option.label}</span>
              <span className={styles.tick}>
                <Icon name="check" />
              </span>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly note?: string;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}

export function Toggle({ label, note, value, onChange }: ToggleProps) {
  return (
    <Switch className={clsx(styles.switch)} isSelected={value} onChange={onChange}>
      <span className={styles.switchText}>
        <span>{label}</span>
        {note !== undefined && <span className={styles.note}>{note}</span>}
      </span>
      <span className={styles.switchTrack}>
        <span className={styles.switchKnob} />
      </span>
    </Switch>
  );
}

interface EntryProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly note?: ReactNode;
  readonly error?: string | null;
  readonly secret?: boolean;
  readonly placeholder?: string;
  readonly maxLength?: number;
  readonly decimal?: boolean;
  readonly autoFocus?: boolean;
  readonly onBlur?: () => void;
}

/** A line of text to fill in. Secrets are never offered to spelling, completion or a password store. */
export function Entry(props: EntryProps) {
  const {
    label,
    value,
    onChange,
    note,
    error = null,
    secret = false,
    placeholder,
    maxLength,
    decimal = false,
  } = props;
  return (
    <TextField
      className={clsx(styles.field)}
      value={value}
      onChange={onChange}
      isInvalid={error !== null}
      // The browser's own validation would keep a form from being sent again once a field was found wrong.
      validationBehavior="aria"
      type={secret ? 'password' : 'text'}
      autoComplete="off"
      spellCheck="false"
      autoFocus={props.autoFocus ?? false}
      {...(maxLength === undefined ? {} : { maxLength })}
      {...(decimal ? { inputMode: 'decimal' as const } : {})}
      {...(props.onBlur === undefined ? {} : { onBlur: props.onBlur })}
    >
      <Label className={clsx(styles.label)}>{label}</Label>
      <Input className={clsx(styles.input)} {...(placeholder === undefined ? {} : { placeholder })} />
      {note !== undefined && (
        <Text slot="description" className={clsx(styles.note)}>
          {note}
        </Text>
      )}
      {error !== null && <FieldError className={clsx(styles.fieldError)}>{error}</FieldError>}
    </TextField>
  );
}
