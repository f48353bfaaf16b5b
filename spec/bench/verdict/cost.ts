import type { PairOutcome } from '../../../lib/compare/outcome.ts';
import { Verdict } from '../../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../support/default-settings.ts';
import type { Bar } from './bars.ts';
import { Random } from './random.ts';

const PAIRS = 2_000_000;
const REPORTS = 2000;
const SAMPLE = 4096;
const ENDPOINTS = 50;
const MANY_ENDPOINTS = 500;
const RANDOM_PATHS = 100_000;
const VERDICTS = 20;
const PAIR_MS = 10;
const PAIRS_PER_WINDOW = 1000;
const START_MS = 1_700_000_000_000;

const MAX_PAIR_US = 1.5;
const MAX_ENDPOINT_BYTES = 1500;
/** Users wait meanwhile: a report for each decision, and of a checkpoint, which is put together in turns, one piece. */
const MAX_REPORT_US = 3000;
const MAX_PIECE_US = 500;
const MANY_REPORTS = 200;
const CHECKPOINTS = 50;
/** The endpoints judged one by one, and the one for all others. */
const MAX_ENDPOINTS = DEFAULT_VERDICT_SETTINGS.maxEndpoints + 1;

/**
 * What the verdict costs: processor time per pair with the decision after each, and of a full report;
 * memory per endpoint, which needs `node --expose-gc`.
 */
export function costs(): readonly Bar[] {
  const random = new Random(1);
  const found: Bar[] = [];
  for (const failing of [0, 0.001, 0.05]) {
    const verdict = new Verdict(DEFAULT_VERDICT_SETTINGS, START_MS);
    const pairs = Array.from({ length: SAMPLE }, (_, index) =>
      pairOf(random, index, ENDPOINTS, failing),
    );
    const pairUs = timed(PAIRS, (index) => {
      const atMs = START_MS + index * PAIR_MS;
      if (index % PAIRS_PER_WINDOW === 0) quietWindow(verdict, atMs);
      verdict.pair({ ...(pairs[index % SAMPLE] as PairOutcome), atMs });
      verdict.decision(atMs);
    });
    const reportUs = timed(REPORTS, () => void verdict.decide(START_MS + PAIRS * PAIR_MS));
    const what = `with ${100 * failing} % failures`;
    found.push({ name: `pair and decision, ${what}`, value: pairUs, unit: 'us', max: MAX_PAIR_US });
    found.push({ name: `full report, ${what}`, value: reportUs, unit: 'us', max: null });
  }
  found.push(...costsOfMany(random));
  const bytes = bytesPerEndpoint(random);
  if (bytes !== null) {
    found.push({ name: 'memory per endpoint', value: bytes, unit: 'B', max: MAX_ENDPOINT_BYTES });
  }
  found.push({
    name: `endpoints kept of ${RANDOM_PATHS} random ones`,
    value: endpointsKept(random),
    unit: '',
    max: MAX_ENDPOINTS,
  });
  return found;
}

// Private

/** Where each of as many endpoints as are judged one by one has something that holds the promotion. */
function costsOfMany(random: Random): readonly Bar[] {
  const verdict = new Verdict(DEFAULT_VERDICT_SETTINGS, START_MS);
  const differs = { differs: true, differences: [{ kind: 'missing' as const, path: '$.price' }] };
  for (let index = 0; index < 10 * MANY_ENDPOINTS; index++) {
    const pair = pairOf(random, index, MANY_ENDPOINTS, 0);
    verdict.pair({ ...pair, endpoint: `GET /endpoint-${index % MANY_ENDPOINTS}`, ...differs });
  }
  const atMs = START_MS + 10 * MANY_ENDPOINTS * PAIR_MS;
  const reportUs = timed(MANY_REPORTS, () => void verdict.decide(atMs));
  let pieces = 0;
  const wholeUs = timed(CHECKPOINTS, () => {
    for (const _ of verdict.pieces()) pieces++;
  });
  const pieceUs = (wholeUs * CHECKPOINTS) / pieces;
  const what = `${MANY_ENDPOINTS} endpoints that hold`;
  return [
    { name: `full report, ${what}`, value: reportUs, unit: 'us', max: MAX_REPORT_US },
    { name: `checkpoint, ${what}`, value: wholeUs, unit: 'us', max: null },
    { name: `a piece of it`, value: pieceUs, unit: 'us', max: MAX_PIECE_US },
  ];
}

function pairOf(random: Random, index: number, endpoints: number, failing: number): PairOutcome {
  const failed = random.chance(failing);
  return {
    requestId: 'request',
    atMs: START_MS + index * PAIR_MS,
    endpoint: `GET /endpoint-${Math.floor(random.uniform() * endpoints)}/{id}`,
    running: { status: 200, ms: 20 + 10 * random.uniform(), failure: null },
    testing: { status: failed ? 500 : 200, ms: 20 + 10 * random.uniform(), failure: null },
    differences: [],
    differs: false,
    baseline: null,
  };
}

function timed(count: number, work: (index: number) => void): number {
  const from = process.cpuUsage();
  for (let index = 0; index < count; index++) work(index);
  const { user, system } = process.cpuUsage(from);
  return (user + system) / count;
}

function bytesPerEndpoint(random: Random): number | null {
  const collect = globalThis.gc;
  if (collect === undefined) return null;
  collect();
  const before = process.memoryUsage().heapUsed;
  const verdicts = Array.from({ length: VERDICTS }, () => {
    const verdict = new Verdict(DEFAULT_VERDICT_SETTINGS, START_MS);
    for (let index = 0; index < 20_000; index++) {
      verdict.pair(pairOf(random, index, MANY_ENDPOINTS, 0));
    }
    return verdict;
  });
  collect();
  const held = process.memoryUsage().heapUsed - before;
  return held / verdicts.length / MANY_ENDPOINTS;
}

function endpointsKept(random: Random): number {
  const verdict = new Verdict(DEFAULT_VERDICT_SETTINGS, START_MS);
  for (let index = 0; index < RANDOM_PATHS; index++) {
    verdict.pair({ ...pairOf(random, index, 1, 0), endpoint: `GET /random-${index}` });
  }
  const { evidence } = verdict.checkpoint() as {
    evidence: { endpoints: { list: readonly unknown[] } };
  };
  return evidence.endpoints.list.length;
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
