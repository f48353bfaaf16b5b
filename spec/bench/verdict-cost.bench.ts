import type { PairOutcome } from '../../lib/compare/outcome.ts';
import { defaultVerdictSettings } from '../../lib/verdict/settings.ts';
import { Verdict } from '../../lib/verdict/verdict.ts';
import { Random } from './verdict/random.ts';

/**
 * What the verdict costs: processor time per pair with the decision after each, of a full report, memory
 * per endpoint. Run as `npx tsc -b && node --expose-gc dist/spec/bench/verdict-cost.bench.js`.
 */
const PAIRS = 2_000_000;
const REPORTS = 2000;
const ENDPOINTS = 50;
const MANY_ENDPOINTS = 500;
const VERDICTS = 20;
const START_MS = 1_700_000_000_000;

const random = new Random(1);
const names = Array.from({ length: MANY_ENDPOINTS }, (_, index) => `GET /endpoint-${index}/{id}`);

function pair(index: number, endpoints: number, failing: number): PairOutcome {
  const failed = random.chance(failing);
  return {
    requestId: 'request',
    atMs: START_MS + index * 10,
    endpoint: names[Math.floor(random.uniform() * endpoints)] ?? '',
    running: { status: 200, ms: 20 + 10 * random.uniform(), failure: null },
    testing: { status: failed ? 500 : 200, ms: 20 + 10 * random.uniform(), failure: null },
    differences: [],
    differs: false,
    control: null,
  };
}

function timed(name: string, count: number, work: (index: number) => void): void {
  const from = process.cpuUsage();
  for (let index = 0; index < count; index++) work(index);
  const { user, system } = process.cpuUsage(from);
  const micros = (user + system) / count;
  process.stdout.write(`${name}: ${micros.toFixed(2)} us\n`);
}

for (const failing of [0, 0.001, 0.05]) {
  const verdict = new Verdict(defaultVerdictSettings, START_MS);
  const sample = Array.from({ length: 4096 }, (_, index) => pair(index, ENDPOINTS, failing));
  timed(`pair and decision, ${100 * failing} % one-sided failures`, PAIRS, (index) => {
    const one = sample[index & 4095] as PairOutcome;
    (one as { atMs: number }).atMs = START_MS + index * 10;
    if (index % 1000 === 0) quietWindow(verdict, one.atMs);
    verdict.pair(one);
    verdict.decision(one.atMs);
  });
  timed('full report', REPORTS, () => void verdict.decide(START_MS + PAIRS * 10));
}

const collect = globalThis.gc;
if (collect !== undefined) {
  collect();
  const before = process.memoryUsage().heapUsed;
  const verdicts = Array.from({ length: VERDICTS }, () => {
    const verdict = new Verdict(defaultVerdictSettings, START_MS);
    for (let index = 0; index < 20_000; index++) verdict.pair(pair(index, MANY_ENDPOINTS, 0));
    return verdict;
  });
  collect();
  const held = process.memoryUsage().heapUsed - before;
  const bytes = held / VERDICTS / MANY_ENDPOINTS;
  const checkpoint = JSON.stringify(verdicts[0]?.checkpoint()).length / MANY_ENDPOINTS;
  process.stdout.write(
    `${bytes.toFixed(0)} bytes per endpoint, ${checkpoint.toFixed(0)} in a checkpoint\n`,
  );
}

function quietWindow(verdict: Verdict, atMs: number): void {
  verdict.logWindow({
    atMs,
    testingErrors: 0,
    runningErrors: 0,
    testingWarnings: 0,
    runningWarnings: 0,
  });
}
