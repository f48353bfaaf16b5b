import { expect } from 'chai';
import { withDash } from '../support/dash-server.ts';
import { withWorld } from '../support/daemon-world.ts';

describe('A daemon with manualcontrol', function () {
  this.timeout(120_000);

  it('restarts and promotes as the dashboard says, and keeps who asked for it', () =>
    withDash(async ({ uri, replies, received }) => {
      const settings = {
        manualcontrol: 'true',
        manualcontrol_uri: uri,
        manualcontrol_interval: '200ms',
        verdict_mode: 'manual',
      };
      await withWorld(settings, async (world) => {
        const daemon = await world.startServing();
        replies.push('{"server":"running","action":"restart"}');
        await daemon.until('running is a fresh process', ({ running }) => {
          return running?.instance === '2_running' && running.state === 'ready';
        });
        await world.drop('1.0.1');
        await daemon.testing('shop-1.0.1');
        replies.push('{"server":"test","action":"deploy"}');
        await daemon.serving('shop-1.0.1');
        const promoted = await daemon.recorded('promoted', 'shop-1.0.1');
        expect(promoted.by).to.equal('vili-dash');
        expect(promoted.reasons.join(' ')).to.contain('asked for by manualcontrol');
        // Nothing is under test now: that is said, and nothing else happens.
        replies.push('{"server":"test","action":"deploy"}');
        await daemon.until('it is refused', () =>
          daemon.output.includes('wants deploy, which is not possible now'),
        );
        expect(received[0]).to.contain('POST /vili-dash/register/server {"identity":"shop"');
        expect(received.at(-1)).to.equal('GET /vili-dash/action/shop/uid%201%2F');
      });
    }));
});
