import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { threadTime } from '../../lib/runtime/thread-time.ts';
import { Places } from '../../lib/proxy/upstream/places.ts';
import { type Pace, SlowClients } from '../../lib/proxy/upstream/slow-clients.ts';
import { WaitingJobs } from '../../lib/proxy/upstream/waiting-jobs.ts';
import { makeCertificate } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { RawClient, Upstream, withProxy } from '../support/proxy-fixture.ts';
import { standStill } from '../support/standstill.ts';
import { getFrame, openFrames } from '../support/raw-frames.ts';
import { withTempFolder } from '../support/temp-folder.ts';
import { askHttp2, needsOpenssl } from '../support/tls-fixture.ts';

/** More than the system takes for a client that does not read. */
const LARGE = Buffer.alloc(16_000_000, 'x');
/** More than an HTTP/2 stream takes. */
const MEDIUM = LARGE.subarray(0, 300_000);
const CLOSE = 'Connection: close\r\n\r\n';

/** A running with something large, and something small. */
function twoSizes(): Promise<Upstream> {
  return Upstream.http((request, response) => {
    const { url } = request;
    response.end(url === '/large' ? LARGE : url === '/medium' ? MEDIUM : 'small');
  });
}

/** A client at `localAddress` that asks for something large and reads nothing of it. */
function silentReader(port: number, localAddress: string): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.on('error', () => {});
  socket.pause();
  socket.write(`GET /large HTTP/1.1\r\nHost: a\r\n${CLOSE}`);
  return socket;
}

function askFrom(port: number, localAddress: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  return new RawClient(socket).send(`GET /small HTTP/1.1\r\nHost: a\r\n${CLOSE}`).toEnd();
}

describe('connections to running', () => {
  it('are left for others by HTTP/2 clients with closed windows', async function () {
    needsOpenssl.call(this);
    this.timeout(30_000);
    await withTempFolder(async (folder) => {
      const certificate = makeCertificate(folder, 'first');
      await withProxy(
        await twoSizes(),
        async ({ port, proxy }) => {
          const greedy = await Promise.all(Array.from({ length: 5 }, () => openFrames(port, 0)));
          for (const socket of greedy) {
            for (let stream = 1; stream < 500; stream += 2)
              socket.write(getFrame(stream, '/medium'));
          }
          await eventually('all is asked', () => proxy.counts().received >= 1250);
          const session = connectHttp2(`https://localhost:${port}`, { ca: certificate.cert });
          try {
            for (let asked = 0; asked < 20; asked++) {
              const { headers, body } = await askHttp2(session, { ':path': '/small' });
              expect([headers[':status'], String(body)]).to.deep.equal([200, 'small']);
            }
          } finally {
            session.destroy();
            for (const socket of greedy) socket.destroy();
          }
        },
        { upstream: { maxConnections: 512 }, tls: { ...certificate, reloadMs: 60_000 } },
      );
    });
  });

  it('are left for clients at other addresses, and soon for all, by clients that do not read', async function () {
    this.timeout(40_000);
    await withProxy(
      await twoSizes(),
      async ({ port, proxy }) => {
        const silent = Array.from({ length: 20 }, () => silentReader(port, '127.0.0.2'));
        await eventually('all have asked', () => proxy.inFlight() >= 20);
        for (let asked = 0; asked < 8; asked++) {
          expect(await askFrom(port, '127.0.0.3')).to.match(/small$/);
        }
        // Those that wait at the same address get a place as soon as the slowest has lost it.
        let got = '';
        for (let tries = 0; tries < 20 && !got.endsWith('small'); tries++) {
          got = await askFrom(port, '127.0.0.2');
        }
        expect(got).to.match(/small$/);
        expect(proxy.counts().errors['client-timeout']).to.be.above(0);
        for (const socket of silent) socket.destroy();
      },
      { upstream: { maxConnections: 16 } },
    );
  });

  it("are everybody's who asks while they are not scarce", () => {
    const places = new Places(100);
    const one = { address: 'a', places: 0 };
    let taken = 0;
    for (; taken < 50 && places.mayTake(one); taken++) places.take(one);
    expect(taken).to.equal(50);
    expect(places.mayTake(one)).to.equal(false);
    const others = Array.from({ length: 60 }, () => ({ address: 'a', places: 0 }));
    const served = others.filter((other) => {
      if (!places.mayTake(other)) return false;
      places.take(other);
      return true;
    });
    expect(served).to.have.length(38);
    expect(places.excess).to.equal(0);
    const elsewhere = { address: 'b', places: 0 };
    for (let more = 0; more < 8; more++) {
      expect(places.mayTake(elsewhere)).to.equal(true);
      places.take(elsewhere);
    }
    expect([places.mayTake(elsewhere), places.excess]).to.deep.equal([false, 8]);
    for (let more = 0; more < 8; more++) places.giveBack(elsewhere);
    for (let more = 0; more < 50; more++) places.giveBack(one);
    expect([places.mayTake(one), one.places, elsewhere.places]).to.deep.equal([true, 0, 0]);
  });

  it('are given to those that wait in turns, however many requests of one of them wait', () => {
    const waiting = new WaitingJobs<{
      name: string;
      consumer: { address: string; places: number };
      noConnection(): void;
    }>(60_000);
    const [greedy, modest] = [
      { address: 'a', places: 0 },
      { address: 'b', places: 0 },
    ];
    const job = (name: string, consumer: typeof greedy) => ({
      name,
      consumer,
      noConnection: () => {},
    });
    const jobs = [
      ...Array.from({ length: 500 }, (_, at) => job(`greedy ${at}`, greedy)),
      job('modest', modest),
    ];
    for (const one of jobs) waiting.add(one);
    expect(waiting.take(() => true)?.name).to.equal('greedy 0');
    expect(waiting.take(() => true)?.name).to.equal('modest');
    expect(waiting.take((consumer) => consumer === modest)).to.equal(undefined);
    for (const one of jobs) waiting.remove(one);
    expect(waiting.size).to.equal(0);
  });

  it('are taken from slow clients only while they are scarce, the slowest first', async () => {
    const cut: string[] = [];
    const slow = (name: string, pace: Pace | null) => ({
      pace: () => pace,
      cutSlow: () => cut.push(name),
    });
    const jobs = [
      slow('fast', null),
      slow('a little slow', { ms: 900, bytes: 0 }),
      slow('slow', { ms: 2000, bytes: 10_000 }),
      slow('slower', { ms: 5000, bytes: 10_000 }),
      slow('on a thin line', { ms: 5000, bytes: 200_000 }),
    ];
    let excess = 0;
    const clients = new SlowClients(
      () => jobs,
      () => excess,
    );
    clients.watch();
    excess = 1;
    clients.watch();
    await eventually('one is cut', () => cut.length > 0);
    excess = 9;
    await eventually('two more are cut', () => cut.length >= 3);
    excess = 0;
    expect(cut).to.deep.equal(['slower', 'slower', 'slow']);
  });

  it('are not taken from clients for time in which Vili itself stood still', async () => {
    const startedMs = threadTime.now();
    const cutAfterMs = await new Promise<number>((resolve) => {
      const client = {
        pace: (nowMs: number): Pace => ({ ms: nowMs - startedMs, bytes: 0 }),
        cutSlow: () => resolve(threadTime.now() - startedMs),
      };
      const clients = new SlowClients(
        () => [client],
        () => 1,
      );
      clients.watch();
      standStill(3000);
    });
    expect(cutAfterMs).to.be.above(900);
  });
});
