import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { MirrorSettings } from '../../../../lib/mirror/settings.ts';
import type { FailureKind } from '../../../../lib/model/exchange.ts';
import { DEFAULT_MIRROR_SETTINGS } from '../../../support/default-settings.ts';
import {
  answerOk,
  refusingTarget,
  withHttp,
  withMirror,
  withTcp,
} from '../../../support/mirror-kit.ts';

const COPIES = 12;
const settings: Partial<MirrorSettings> = {
  timeoutMs: 5000,
  compare: { ...DEFAULT_MIRROR_SETTINGS.compare, controlShare: 0 },
};

const FAULTS: { name: string; failure: FailureKind; handle: (socket: Socket) => void }[] = [
  { name: 'hangs', failure: 'timeout', handle: () => undefined },
  { name: 'closes at once', failure: 'closed', handle: (socket) => socket.end() },
  { name: 'resets', failure: 'reset', handle: onRequest((socket) => socket.resetAndDestroy()) },
  {
    name: 'answers garbage',
    failure: 'malformed',
    handle: onRequest((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
  },
  {
    name: 'names two lengths',
    failure: 'malformed',
    handle: onRequest((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'),
    ),
  },
  {
    name: 'breaks off in the middle of a body',
    failure: 'closed',
    handle: onRequest((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')),
  },
  {
    name: 'breaks off in the middle of a chunk',
    failure: 'closed',
    handle: onRequest((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nhalf'),
    ),
  },
  {
    name: 'sends a head without end',
    failure: 'malformed',
    handle: onRequest((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(100_000)}\r\n\r\n`),
    ),
  },
  {
    name: 'sends a byte at a time, for ever',
    failure: 'timeout',
    handle: onRequest((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    }),
  },
];

const answerSlowly: typeof answerOk = (request, response) => {
  setTimeout(() => answerOk(request, response), 30);
};

describe('far side with a testing that', () => {
  for (const { name, failure, handle } of FAULTS) {
    it(`${name} yields evidence: ${failure}`, async () => {
      // Only where time is the point may a busy machine run out of it.
      const timeoutMs = failure === 'timeout' ? 200 : 5000;
      await withTcp(handle, (testing) =>
        withMirror(
          { ...settings, timeoutMs },
          async ({ far, offer, settled, outcomes, offered, accounted }) => {
            far.begin({ id: 't', testing, running: testing });
            for (let index = 0; index < COPIES; index++) offer();
            await settled();
            expect(far.counts()).to.deep.equal({
              mirrored: 0,
              dropped: {},
              failed: { [failure]: COPIES },
              inFlight: 0,
            });
            for (const { testing } of outcomes) expect(testing).to.include({ status: 0, failure });
            expect(outcomes).to.have.length(COPIES);
            expect(accounted()).to.equal(offered());
          },
        ),
      );
    });
  }

  it('refuses yields evidence, and is probed while the breaker is open', async () => {
    const testing = await refusingTarget();
    const breaker = { failures: 16, backoff: { minMs: 30, maxMs: 60 } };
    await withMirror({ ...settings, breaker }, async (kit) => {
      const { far, offer, outcomes, offered, accounted } = kit;
      far.begin({ id: 't', testing, running: testing });
      // Offered steadily, as users would: after the first failures only probes are sent.
      const timer = setInterval(offer, 2);
      await kit.until(() => outcomes.length >= 20);
      clearInterval(timer);
      await kit.settled();
      const { failed, dropped, mirrored } = far.counts();
      expect(mirrored).to.equal(0);
      expect(failed['refused']).to.equal(outcomes.length);
      expect(dropped['breaker']).to.be.greaterThan(0);
      expect(accounted()).to.equal(offered());
    });
  });

  it('comes back is mirrored to again', async () => {
    let isBroken = true;
    const listener: typeof answerOk = (request, response) => {
      if (isBroken) request.socket.destroy();
      else answerOk(request, response);
    };
    const breaker = { failures: 4, backoff: { minMs: 20, maxMs: 40 } };
    await withHttp(listener, (testing) =>
      withMirror({ ...settings, breaker }, async (kit) => {
        kit.far.begin({ id: 't', testing, running: testing });
        const timer = setInterval(() => kit.offer(), 2);
        await kit.until(() => (kit.dropped['breaker'] ?? 0) > 0);
        isBroken = false;
        await kit.until(() => kit.far.counts().mirrored > 50);
        clearInterval(timer);
        await kit.settled();
        expect(kit.accounted()).to.equal(kit.offered());
      }),
    );
  });

  it('answers 2 GB is cut: a body too large, and no failure', async () => {
    const chunk = Buffer.alloc(65_536, 'x');
    let sentBytes = 0;
    const flood = (socket: Socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${2 ** 31}\r\n\r\n`);
      const more = () => {
        while (!socket.destroyed && socket.write(chunk)) sentBytes += chunk.length;
      };
      socket.on('drain', more);
      more();
    };
    await withTcp(onRequest(flood), (testing) =>
      withMirror(settings, async ({ far, offer, settled, outcomes }) => {
        far.begin({ id: 't', testing, running: testing });
        for (let index = 0; index < 4; index++) offer();
        await settled();
        expect(far.counts()).to.deep.include({ mirrored: 4, failed: {}, dropped: {} });
        for (const outcome of outcomes) {
          const body = outcome.differences.find(({ kind }) => kind === 'body');
          expect(body?.testing).to.match(/^2147483648 bytes or more, too large$/);
        }
      }),
    );
    expect(sentBytes).to.be.lessThan(40 * 2 ** 20);
  });

  it('is slow fills the queue, then copies are shed and counted', async () => {
    await withHttp(answerSlowly, (testing) =>
      withMirror({ ...settings, concurrency: 2, queue: 5 }, async (kit) => {
        kit.far.begin({ id: 't', testing, running: testing });
        for (let index = 0; index < 50; index++) kit.offer();
        await kit.settled();
        expect(kit.far.counts().mirrored).to.equal(7);
        expect(kit.far.counts().dropped).to.deep.equal({ 'queue-full': 43 });
        await kit.until(() => kit.dropped['queue-full'] === 43);
        expect(kit.outcomes).to.have.length(7);
      }),
    );
  });

  it('is slow holds only so many bytes, and nothing waits for ever', async () => {
    await withHttp(answerSlowly, (testing) =>
      withMirror({ ...settings, queueBytes: 30_000 }, async (kit) => {
        kit.far.begin({ id: 't', testing, running: testing });
        for (let index = 0; index < 40; index++) {
          kit.offer({ responseBody: Buffer.alloc(index === 9 ? 20_000 : 2000, ' ') });
        }
        await kit.settled();
        const { mirrored, dropped, failed } = kit.far.counts();
        expect(mirrored).to.be.within(5, 25);
        expect({ dropped, failed }).to.deep.equal({
          dropped: { 'queue-full': 40 - mirrored },
          failed: {},
        });
      }),
    );
  });

  it('closes idle connections is asked again on a new one', async () => {
    await withTcp(answerThenClose, (testing) =>
      withMirror(settings, async ({ far, offer, settled }) => {
        far.begin({ id: 't', testing, running: testing });
        for (let index = 0; index < 5; index++) {
          offer();
          await settled();
        }
        expect(far.counts()).to.deep.include({ mirrored: 5, failed: {} });
      }),
    );
  });
});

describe('far side with a request that', () => {
  it('its client cannot send counts it as dropped, not against testing', async () => {
    await withHttp(answerOk, (testing) =>
      withMirror(settings, async ({ far, offer, settled }) => {
        far.begin({ id: 't', testing, running: testing });
        offer({ method: 'OPTIONS', path: '*' });
        await settled();
        expect(far.counts()).to.deep.include({ failed: {}, dropped: { unsendable: 1 } });
      }),
    );
  });

  it('is larger than a batch travels alone, and one larger than the queue is dropped', async () => {
    let received = 0;
    await withHttp(
      (request, response) => {
        request.on('data', (chunk: Buffer) => {
          received += chunk.length;
        });
        request.on('end', () => answerOk(request, response));
      },
      (testing) =>
        withMirror({ ...settings, batchBytes: 4096, queueBytes: 100_000 }, async (kit) => {
          kit.far.begin({ id: 't', testing, running: testing });
          kit.offer({ method: 'POST', body: Buffer.alloc(50_000, 'a') });
          kit.offer({ method: 'POST', body: Buffer.alloc(200_000, 'a') });
          await kit.settled();
          const { mirrored, dropped } = kit.far.counts();
          expect({ mirrored, dropped }).to.deep.equal({
            mirrored: 1,
            dropped: { 'too-large': 1 },
          });
        }),
    );
    expect(received).to.equal(50_000);
  });
});

function onRequest(answer: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', () => answer(socket));
  };
}

/** Answers the first request of a connection, and breaks it when the second comes. */
function answerThenClose(socket: Socket): void {
  socket.once('data', () => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    socket.once('data', () => socket.destroy());
  });
}
