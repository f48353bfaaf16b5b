import { fileURLToPath } from 'node:url';
import { runFixedRate } from '../proxy/fixed-rate.ts';
import { usageOf } from '../proxy/usage.ts';
import { startChild, startVili, type ViliCounts } from '../proxy/vili.ts';
import type { ThreadReport } from './thread-watch.ts';

const SETTLE_STEP_MS = 50;
const SETTLE_MAX_MS = 20_000;

/** The result of one load. */
export interface Measured {
  readonly name: string;
  readonly perSecond: number;
  /** Users without a response, or with another status than 200. */
  readonly failures: number;
  readonly p99Ms: number;
  /** Share of the requests to which testing responded and that were compared. */
  readonly comparedShare: number;
  /** CPU time of the worker thread per pair, us. */
  readonly workerMicros: number;
  readonly endpoints: number;
  /** Workers that ended unasked. */
  readonly lost: number;
  readonly growthBytes: number;
  readonly residentBytes: number;
  readonly threads: ThreadReport;
}

/** Two versions of a service, and Vili in front of them during a test. */
export interface Testbed {
  measure(name: string, path: string, rate: number, seconds: number): Promise<Measured>;
  close(): void;
}

export async function startTestbed(folder: string, options: readonly string[]): Promise<Testbed> {
  const script = fileURLToPath(new URL('./service-child.js', import.meta.url));
  const running = await startChild(script, ['running'], []);
  const testing = await startChild(script, ['testing'], []);
  const probe = new URL('./worker-probe.js', import.meta.url);
  const own = ['--expose-gc', `--import=${probe.href}`];
  const vili = await startVili(folder, running.port, [...own, ...options]);
  const processes = [running.process, testing.process, vili.process];
  const pid = vili.process.pid ?? 0;
  await vili.mirror(testing.port);

  const settled = async (): Promise<ViliCounts> => {
    const deadline = performance.now() + SETTLE_MAX_MS;
    for (;;) {
      const counts = await vili.counts();
      if (counts.inFlight === 0) return counts;
      if (performance.now() > deadline) throw new Error(`${counts.inFlight} copies stay open`);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_STEP_MS));
    }
  };
  return {
    async measure(name, path, rate, seconds) {
      const countsBefore = await settled();
      const before = await vili.threads();
      const users = await runFixedRate(vili.port, rate, seconds, path);
      const counts = await settled();
      const threads = await vili.threads();
      const mirrored = counts.mirrored - countsBefore.mirrored;
      return {
        name,
        perSecond: users.perSecond,
        failures: users.failures,
        p99Ms: users.p99Ms,
        comparedShare: mirrored / (counts.received - countsBefore.received),
        workerMicros: (threads.workerMicros - before.workerMicros) / mirrored,
        endpoints: counts.endpoints,
        lost: Math.max(0, threads.workers - Math.max(1, before.workers)),
        growthBytes: threads.heldBytes - before.heldBytes,
        residentBytes: usageOf(pid).residentBytes,
        threads,
      };
    },
    close() {
      for (const process of processes) process.kill('SIGTERM');
    },
  };
}
