import type { LinkId } from '../../shared/links';
import type { ProviderId } from '../../shared/model';
import { KEY_LINKS } from '../labels';

export interface KeyGuide {
  /** What key to make. */
  readonly make: string;
  /** With which least permission. */
  readonly permission: string;
  readonly link: LinkId;
  readonly linkText: string;
}

/** What each vendor's page has to give. Cost Tray only ever reads. */
export const KEY_GUIDES: Readonly<Record<ProviderId, KeyGuide>> = {
  phala: {
    make: 'An API token of the workspace whose spend you want to see.',
    permission: 'Cost Tray only reads with it: the account, its apps and their usage.',
    link: KEY_LINKS.phala,
    linkText: 'Phala’s API tokens',
  },
  clickhouse: {
    make: 'An API key of the organization: its key id and its secret.',
    permission: 'Read-only: the role Developer, or one that holds control-plane:organization:view.',
    link: KEY_LINKS.clickhouse,
    linkText: 'ClickHouse’s API keys',
  },
};
