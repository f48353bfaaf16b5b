import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { MirrorSettings } from '../../../../lib/mirror/settings.ts';
import type { FailureKind } from '../../../../lib/model/exchange.ts';
import { DEFAULT_MIRROR_SETTINGS } from '../../../support/default-settings.ts';
import {
  respondOk,
  withHttp,
  withMirror,
  withRefusing,
  withTcpTest,
  withTest,
} from '../../../support/mirror-kit.ts';
import { reset } from '../../../support/reset.ts';

const COPIES = 12;
const settings: Partial<MirrorSettings> = {
  timeoutMs: 5000,
  compare: { ...DEFAULT_MIRROR_SETTINGS.compare, controlShare: 0 },
};

const FAULTS: { name: string; failure: FailureKind; handle: (socket: Socket) => void }[] = [
  { name: 'hangs', failure: 'timeout', handle: () => undefined },
  { name: 'closes at once', failure: 'closed', handle: (socket) => socket.end() },
  { name: 'resets', failure: 'reset', handle: onRequest(reset) },
  {
    name: 'responds with garbage',
    failure: 'malformed',
    handle: onRequest((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
  },
  {
    name: 'sends two lengths',
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
    name: 'sends a head without an end',
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

const respondSlowly: RequestListener = (request, response) => {
  setTimeout(() => respondOk(request, response), 30);
};

describe('A testing', () => {
  for (const { name, failure, handle } of FAULTS) {
    it(`that ${name} yields evidence: ${failure}`, async () => {
      // Only where time is the point may a busy machine run out of it.
      const timeoutMs = failure === 'timeout' ? 200 : 5000;
      await withTcpTest(handle, { ...settings, timeoutMs }, async (kit) => {
        const { mirror, offer, settled, outcomes, offered, accounted } = kit;
        for (let index = 0; index < COPIES; index++) offer();
        await settled();
        expect(mirror.counts()).to.deep.equal({
          mirrored: 0,
          dropped: {},
          failed: { [failure]: COPIES },
          inFlight: 0,
        });
        for (const { testing } of outcomes) expect(testing).to.include({ status: 0, failure });
        expect(outcomes).to.have.length(COPIES);
        expect(accounted()).to.equal(offered());
      });
    });
  }

  it('that refuses connections yields evidence, and is probed while the breaker is open', async () => {
    const breaker = { failures: 16, backoff: { minMs: 30, maxMs: 60 } };
    await withRefusing((testing) =>
      withMirror({ ...settings, breaker, refusedMs: 100 }, async (kit) => {
        const { mirror, begin, offer, outcomes, offered, accounted } = kit;
        begin(testing);
        // Offered steadily, as users would: after the first failures only probes are sent.
        const timer = setInterval(offer, 2);
        await kit.until(() => outcomes.length >= 20);
        clearInterval(timer);
        await kit.settled();
        const { failed, dropped, mirrored } = mirror.counts();
        expect(mirrored).to.equal(0);
        // On a busy host one may be out of time before it is refused.
        const { refused = 0, timeout = 0 } = failed;
        expect(refused + timeout).to.equal(outcomes.length);
        expect(refused).to.be.above(timeout);
        expect(dropped['breaker']).to.be.greaterThan(0);
        expect(accounted()).to.equal(offered());
      }),
    );
  });

  it('that refuses connections since it has ended yields none, however late that is told', async () => {
    await withRefusing((testing) =>
      withMirror({ ...settings, refusedMs: 60_000 }, async (kit) => {
        const { mirror, begin, offer, outcomes, dropped, until } = kit;
        begin(testing);
        // More than the breaker takes.
        for (let index = 0; index < 20; index++) offer();
        await until(() => kit.reported.overdue === 20);
        expect(outcomes).to.deep.equal([]);
        mirror.retarget({ testing: null });
        await until(() => dropped['unsendable'] === 20);
        expect(mirror.counts()).to.deep.include({ mirrored: 0, failed: {}, inFlight: 0 });
        // What comes next is judged by itself.
        await withHttp(respondOk, async (next) => {
          mirror.retarget({ testing: next });
          offer();
          await kit.settled();
          expect(outcomes.map(({ testing: { status } }) => status)).to.deep.equal([200]);
        });
      }),
    );
  });

  it('that comes back is mirrored to again', async () => {
    let isBroken = true;
    const listener: RequestListener = (request, response) => {
      if (isBroken) request.socket.destroy();
      else respondOk(request, response);
    };
    const breaker = { failures: 4, backoff: { minMs: 20, maxMs: 40 } };
    await withTest(listener, { ...settings, breaker }, async (kit) => {
      const timer = setInterval(() => kit.offer(), 2);
      await kit.until(() => (kit.dropped['breaker'] ?? 0) > 0);
      isBroken = false;
      await kit.until(() => kit.mirror.counts().mirrored > 50);
      clearInterval(timer);
      await kit.settled();
      expect(kit.accounted()).to.equal(kit.offered());
    });
  });

  it('that responds with 2 GB is cut: a body too large, not a failure', async () => {
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
    await withTcpTest(onRequest(flood), settings, async ({ mirror, offer, settled, outcomes }) => {
      for (let index = 0; index < 4; index++) offer();
      await settled();
      expect(mirror.counts()).to.deep.include({ mirrored: 4, failed: {}, dropped: {} });
      for (const { differences } of outcomes) {
        const body = differences.find(({ kind }) => kind === 'body');
        expect(body?.testing).to.match(/^2147483648 bytes or more, too large$/);
      }
    });
    expect(sentBytes).to.be.lessThan(40 * 2 ** 20);
  });

  it('that is slow fills the queue, then copies are dropped and counted', async () => {
    const limits = { ...settings, concurrency: 2, queue: 5 };
    await withTest(respondSlowly, limits, async (kit) => {
      for (let index = 0; index < 50; index++) kit.offer();
      await kit.settled();
      expect(kit.mirror.counts().mirrored).to.equal(7);
      expect(kit.mirror.counts().dropped).to.deep.equal({ 'queue-full': 43 });
      await kit.until(() => kit.dropped['queue-full'] === 43);
      expect(kit.outcomes).to.have.length(7);
    });
  });

  it('that is slow holds a bounded number of bytes, and nothing waits for ever', async () => {
    await withTest(respondSlowly, { ...settings, queueBytes: 30_000 }, async (kit) => {
      for (let index = 0; index < 40; index++) {
        kit.offer({ responseBody: Buffer.alloc(index === 9 ? 20_000 : 2000, ' ') });
      }
      await kit.settled();
      const { mirrored, dropped, failed } = kit.mirror.counts();
      expect(mirrored).to.be.within(5, 25);
      expect(dropped).to.deep.equal({ 'queue-full': 40 - mirrored });
      expect(failed).to.deep.equal({});
    });
  });

  it('that closes idle connections gets the request again on a new one', async () => {
    await withTcpTest(respondThenClose, settings, async ({ mirror, offer, settled }) => {
      for (let index = 0; index < 5; index++) {
        offer();
        await settled();
      }
      expect(mirror.counts()).to.deep.include({ mirrored: 5, failed: {} });
    });
  });
});

describe('A request', () => {
  it('that cannot be sent is dropped and does not count against testing', async () => {
    await withTest(respondOk, settings, async ({ mirror, offer, settled }) => {
      offer({ method: 'OPTIONS', path: '*' });
      await settled();
      expect(mirror.counts()).to.deep.include({ failed: {}, dropped: { unsendable: 1 } });
    });
  });

  it('larger than a batch travels alone, and one larger than the queue is dropped', async () => {
    let received = 0;
    const listener: RequestListener = (request, response) => {
      request.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      request.on('end', () => respondOk(request, response));
    };
    const limits = { ...settings, batchBytes: 4096, queueBytes: 100_000 };
    await withTest(listener, limits, async ({ mirror, offer, settled }) => {
      offer({ method: 'POST', body: Buffer.alloc(50_000, 'a') });
      offer({ method: 'POST', body: Buffer.alloc(200_000, 'a') });
      await settled();
      expect(mirror.counts()).to.deep.include({ mirrored: 1, dropped: { 'too-large': 1 } });
    });
    expect(received).to.equal(50_000);
  });
});

// Private

function onRequest(respond: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', () => respond(socket));
  };
}

/** Responds to the first request of a connection, and breaks it when the second comes. */
function respondThenClose(socket: Socket): void {
  socket.once('data', () => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    socket.once('data', () => socket.destroy());
  });
}
