import clsx from 'clsx';
import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

import { Action } from './Controls';
import styles from './ui.module.css';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
  readonly confirm: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly busy?: boolean;
}

/** Asks before something is removed. Esc and "Cancel" leave all as it is. */
export function Confirm({ title, children, confirm, onConfirm, onClose, busy = false }: Props) {
  return (
    <ModalOverlay
      className={clsx(styles.overlay)}
      isOpen
      isDismissable={!busy}
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      <Modal className={clsx(styles.modal)}>
        <Dialog role="alertdialog" className={clsx(styles.dialog)}>
          <Heading slot="title" className={clsx(styles.dialogTitle)}>
            {title}
          </Heading>
          {children}
          <div className={styles.actions}>
            <Action onPress={onClose} disabled={busy}>
              Cancel
            </Action>
            <Action kind="danger" onPress={onConfirm} disabled={busy}>
              {confirm}
            </Action>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
