/**
 * What can go wrong, as one table: each kind has a title, a sentence, a remedy
 * and whether the program tries again by itself. The same table feeds the
 * status line, the settings, the command line and `status --json`.
 */

export const FAULT_KINDS = [
  'rejected',
  'permission',
  'not-enabled',
  'payment',
  'no-such-app',
  'range',
  'refused',
  'rate-limited',
  'offline',
  'timeout',
  'vendor-fault',
  'format',
  'paging',
  'tls',
  'proxy',
  'captive-portal',
  'too-large',
  'key-unreadable',
  'other-address',
  'no-keychain',
  'keychain-denied',
  'ledger',
  'other-account',
  'busy',
  'internal',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** What the user can do about a fault; the popover turns it into the status line's link. */
export type RemedyAction = 'replace-key' | 'open-vendor' | 'refresh' | 'open-settings' | 'none';

export interface FaultInfo {
  readonly title: string;
  /** Follows the connection's name: "Phala rejected the key". `%s` is the vendor. */
  readonly sentence: string;
  readonly remedy: string;
  readonly action: RemedyAction;
  /** Whether the next poll may succeed without the user. */
  readonly retry: boolean;
}

export const FAULTS: Readonly<Record<FaultKind, FaultInfo>> = {
  rejected: {
    title: 'Key rejected',
    sentence: '%s rejected the key',
    remedy: 'Replace it with a key that is active.',
    action: 'replace-key',
    retry: false,
  },
  permission: {
    title: 'Permission missing',
    sentence: 'the key lacks a permission that %s asks for',
    remedy: 'Give the key that permission at the vendor, then refresh.',
    action: 'open-vendor',
    retry: false,
  },
  'not-enabled': {
    title: 'Not enabled',
    sentence: '%s has not enabled usage costs for this account',
    remedy: 'Ask the vendor’s support to enable it, then refresh.',
    action: 'open-vendor',
    retry: false,
  },
  payment: {
    title: 'Payment required',
    sentence: '%s asks for a payment before it answers',
    remedy: 'Settle the account at the vendor, then refresh.',
    action: 'open-vendor',
    retry: false,
  },
  'no-such-app': {
    title: 'No such app',
    sentence: '%s no longer knows this app',
    remedy: 'Its history is kept; nothing needs to be done.',
    action: 'none',
    retry: false,
  },
  range: {
    title: 'Range refused',
    sentence: '%s refused the days asked for',
    remedy: 'Check this computer’s clock; if it is right, the vendor does not give those days.',
    action: 'refresh',
    retry: true,
  },
  refused: {
    title: 'Request refused',
    sentence: '%s refused the request',
    remedy: 'It is tried again by itself; if it lasts, update Cost Tray or ask the vendor’s support.',
    action: 'refresh',
    retry: true,
  },
  'rate-limited': {
    title: 'Rate limited',
    sentence: '%s asks to wait',
    remedy: 'It is tried again when the wait is over.',
    action: 'none',
    retry: true,
  },
  offline: {
    title: 'Offline',
    sentence: '%s cannot be reached',
    remedy: 'Check the network connection; it is tried again by itself.',
    action: 'refresh',
    retry: true,
  },
  timeout: {
    title: 'No answer',
    sentence: '%s did not answer in time',
    remedy: 'It is tried again by itself.',
    action: 'refresh',
    retry: true,
  },
  'vendor-fault': {
    title: 'Vendor fault',
    sentence: '%s answered with an error of its own',
    remedy: 'It is tried again by itself; if it lasts, see the vendor’s status page.',
    action: 'refresh',
    retry: true,
  },
  format: {
    title: 'Changed format',
    sentence: '%s answered in a form that cannot be read safely',
    remedy: 'Nothing was changed; update Cost Tray, or report this with the diagnostics.',
    action: 'open-settings',
    retry: true,
  },
  paging: {
    title: 'Paging does not advance',
    sentence: '%s repeats the same page, so its answer cannot be read whole',
    remedy: 'What is known stands; it is tried again by itself.',
    action: 'refresh',
    retry: true,
  },
  tls: {
    title: 'Secure connection failed',
    sentence: 'the secure connection to %s failed',
    remedy: 'Check this computer’s clock, certificates and network filter.',
    action: 'refresh',
    retry: true,
  },
  proxy: {
    title: 'Proxy failed',
    sentence: 'the proxy on the way to %s failed',
    remedy: 'Check the system’s proxy settings.',
    action: 'refresh',
    retry: true,
  },
  'captive-portal': {
    title: 'Sign-in page in the way',
    sentence: 'something on the network answered in place of %s',
    remedy: 'Sign in to the network or check its proxy; it is tried again by itself.',
    action: 'refresh',
    retry: true,
  },
  'too-large': {
    title: 'Answer too large',
    sentence: '%s sent an answer too large to be a usage report',
    remedy: 'Nothing was changed; it is tried again by itself.',
    action: 'refresh',
    retry: true,
  },
  'key-unreadable': {
    title: 'Key not readable',
    sentence: 'the keychain is locked or the entry was removed',
    remedy: 'Unlock the keychain and refresh, or enter the key again.',
    action: 'refresh',
    retry: true,
  },
  'other-address': {
    title: 'Key of another address',
    sentence: 'the key was checked at another address of %s and is sent nowhere else',
    remedy: 'Set the address back, or enter the key again.',
    action: 'replace-key',
    retry: true,
  },
  'no-keychain': {
    title: 'No keychain',
    sentence: 'this computer has no keychain service to keep the key in',
    remedy: 'Start a Secret Service such as gnome-keyring, then enter the key again.',
    action: 'replace-key',
    retry: true,
  },
  'keychain-denied': {
    title: 'Keychain denied',
    sentence: 'the keychain refused access',
    remedy: 'Allow Cost Tray in the keychain’s prompt, then refresh.',
    action: 'refresh',
    retry: true,
  },
  ledger: {
    title: 'Ledger not writable',
    sentence: 'the ledger could not be written',
    remedy: 'Free disk space or mend the folder’s permissions, then refresh.',
    action: 'refresh',
    retry: true,
  },
  'other-account': {
    title: 'Another account’s key',
    sentence: 'this key belongs to another account',
    remedy: 'Use a key of the same account, or add the other one as a connection of its own.',
    action: 'replace-key',
    retry: false,
  },
  busy: {
    title: 'Already running',
    sentence: 'another sync of this connection is still under way',
    remedy: 'Wait for it to end.',
    action: 'none',
    retry: true,
  },
  internal: {
    title: 'Fault in Cost Tray',
    sentence: 'Cost Tray failed while reading %s',
    remedy: 'Refresh; if it lasts, report it with the diagnostics.',
    action: 'refresh',
    retry: true,
  },
};

/** Faults of this computer that are tried again, though trying alone does not mend them. */
const LOCAL: ReadonlySet<FaultKind> = new Set(['ledger', 'key-unreadable', 'keychain-denied']);

/** Whether it stays until the user does something. */
export function needsUser(kind: FaultKind): boolean {
  const { action, retry } = FAULTS[kind];
  return action !== 'none' && (!retry || action === 'replace-key' || LOCAL.has(kind));
}

/** A fault as it is kept and shown. `detail` never bears a key; `retryAt` in ms since 1970. */
export interface Fault {
  readonly kind: FaultKind;
  /** What is special about this one: a permission's name, a field and record, an address. */
  readonly detail: string | null;
  readonly retryAt: number | null;
  /** It is one app's; the others were read, and are to be read on. */
  readonly isPartial?: true;
}

/** Thrown wherever a {@link Fault} ends an operation. */
export class FaultError extends Error implements Fault {
  readonly kind: FaultKind;
  readonly detail: string | null;
  readonly retryAt: number | null;

  constructor(kind: FaultKind, detail: string | null = null, retryAt: number | null = null) {
    super(detail === null ? FAULTS[kind].title : `${FAULTS[kind].title}: ${detail}`);
    this.name = 'FaultError';
    this.kind = kind;
    this.detail = detail;
    this.retryAt = retryAt;
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** As {@link faultMessage}, for a key that is being entered: nothing is kept yet, so nothing tries again by itself. */
export function keyRefusedMessage(fault: Fault, vendor: string): string {
  return faultMessage(fault, vendor)
    .replace('; it is tried again by itself', ', then try again')
    .replace('It is tried again when', 'Try again when')
    .replace('It is tried again by itself', 'Try again');
}

/** One sentence with what happened, what is special about it, and the remedy. */
export function faultMessage(fault: Fault, vendor: string): string {
  const info = FAULTS[fault.kind];
  const what = capitalised(info.sentence.replace('%s', vendor));
  const detail = fault.detail === null ? '' : ` (${fault.detail})`;
  return `${what}${detail}. ${info.remedy}`;
}
