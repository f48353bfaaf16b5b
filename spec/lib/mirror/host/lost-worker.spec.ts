import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import type { Fault } from '../../../../lib/mirror/wire/protocol.ts';
import { DEFAULT_MIRROR_SETTINGS } from '../../../support/default-settings.ts';
import { respondOk, withTest } from '../../../support/mirror-kit.ts';

const settings = {
  stallMs: 500,
  memoryMb: 24,
  restartBackoff: { minMs: 10, maxMs: 100, quietMs: 60_000 },
  compare: { ...DEFAULT_MIRROR_SETTINGS.compare, controlShare: 0 },
};
const FAULTS: { fault: Fault; reason: string; stallMs: number }[] = [
  { fault: 'stall', reason: 'stalled', stallMs: 500 },
  { fault: 'throw', reason: 'crashed', stallMs: 5000 },
  { fault: 'exit', reason: 'exited', stallMs: 5000 },
  // Collecting garbage in vain takes long on a busy machine: not to be taken for a stall.
  { fault: 'memory', reason: 'memory', stallMs: 30_000 },
];

describe('A mirror worker', () => {
  for (const { fault, reason, stallMs } of FAULTS) {
    it(`lost by ${fault} is started again, and every copy is accounted for`, async () => {
      const listener: RequestListener = (request, response) => {
        // The first copies are still open when the worker is lost.
        if (request.url !== '/hang') respondOk(request, response);
      };
      await withTest(listener, { ...settings, stallMs }, async (kit) => {
        const { mirror, events, dropped } = kit;
        kit.offer();
        await kit.until(() => mirror.counts().mirrored === 1);
        for (let index = 0; index < 100; index++) kit.offer({ path: '/hang' });
        mirror.injectFault(fault);
        for (let index = 0; index < 50; index++) kit.offer();
        await kit.until(() => events.some(({ kind }) => kind === 'lost'));
        expect(kit.accounted()).to.equal(kit.offered());
        const lost = events.find((event) => event.kind === 'lost');
        expect(lost).to.include({ testId: 't', reason, lost: 150 });
        await kit.until(() => events.filter(({ kind }) => kind === 'started').length === 2);
        kit.offer();
        await kit.settled();
        expect(mirror.counts()).to.deep.equal({
          mirrored: 2,
          dropped: { 'far-side-lost': 150 },
          failed: {},
          inFlight: 0,
        });
        await kit.until(() => dropped['far-side-lost'] === 150);
        expect(kit.accounted()).to.equal(kit.offered());
      });
    });
  }

  it('starts from what its predecessor learned of noise, also before Vili restarted', async () => {
    let responses = 0;
    const changing: RequestListener = (_, response) => {
      response.setHeader('Content-Type', 'application/json');
      response.end(`{"ok":true,"at":${++responses}}`);
    };
    const compare = { ...settings.compare, values: 'block' as const };
    const exchange = { responseBody: Buffer.from('{"ok":true,"at":0}') };
    let noise: string | null = null;
    const learning = { ...settings, compare: { ...compare, controlShare: 1 } };
    await withTest(changing, learning, async ({ offer, until, reported }) => {
      offer(exchange);
      await until(() => reported.noise !== null);
      ({ noise } = reported);
    });
    await withTest(changing, { ...settings, compare }, async (kit) => {
      const { mirror, outcomes, events } = kit;
      mirror.restoreNoise('another', noise ?? '');
      kit.offer(exchange);
      await kit.until(() => outcomes.length === 1);
      mirror.restoreNoise('t', noise ?? '');
      kit.offer(exchange);
      await kit.until(() => outcomes.length === 2);
      mirror.injectFault('exit');
      await kit.until(() => events.filter(({ kind }) => kind === 'started').length === 2);
      kit.offer(exchange);
      await kit.until(() => outcomes.length === 3);
      expect(outcomes.map(({ differs }) => differs)).to.deep.equal([true, false, false]);
    });
  });

  it('that stalls while the test ends does not keep it from ending', async () => {
    await withTest(respondOk, settings, async (kit) => {
      kit.offer();
      await kit.settled();
      kit.mirror.injectFault('stall');
      kit.offer();
      await kit.mirror.end();
      expect(kit.mirror.counts()).to.deep.include({ mirrored: 1, inFlight: 0 });
      expect(kit.accounted()).to.equal(kit.offered());
    });
  });

  it('is not taken for stalled because the main thread was busy', async () => {
    await withTest(respondOk, { ...settings, stallMs: 1000 }, async (kit) => {
      kit.offer();
      await kit.settled();
      const untilMs = Date.now() + 1300;
      while (Date.now() < untilMs) Math.sqrt(2);
      kit.offer();
      await kit.settled();
      expect(kit.events.map(({ kind }) => kind)).to.deep.equal(['started']);
    });
  });

  it('lost again and again waits longer each time, and copies meanwhile are dropped', async () => {
    await withTest(respondOk, { ...settings, stallMs: 5000 }, async (kit) => {
      const waits = () =>
        kit.events.flatMap((event) => (event.kind === 'lost' ? [event.restartInMs] : []));
      for (let losses = 1; losses <= 5; losses++) {
        kit.mirror.injectFault('throw');
        await kit.until(() => waits().length === losses);
        kit.offer();
        await kit.until(() => kit.events.at(-1)?.kind === 'started');
      }
      expect(waits()).to.deep.equal([10, 20, 40, 80, 100]);
      expect(kit.mirror.counts().dropped).to.deep.equal({ 'far-side-lost': 5 });
    });
  });
});
