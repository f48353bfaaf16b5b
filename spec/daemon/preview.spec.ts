import { expect } from 'chai';
import { WebSocket } from 'ws';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';

const TOKEN = 'open-sesame-0123456789';
const ENDPOINT = 'GET /items/{id}';

interface Shown {
  readonly status: number;
  /** The version that responded; null: Vili itself. */
  readonly version: string | null;
  readonly cache: string | null;
}

async function ask(
  { port }: DaemonWorld,
  headers: Readonly<Record<string, string>>,
  method = 'GET',
): Promise<Shown> {
  const response = await fetch(`http://127.0.0.1:${port}/items/1`, { method, headers });
  await response.arrayBuffer();
  const { status } = response;
  const found = response.headers;
  return { status, version: found.get('x-shop-version'), cache: found.get('cache-control') };
}

const UNSTORED = { cache: 'private, no-store' };

for (const processes of ['1', '2']) {
  describe(`A preview of the version under test, with ${processes} for users`, function () {
    this.timeout(240_000);

    it('is what the person with the token sees, and evidence of nothing', async () => {
      const settings = {
        preview_token: TOKEN,
        preview_cookie: 'vili_preview',
        gate_processes: processes,
        verdict_mode: 'manual',
      };
      await withWorld(settings, async (world) => {
        const daemon = await world.startServing();
        const none = await ask(world, { 'X-Vili-Preview': TOKEN });
        expect(none).to.deep.equal({ status: 503, version: null, ...UNSTORED });
        // It fails each of these requests: pairs of them would speak against it.
        await world.drop('1.0.1', { errors: { endpoint: ENDPOINT, share: 1 } });
        await daemon.testing('shop-1.0.1');
        const shown = { status: 500, version: '1.0.1', ...UNSTORED };
        for (let left = 10; left > 0; left--) {
          expect(await ask(world, { 'X-Vili-Preview': TOKEN })).to.deep.equal(shown);
          expect(await ask(world, { Cookie: `vili_preview=${TOKEN}` })).to.deep.equal(shown);
        }
        expect(await ask(world, { 'X-Vili-Preview': TOKEN }, 'POST')).to.include({ status: 405 });
        const socket = new WebSocket(`ws://127.0.0.1:${world.port}/items/1`, {
          headers: { 'X-Vili-Preview': TOKEN },
        });
        const refusal = await new Promise<number>((resolve, reject) => {
          socket.on('error', reject);
          socket.on('open', () => reject(new Error('it was let in')));
          socket.on('unexpected-response', (request, response) => {
            resolve(response.statusCode ?? 0);
            request.destroy();
          });
        });
        expect(refusal).to.equal(403);
        const { traffic, preview, verdict, users } = await daemon.until(
          'all is counted',
          ({ traffic: { received, inFlight }, preview: seen }) =>
            received === 23 && inFlight === 0 && seen?.served === 20 && seen.refused === 3,
        );
        expect(preview).to.deep.equal({ served: 20, refused: 3, failed: 0 });
        expect(traffic).to.include({ received: 23, mirrored: 0 });
        expect(traffic.skipped).to.include({ preview: 23 });
        expect(verdict).to.include({ pairs: 0 });
        expect(users.failures).to.deep.equal([]);
        const { stdout } = await world.vili('status');
        expect(stdout).to.match(/^ {2}preview {2}20 served, 3 refused$/m);
        // Everybody else is served by running, whatever they guess.
        const usual = { status: 200, version: '1.0.0', cache: null };
        expect(await ask(world, { 'X-Vili-Preview': 'wrong-sesame' })).to.deep.equal(usual);
        expect(await ask(world, {})).to.deep.equal(usual);
        expect((await world.vili('reject', '--yes', '--reason', 'seen')).code).to.equal(0);
        await daemon.recorded('rejected', 'shop-1.0.1');
        await daemon.until('nothing is under test', ({ testing }) => testing === null);
        expect(await ask(world, { 'X-Vili-Preview': TOKEN })).to.include({ status: 503 });
      });
    });
  });
}
