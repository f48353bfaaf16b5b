import type { UserResponse } from '../../../lib/verdict/unpaired/kinds.ts';
import { UserHistory } from '../../../lib/verdict/unpaired/control/history.ts';
import { Unpaired } from '../../../lib/verdict/unpaired/unpaired.ts';
import { positionOf } from '../../../lib/proxy/copy/sticky.ts';
import { Random } from './random.ts';
import { type Noise, type UserScenario, userScenarios } from './unpaired-scenarios.ts';

const START_MS = 1_700_000_000_000;
const SETTINGS = { margin: 0.005, warmupTimeMs: 60_000, speed: 'block' } as const;
const TICK_MS = 500;

/** Who the new version is compared with. */
export type ControlKind = 'history' | 'step';

/** What became of one run: when it was called worse, ms since the promotion, and what users got until then. */
export interface UnpairedRun {
  readonly atMs: number | null;
  readonly failed: number;
}

/** The rows of the table, of these kinds of control. */
export function* unpairedRows(
  runs: number,
  seed: number,
  filter: string,
  controls: readonly ControlKind[],
): Iterable<string> {
  const wanted = userScenarios.filter(({ name }) => name.includes(filter));
  const width = Math.max(...userScenarios.map(({ name }) => name.length)) + 2;
  yield 'scenario'.padEnd(width) +
    'kind  control  called worse  after (median, 95 %)  failed responses until then (median, 95 %)';
  for (const scenario of wanted) {
    for (const control of scenario.controls.filter((it) => controls.includes(it))) {
      yield rowOf(scenario, control, measureUnpaired(scenario, control, runs, seed), width);
    }
  }
}

export function measureUnpaired(
  scenario: UserScenario,
  control: ControlKind,
  runs: number,
  seed: number,
): readonly UnpairedRun[] {
  return Array.from({ length: runs }, (_, run) =>
    simulate(scenario, control, new Random(seed * 7919 + 31 * run)),
  );
}

// Private

function simulate(scenario: UserScenario, control: ControlKind, random: Random): UnpairedRun {
  const noise = scenario.noise(random);
  const history = new UserHistory();
  const promotedMs = START_MS + scenario.historyMs;
  for (const it of traffic(scenario, noise, random, START_MS, scenario.historyMs)) {
    history.responded(noise.respond(it, random, it.atMs - promotedMs, null));
  }
  const salt = String(random.uniform());
  const verdict = new Unpaired(SETTINGS, promotedMs, history);
  let failed = 0;
  let tickMs = promotedMs;
  for (const it of traffic(scenario, noise, random, promotedMs, scenario.trialMs)) {
    const isTrial = control === 'history' || positionOf(salt + it.client) < scenario.share;
    const response = noise.respond(
      it,
      random,
      it.atMs - promotedMs,
      isTrial ? scenario.fault : null,
    );
    if (isTrial) {
      verdict.trial(response);
      if (response.failure !== null || response.status >= 500) failed++;
    } else verdict.control(response);
    if (it.atMs - tickMs >= TICK_MS) verdict.advance((tickMs = it.atMs));
    if (verdict.isWorse) return { atMs: it.atMs - promotedMs, failed };
  }
  return { atMs: null, failed };
}

function* traffic(
  { requestsPerSecond }: UserScenario,
  noise: Noise,
  random: Random,
  fromMs: number,
  lengthMs: number,
): Iterable<Pick<UserResponse, 'atMs' | 'client' | 'endpoint'>> {
  let atMs = fromMs;
  for (;;) {
    atMs += random.exponential(1000 / requestsPerSecond);
    if (atMs >= fromMs + lengthMs) return;
    const { client, endpoint } = noise.request(random);
    yield { atMs, client, endpoint };
  }
}

function rowOf(
  { name, isGood }: UserScenario,
  control: ControlKind,
  runs: readonly UnpairedRun[],
  width: number,
): string {
  const worse = runs.filter(({ atMs }) => atMs !== null);
  const share = `${((100 * worse.length) / runs.length).toFixed(2)} %`;
  const times = worse.map(({ atMs }) => (atMs ?? 0) / 1000);
  const failed = worse.map((run) => run.failed);
  return (
    name.padEnd(width) +
    (isGood ? 'good  ' : 'bad   ') +
    control.padEnd(9) +
    `${share} of ${runs.length}`.padEnd(18) +
    (worse.length === 0
      ? ''
      : `${at(times, 0.5).toFixed(1)} s, ${at(times, 0.95).toFixed(1)} s`.padEnd(20)) +
    (worse.length === 0 ? '' : `${at(failed, 0.5)}, ${at(failed, 0.95)}`)
  );
}

/** The value below which this share of the list lies. */
export function at(list: readonly number[], share: number): number {
  const sorted = list.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
