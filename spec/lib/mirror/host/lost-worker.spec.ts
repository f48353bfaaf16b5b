import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect } from 'chai';
import type { Fault } from '../../../../lib/mirror/wire/protocol.ts';
import { DEFAULT_MIRROR_SETTINGS } from '../../../support/default-settings.ts';
import { answerOk, withHttp, withMirror } from '../../../support/mirror-kit.ts';

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

describe('far side whose worker is lost by', () => {
  for (const { fault, reason, stallMs } of FAULTS) {
    it(`${fault}: it is started again, and every copy is accounted for`, async () => {
      await withHttp(
        (request, response) => {
          // The first copies are still open when the worker is lost.
          if (request.url !== '/hang') answerOk(request, response);
        },
        (testing) =>
          withMirror({ ...settings, stallMs }, async (kit) => {
            const { far, events, dropped } = kit;
            far.begin({ id: 't', testing, running: testing });
            kit.offer();
            await kit.until(() => far.counts().mirrored === 1);
            for (let index = 0; index < 100; index++) kit.offer({ path: '/hang' });
            far.injectFault(fault);
            for (let index = 0; index < 50; index++) kit.offer();
            await kit.until(() => events.some(({ kind }) => kind === 'lost'));
            expect(kit.accounted()).to.equal(kit.offered());
            const lost = events.find((event) => event.kind === 'lost');
            expect(lost).to.include({ testId: 't', reason, lost: 150 });
            await kit.until(() => events.filter(({ kind }) => kind === 'started').length === 2);
            kit.offer();
            await kit.settled();
            expect(far.counts()).to.deep.equal({
              mirrored: 2,
              dropped: { 'far-side-lost': 150 },
              failed: {},
              inFlight: 0,
            });
            await kit.until(() => dropped['far-side-lost'] === 150);
            expect(kit.accounted()).to.equal(kit.offered());
          }),
      );
    });
  }

  it('exit: what was learned of noise goes on, also that of before Vili restarted', async () => {
    let answers = 0;
    const changing = (_: IncomingMessage, response: ServerResponse): void => {
      response.setHeader('Content-Type', 'application/json');
      response.end(`{"ok":true,"at":${++answers}}`);
    };
    const compare = { ...settings.compare, values: 'block' as const };
    const exchange = { responseBody: Buffer.from('{"ok":true,"at":0}') };
    await withHttp(changing, async (target) => {
      let noise: string | null = null;
      await withMirror({ ...settings, compare: { ...compare, controlShare: 1 } }, async (kit) => {
        kit.far.begin({ id: 't', testing: target, running: target });
        kit.offer(exchange);
        await kit.until(() => kit.told.noise !== null);
        noise = kit.told.noise;
      });
      await withMirror({ ...settings, compare }, async (kit) => {
        const { far, outcomes, events } = kit;
        far.begin({ id: 't', testing: target, running: target });
        far.restoreNoise('another', noise ?? '');
        kit.offer(exchange);
        await kit.until(() => outcomes.length === 1);
        far.restoreNoise('t', noise ?? '');
        kit.offer(exchange);
        await kit.until(() => outcomes.length === 2);
        far.injectFault('exit');
        await kit.until(() => events.filter(({ kind }) => kind === 'started').length === 2);
        kit.offer(exchange);
        await kit.until(() => outcomes.length === 3);
        expect(outcomes.map(({ differs }) => differs)).to.deep.equal([true, false, false]);
      });
    });
  });

  it('a stall while the test ends: the end does not hang', async () => {
    await withHttp(answerOk, (testing) =>
      withMirror(settings, async (kit) => {
        kit.far.begin({ id: 't', testing, running: testing });
        kit.offer();
        await kit.settled();
        kit.far.injectFault('stall');
        kit.offer();
        await kit.far.end();
        expect(kit.far.counts()).to.deep.include({ mirrored: 1, inFlight: 0 });
        expect(kit.accounted()).to.equal(kit.offered());
      }),
    );
  });

  it('nothing at all is not taken for stalled because the main thread was busy', async () => {
    await withHttp(answerOk, (testing) =>
      withMirror({ ...settings, stallMs: 1000 }, async (kit) => {
        kit.far.begin({ id: 't', testing, running: testing });
        kit.offer();
        await kit.settled();
        const untilMs = Date.now() + 1300;
        while (Date.now() < untilMs) Math.sqrt(2);
        kit.offer();
        await kit.settled();
        expect(kit.events.map(({ kind }) => kind)).to.deep.equal(['started']);
      }),
    );
  });

  it('repeated losses wait longer each time, and copies meanwhile are shed', async () => {
    await withHttp(answerOk, (testing) =>
      withMirror({ ...settings, stallMs: 5000 }, async (kit) => {
        const waits = () =>
          kit.events.flatMap((event) => (event.kind === 'lost' ? [event.restartInMs] : []));
        kit.far.begin({ id: 't', testing, running: testing });
        for (let losses = 1; losses <= 5; losses++) {
          kit.far.injectFault('throw');
          await kit.until(() => waits().length === losses);
          kit.offer();
          await kit.until(() => kit.events.at(-1)?.kind === 'started');
        }
        expect(waits()).to.deep.equal([10, 20, 40, 80, 100]);
        expect(kit.far.counts().dropped).to.deep.equal({ 'far-side-lost': 5 });
      }),
    );
  });
});
