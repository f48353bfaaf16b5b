import { expect } from 'chai';
import { withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

const LITTLE = {
  verdict_min_requests: '100000',
  verdict_min_time: '2s',
  verdict_deadline: '30m',
  verdict_speed: 'report',
};

describe('A test for which the traffic is too little', function () {
  this.timeout(200_000);

  it('is told to end without a promotion, by status, why and JSON', async () => {
    await withWorld(LITTLE, async (world) => {
      const daemon = await world.startServing();
      world.users(20);
      await world.drop('1.0.1');
      const { verdict } = await daemon.until(
        'it is known',
        (it) => (it.verdict?.estimate?.never ?? null) !== null,
        60_000,
      );
      expect(verdict?.estimate?.leftMs).to.equal(null);
      expect(verdict?.estimate?.never).to.match(
        /^it needs [\d,]+ more requests, which takes about \d+ (?:minutes|hours|days), and the test ends in \d+ minutes \(verdict\.deadline\)$/,
      );
      const plain = async (command: string): Promise<string> =>
        (await world.vili(command)).stdout.replaceAll(/\s+/g, ' ');
      // On a busy host something may block the version for a moment.
      await eventually(
        'status says so',
        async () => /collecting \S+ % never at this traffic/.test(await plain('status')),
        60_000,
      );
      for (const command of ['status', 'why']) {
        await eventually(
          `vili ${command} says why`,
          async () =>
            /never at this traffic: it needs [\d,]+ more requests, which takes about .* more traffic, a longer verdict\.deadline, or vili promote/.test(
              await plain(command),
            ),
          60_000,
        );
      }
    });
  });
});
