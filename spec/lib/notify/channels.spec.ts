import { expect } from 'chai';
import { type ChannelSettings, channelsOf } from '../../../lib/notify/channels.ts';

const SETTINGS: ChannelSettings = {
  base: '/nowhere',
  slack: { webhook: '' },
  webhook: { url: '', secret: '' },
  notify: { command: '' },
  mail: { to: [], from: '', sendmail: '' },
  identifier: 'shop',
  slackChannel: 'releases',
  entraosApiUri: 'http://127.0.0.1:1',
  whydahUri: 'http://127.0.0.1:1',
  whydahApplicationId: '',
  whydahApplicationName: '',
  whydahApplicationSecret: '',
  appIcon: '',
  envIcon: '',
  env: 'test',
};

describe('The channels to people', () => {
  it('are Slack when all of its addresses are set, and none when one is missing', () => {
    expect(channelsOf(SETTINGS)).to.have.length(1);
    for (const key of ['slackChannel', 'entraosApiUri', 'whydahUri'] as const) {
      expect(channelsOf({ ...SETTINGS, [key]: '' }), key).to.deep.equal([]);
    }
  });
  it('are as many as are set, each with a name of its own', () => {
    const all = channelsOf({
      ...SETTINGS,
      slack: { webhook: 'http://127.0.0.1:1' },
      webhook: { url: 'http://127.0.0.1:1', secret: '' },
      notify: { command: 'true' },
      mail: { to: ['ops@example.org'], from: '', sendmail: '/bin/true' },
    });
    expect(all.map(({ name }) => name)).to.deep.equal([
      'Slack by EntraOS',
      'Slack',
      'webhook',
      'command',
      'e-mail',
    ]);
  });
});
