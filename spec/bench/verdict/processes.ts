import { levelsOf, type ProcessUsage } from '../../../lib/model/servlet-facts.ts';
import { RunningUsage } from '../../../lib/evaluation/running-usage.ts';
import { sampleMs } from '../../../lib/verdict/signals/process/curve.ts';
import { Verdict } from '../../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../support/default-settings.ts';
import { type Curve, type ProcessScenario, processScenarios } from './process-scenarios.ts';
import { Random } from './random.ts';

const SETTINGS = DEFAULT_VERDICT_SETTINGS;
const START_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;
const HISTORY_MINUTES = 60;
const TEST_MINUTES = 60;
const REQUESTS_PER_SECOND = 3;
/** Running is sampled this much less often before a test. */
const IDLE_FACTOR = 6;

/** What became of one run; minutes since the start of the test, null: never. */
interface Run {
  readonly held: number | null;
  readonly letGo: number | null;
  readonly reported: number | null;
  readonly rejected: number | null;
  readonly promoted: number | null;
}

/** The rows of the table. */
export function* processRows(runs: number, seed: number, filter: string): Iterable<string> {
  const width = Math.max(...processScenarios.map(({ name }) => name.length)) + 2;
  const wanted = processScenarios.filter(({ name }) => name.includes(filter));
  yield 'scenario'.padEnd(width) +
    'kind  held in 10 and 60 min, at (median)  let go  reported  promoted at      rejected at';
  for (const scenario of wanted) yield rowOf(scenario, measureProcess(scenario, runs, seed), width);
}

export function measureProcess(
  scenario: ProcessScenario,
  runs: number,
  seed: number,
): readonly Run[] {
  return Array.from({ length: runs }, (_, run) => simulate(scenario, new Random(seed + 31 * run)));
}

/** The share of runs in which it was held, within so many minutes. */
export function heldShare(runs: readonly Run[], minutes: number): number {
  return runs.filter(({ held }) => held !== null && held <= minutes).length / runs.length;
}

// Private

function simulate(scenario: ProcessScenario, random: Random): Run {
  const curve = scenario.curves(random);
  const verdict = new Verdict(SETTINGS, START_MS);
  learnRunning(verdict, curve.running);
  const found = {
    held: null as number | null,
    letGo: null as number | null,
    reported: null as number | null,
    rejected: null as number | null,
    promoted: null as number | null,
  };
  const everyMs = sampleMs(SETTINGS);
  const requests = (REQUESTS_PER_SECOND * everyMs) / 1000;
  for (let ms = everyMs; ms <= TEST_MINUTES * MINUTE_MS; ms += everyMs) {
    const minutes = ms / MINUTE_MS;
    for (let index = 0; index < requests; index++) pair(verdict, random, ms, index);
    if (ms % SETTINGS.logWindowMs === 0) quietWindow(verdict, ms);
    verdict.processes({
      atMs: START_MS + ms,
      running: { instance: 'r', usage: usageOf(curve.running, minutes) },
      testing: { instance: 't', usage: usageOf(curve.testing, minutes) },
      runningRequests: requests,
      testingRequests: requests,
    });
    const report = verdict.decide(START_MS + ms);
    if (report.decision === 'reject') found.rejected ??= minutes;
    if (report.decision === 'promote') found.promoted ??= minutes;
    const isHeld = report.missing.some((line) => / that levels off:|^less processor/.test(line));
    if (isHeld) found.held ??= minutes;
    if (isHeld || report.condemned) found.letGo = null;
    else if (found.held !== null) found.letGo ??= minutes;
    if (report.reasons.some(({ code }) => /-growth$|^cpu$/.test(code))) found.reported ??= minutes;
  }
  return found;
}

function learnRunning(verdict: Verdict, running: Curve): void {
  const usage = new RunningUsage();
  const everyMinutes = (IDLE_FACTOR * sampleMs(SETTINGS)) / MINUTE_MS;
  for (let minutes = -HISTORY_MINUTES; minutes < 0; minutes += everyMinutes) {
    usage.add({ instance: 'r', usage: usageOf(running, minutes) });
  }
  verdict.runningPeaks(usage.peaks() ?? levelsOf(usageOf(running, 0)));
}

function usageOf({ memoryMiB, cpuMs }: Curve, minutes: number): ProcessUsage {
  return {
    memoryBytes: Math.max(1, memoryMiB(minutes)) * 1024 * 1024,
    measure: 'pss',
    cpuMs: cpuMs(minutes),
    threads: 11,
    files: 40,
  };
}

function pair(verdict: Verdict, random: Random, ms: number, index: number): void {
  const response = () => ({ status: 200, ms: 20 + 5 * random.uniform(), failure: null });
  verdict.pair({
    requestId: 'simulated',
    atMs: START_MS + ms,
    endpoint: `GET /endpoint-${index % 5}`,
    running: response(),
    testing: response(),
    differences: [],
    differs: false,
    baseline: null,
  });
}

function quietWindow(verdict: Verdict, ms: number): void {
  const none = { testingErrors: 0, runningErrors: 0, testingWarnings: 0, runningWarnings: 0 };
  verdict.logWindow({ atMs: START_MS + ms, ...none });
}

function rowOf({ name, label }: ProcessScenario, runs: readonly Run[], width: number): string {
  const share = (field: keyof Run): string =>
    percentOf(runs.filter((run) => run[field] !== null).length / runs.length);
  const at = (field: keyof Run): string => {
    const known = runs.flatMap((run) => run[field] ?? []).toSorted((left, right) => left - right);
    return (known[Math.floor(known.length / 2)]?.toFixed(1) ?? '-').padStart(5);
  };
  return (
    name.padEnd(width) +
    label.padEnd(6) +
    `${percentOf(heldShare(runs, 10))} ${percentOf(heldShare(runs, TEST_MINUTES))} ${at('held')}`.padEnd(
      31,
    ) +
    `${share('letGo')}   ${share('reported')}    ` +
    `${share('promoted')} ${at('promoted')}     ${share('rejected')} ${at('rejected')}`
  );
}

function percentOf(part: number): string {
  return `${(100 * part).toFixed(1).padStart(5)} %`;
}
