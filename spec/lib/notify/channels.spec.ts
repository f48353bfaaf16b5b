import { expect } from 'chai';
import { type ChannelSettings, channelsOf } from '../../../lib/notify/channels.ts';

const SETTINGS: ChannelSettings = {
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
});
