import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { IdleTimer } from '../../../../lib/proxy/io/idle-timer.ts';
import { withConnection } from '../../../support/connection-pair.ts';

/** More than the system keeps on its way. */
const LARGE_BYTES = 24_000_000;
/** Both for a timer that is early and a machine that is busy. */
const EARLY_MS = 10;
const LATE_MS = 400;

/** When it has been quiet for so long on the watched socket, ms from now. */
function silence(socket: Socket, smallestMs: number, limitMs: number): Promise<number> {
  const sinceMs = performance.now();
  return new Promise((resolve) => {
    const quiet: IdleTimer = new IdleTimer(() => {
      if (!quiet.reached(limitMs)) return;
      quiet.stop();
      resolve(performance.now() - sinceMs);
    });
    quiet.watch(socket, smallestMs);
  });
}

/** Reads a little every few ms, until `enough` has come. */
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

describe('quiet time', () => {
  it('is told when it has lasted for the limit, and not much later', () =>
    withConnection(async (ours) => {
      ours.resume();
      expect(await silence(ours, 80, 80)).to.be.within(80 - EARLY_MS, 80 + LATE_MS);
    }));

  it('is told for a limit that is longer than the smallest', () =>
    withConnection(async (ours) => {
      ours.resume();
      expect(await silence(ours, 40, 200)).to.be.within(200 - EARLY_MS, 200 + LATE_MS);
    }));

  it('begins anew with everything that comes or goes', () =>
    withConnection(async (ours, client) => {
      let [lastMs, times] = [0, 0];
      ours.resume();
      client.resume();
      const sinceMs = performance.now();
      const quiet = silence(ours, 160, 160);
      await new Promise<void>((resolve) => {
        const timer = setInterval(() => {
          lastMs = performance.now() - sinceMs;
          (times % 2 === 0 ? ours : client).write('x');
          if (++times < 20) return;
          clearInterval(timer);
          resolve();
        }, 20);
      });
      expect(await quiet).to.be.within(lastMs + 160 - EARLY_MS, lastMs + 160 + LATE_MS);
    }));

  for (const smallestMs of [500, 100]) {
    it(`is not that of a client that takes one large write bit by bit, looked at every ${smallestMs} ms`, () =>
      withConnection(async (ours, client) => {
        let isQuiet = false;
        ours.write(Buffer.alloc(LARGE_BYTES));
        const quiet = silence(ours, smallestMs, 500).then((ms) => {
          isQuiet = true;
          return ms;
        });
        await readSlowly(client, LARGE_BYTES / 2);
        expect(isQuiet).to.equal(false);
        expect(ours.writableLength).to.be.greaterThan(0);
        expect(await quiet).to.be.greaterThan(500);
      }));
  }

  it('begins when a write is through, whenever that was', () =>
    withConnection(async (ours, client) => {
      const sinceMs = performance.now();
      let throughMs = 0;
      ours.write(Buffer.alloc(LARGE_BYTES), () => {
        throughMs = performance.now() - sinceMs;
      });
      const quiet = silence(ours, 800, 800);
      setTimeout(() => client.resume(), 150);
      // Its client works in this process too, and holds up its clock.
      expect(await quiet).to.be.within(throughMs + 750, throughMs + 800 + LATE_MS);
      expect(throughMs).to.be.greaterThan(100);
    }));

  it('is told of a client that takes nothing at all', () =>
    withConnection(async (ours) => {
      ours.write(Buffer.alloc(LARGE_BYTES));
      // The socket's own timer lets its first time pass when a part went out at once.
      expect(await silence(ours, 100, 300)).to.be.within(300 - EARLY_MS, 400 + LATE_MS);
    }));

  it('leaves a timer alone that somebody else has set for a write that does not get through', () =>
    withConnection(async (ours) => {
      ours.write(Buffer.alloc(LARGE_BYTES));
      ours.setTimeout(5000);
      await silence(ours, 80, 160);
      expect(ours.timeout).to.equal(5000);
    }));

  it('is not told of a connection that is not watched any more', () =>
    withConnection(async (ours) => {
      let told = 0;
      ours.resume();
      const quiet = new IdleTimer(() => told++);
      quiet.watch(ours, 20);
      quiet.stop();
      ours.setTimeout(60);
      await once(ours, 'timeout');
      expect(told).to.equal(0);
    }));
});
