import {
  mirrorSettings,
  mirrorToken,
  proxySettings,
  verdictSettings,
} from '../../../actors/app/settings/traffic.ts';
import { loadSettings } from '../../../config/load.ts';
import { createEndpoints } from '../../../lib/compare/endpoint/endpoints.ts';
import { COMPARE_LIMITS } from '../../../lib/compare/settings.ts';
import { Evaluation } from '../../../lib/evaluation/evaluation.ts';
import { RunningMemory } from '../../../lib/evaluation/running-memory.ts';
import { createMirror } from '../../../lib/mirror/mirror.ts';
import { createProxy } from '../../../lib/proxy/proxy.ts';
import { prepareRuntime } from '../../../lib/runtime/v8.ts';
import { ThreadWatch } from '../mirror/thread-watch.ts';
import type { FromVili, ToVili } from './vili.ts';

const DECIDE_MS = 250;
const RELEASE = { name: 'bench-2.0.0', fingerprint: '0', sinceMs: 0 };
const NO_START_UP = { errors: 0, example: undefined, lines: 1 };

/**
 * The users' path as the daemon builds it, with default settings, the mirror and the evidence, in a process of
 * its own: `vili-child.js BASE RUNNING_PORT`.
 */
prepareRuntime();
const [base = '.', runningPort = '0'] = process.argv.slice(2);
const { settings } = loadSettings({
  base,
  flags: { port: '8080', identifier: 'bench' },
  environment: {},
});
const startedAtMs = performance.timeOrigin;
const now = (): number => startedAtMs + performance.now();
const token = mirrorToken();
const memory = new RunningMemory();
const endpoints = createEndpoints({ routes: [], maxEndpoints: COMPARE_LIMITS.maxEndpoints });
const verdict = verdictSettings(settings);
const compared = new Set<string>();
let evaluation: Evaluation | null = null;
let mirrored: number | null = null;
let watch: ThreadWatch | null = null;
const mirror = createMirror(mirrorSettings(settings, token), {
  now,
  endpoints,
  onOutcomes: (batch) => {
    evaluation?.pairs(batch.outcomes);
    evaluation?.ignored(batch.ignored);
    for (const { endpoint } of batch.outcomes) compared.add(endpoint);
  },
  onEvent: () => {},
});
const proxy = createProxy(
  proxySettings({ ...settings, host: '127.0.0.1', port: 0 }, '', token),
  mirror.sink,
  { now, onProblem: (text) => process.stderr.write(`${text}\n`) },
);
proxy.onTraffic((batch) => {
  memory.responded(
    batch.map((it) => {
      const {
        endpointMethod: method,
        path,
        operation,
        kind,
        bytes,
        status,
        ms,
        failure,
        atMs,
      } = it;
      const endpoint = endpoints.learn({ method, path, operation }, { status, kind, bytes, ms });
      return { endpoint, response: { status, ms, failure }, atMs };
    }),
  );
});
const running = { instance: 'running', host: '127.0.0.1', port: Number(runningPort) };
setInterval(() => evaluation?.decide(now()), DECIDE_MS);
process.on('message', (message: ToVili) => void handle(message));
process.on('disconnect', () => process.exit(0));
const { port } = await proxy.listen();
proxy.setRoute({ running, mirroring: false });
reply({ port });

// Private

async function handle(message: ToVili): Promise<void> {
  if (message.type === 'counts') return reply(snapshot());
  if (message.type === 'threads') {
    watch ??= new ThreadWatch();
    return reply({ threads: await watch.report() });
  }
  if (message.type === 'pause') {
    proxy.setRoute({ running, mirroring: false });
    return reply({});
  }
  const { testingPort } = message;
  proxy.setRoute({ running, mirroring: testingPort !== null });
  if (testingPort === null) await mirror.end();
  else if (testingPort !== mirrored) {
    evaluation = Evaluation.begin(RELEASE, { verdict, nowMs: now() }, memory, NO_START_UP);
    const testing = { instance: 'testing', host: '127.0.0.1', port: testingPort };
    mirror.begin({ id: RELEASE.name, testing, running });
  }
  mirrored = testingPort;
  reply({});
}

function snapshot(): FromVili {
  const { received } = proxy.counts();
  const { mirrored, dropped, failed, inFlight } = mirror.counts();
  const sums = { dropped: sum(dropped), failed: sum(failed) };
  return { counts: { received, mirrored, ...sums, inFlight, endpoints: compared.size } };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function reply(message: FromVili): void {
  process.send?.(message);
}
