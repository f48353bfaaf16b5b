import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { withWorld } from '../support/daemon-world.ts';

const SLOW = { slow: { endpoint: 'GET /items', ms: 1200 } };

describe('A daemon that is asked to stop', function () {
  this.timeout(60_000);

  for (const [signal, code] of [
    ['SIGTERM', 0],
    ['SIGINT', 130],
  ] as const) {
    it(`by ${signal} lets requests in flight finish, then its servlets, and leaves nothing`, async () => {
      await withWorld({ verdict_mode: 'manual' }, async (world) => {
        const daemon = await world.startServing({}, SLOW);
        await world.drop('1.0.1', { ignoreSigterm: true });
        const { running, testing } = await daemon.testing('shop-1.0.1');
        const inFlight = [1, 2, 3, 4].map(async () => {
          const response = await fetch(`http://127.0.0.1:${world.port}/items`);
          return { status: response.status, body: (await response.json()) as { total: number } };
        });
        await daemon.until('they are on their way', async () => {
          const log = await logOf(world.base, 'shop-1.0.0/1_running');
          return log.includes('listening') && (await daemon.client.status()).traffic.received === 4;
        });
        const ended = await daemon.kill(signal);
        for (const { status, body } of await Promise.all(inFlight)) {
          expect({ status, total: body.total }).to.deep.equal({ status: 200, total: 50 });
        }
        expect(ended).to.deep.equal({ code, signal: null });
        expect(await logOf(world.base, 'shop-1.0.0/1_running')).to.contain('"draining"');
        expect(await logOf(world.base, 'shop-1.0.1/1_test')).to.contain('a signal to stop');
        expect(await world.processes()).to.deep.equal([]);
        for (const pid of [running?.pid, testing?.pid]) {
          expect(() => process.kill(pid ?? 0, 0)).to.throw('ESRCH');
        }
        const refused = await fetch(`http://127.0.0.1:${world.port}/`).catch(() => 'refused');
        expect(refused).to.equal('refused');
      });
    });
  }

  it('continues after a hang-up when nobody watches it in a terminal', async () => {
    await withWorld({}, async (world) => {
      const daemon = await world.startServing();
      const before = await daemon.client.status();
      process.kill(daemon.pid, 'SIGHUP');
      await daemon.until('it is reported', () => daemon.output.includes('hang-up (SIGHUP)'));
      expect((await daemon.client.status()).running).to.deep.equal(before.running);
    });
  });
});

// Private

function logOf(base: string, instance: string): Promise<string> {
  return readFile(join(base, instance, 'logs/json/shop.log'), 'utf8');
}
