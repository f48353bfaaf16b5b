import { once } from 'node:events';
import type { Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect } from 'chai';
import { IdleTimer } from '../../../../lib/proxy/io/idle-timer.ts';
import { withConnection } from '../../../support/connection-pair.ts';

/** More than the system buffers. */
const LARGE_BYTES = 24_000_000;
/** Tolerances for an early timer and for a busy machine. */
const EARLY_MS = 10;
const LATE_MS = 400;
const NANOSECONDS_PER_MS = 1_000_000;

/** Resolves once the watched socket has been idle for `limitMs`, with the ms until then. */
function idleness(socket: Socket, smallestMs: number, limitMs: number): Promise<number> {
  const sinceMs = performance.now();
  return new Promise((resolve) => {
    const timer: IdleTimer = new IdleTimer(() => {
      if (!timer.reached(limitMs)) return;
      timer.stop();
      resolve(performance.now() - sinceMs);
    });
    timer.watch(socket, smallestMs);
  });
}

/** Reads a little every few ms, until `enough` bytes have arrived. */
async function readSlowly(client: Socket, enough: number): Promise<void> {
  let bytes = 0;
  let since = 0;
  await new Promise<void>((resolve) => {
    client.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      since += chunk.length;
      if (bytes >= enough) resolve();
      if (since < 500_000) return;
      since = 0;
      client.pause();
      setTimeout(() => client.resume(), 50);
    });
  });
  client.removeAllListeners('data').pause();
}

describe('idleness of a connection', () => {
  it('is reported when it reaches the limit, and not much later', () =>
    withConnection(async (ours) => {
      ours.resume();
      expect(await idleness(ours, 80, 80)).to.be.within(80 - EARLY_MS, 80 + LATE_MS);
    }));

  it('is reported for a limit longer than the smallest', () =>
    withConnection(async (ours) => {
      ours.resume();
      expect(await idleness(ours, 40, 200)).to.be.within(200 - EARLY_MS, 200 + LATE_MS);
    }));

  it('starts over with everything received or sent', () =>
    withConnection(async (ours, client) => {
      let [lastMs, times] = [0, 0];
      ours.resume();
      client.resume();
      const sinceMs = performance.now();
      const idle = idleness(ours, 160, 160);
      await new Promise<void>((resolve) => {
        const timer = setInterval(() => {
          lastMs = performance.now() - sinceMs;
          (times % 2 === 0 ? ours : client).write('x');
          if (++times < 20) return;
          clearInterval(timer);
          resolve();
        }, 20);
      });
      expect(await idle).to.be.within(lastMs + 160 - EARLY_MS, lastMs + 160 + LATE_MS);
    }));

  for (const smallestMs of [500, 100]) {
    it(`is not reported while a client slowly takes one large write, with a smallest limit of ${smallestMs} ms`, () =>
      withConnection(async (ours, client) => {
        let isIdle = false;
        ours.write(Buffer.alloc(LARGE_BYTES));
        const idle = idleness(ours, smallestMs, 500).then((ms) => {
          isIdle = true;
          return ms;
        });
        await readSlowly(client, LARGE_BYTES / 2);
        expect(isIdle).to.equal(false);
        expect(ours.writableLength).to.be.greaterThan(0);
        expect(await idle).to.be.greaterThan(500);
      }));
  }

  it('begins when a write is through, whenever that is', () =>
    withConnection(async (ours, client) => {
      const turns = monitorEventLoopDelay({ resolution: 1 });
      turns.enable();
      const sinceMs = performance.now();
      let throughMs = 0;
      ours.write(Buffer.alloc(LARGE_BYTES), () => {
        throughMs = performance.now() - sinceMs;
      });
      const idle = idleness(ours, 800, 800);
      setTimeout(() => client.resume(), 150);
      const idleMs = await idle;
      // The client runs in this process too: timers start at the beginning of a turn, however long it is; the socket's own
      // timer is followed by a poll.
      const earliestMs = throughMs + 800 - 2 * (EARLY_MS + turns.max / NANOSECONDS_PER_MS);
      expect(idleMs).to.be.within(earliestMs, throughMs + 800 + LATE_MS);
      turns.disable();
      expect(throughMs).to.be.greaterThan(100);
    }));

  it('is reported for a client that takes nothing at all', () =>
    withConnection(async (ours) => {
      ours.write(Buffer.alloc(LARGE_BYTES));
      // The socket's own timer restarts once when a part was sent at once.
      expect(await idleness(ours, 100, 300)).to.be.within(300 - EARLY_MS, 400 + LATE_MS);
    }));

  it('leaves alone a socket timer that other code has set for a blocked write', () =>
    withConnection(async (ours) => {
      ours.write(Buffer.alloc(LARGE_BYTES));
      ours.setTimeout(5000);
      await idleness(ours, 80, 160);
      expect(ours.timeout).to.equal(5000);
    }));

  it('is not reported for a connection that is no longer watched', () =>
    withConnection(async (ours) => {
      let reports = 0;
      ours.resume();
      const timer = new IdleTimer(() => reports++);
      timer.watch(ours, 20);
      timer.stop();
      ours.setTimeout(60);
      await once(ours, 'timeout');
      expect(reports).to.equal(0);
    }));
});
