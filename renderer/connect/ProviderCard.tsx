import { PROVIDER_NAMES } from '../../shared/model';
import type { ProviderId } from '../../shared/model';
import { bridge, send } from '../bridge';
import { Action } from '../ui/Controls';
import { Icon } from '../ui/Icon';
import { ProviderMark } from '../ui/Mark';
import { KEY_GUIDES } from './guides';
import styles from './connect.module.css';

/** What key a provider needs, where to make it, and on to the form. */
export function ProviderCard({
  provider,
  onChoose,
}: {
  readonly provider: ProviderId;
  readonly onChoose: () => void;
}) {
  const guide = KEY_GUIDES[provider];
  const name = PROVIDER_NAMES[provider];
  return (
    <section className={styles.card} aria-label={`${name} Cloud`}>
      <h2 className={styles.cardTitle}>
        <ProviderMark provider={provider} />
        {name} Cloud
      </h2>
      <div className={styles.guide}>
        <p>{guide.make}</p>
        <p>{guide.permission}</p>
      </div>
      <div className={styles.cardActions}>
        <Action kind="primary" onPress={onChoose}>
          Paste {provider === 'phala' ? 'a token' : 'a key'}
        </Action>
        <Action kind="link" onPress={() => send(bridge.call('openLink', { link: guide.link }))}>
          {guide.linkText} <Icon name="outward" />
        </Action>
      </div>
    </section>
  );
}
