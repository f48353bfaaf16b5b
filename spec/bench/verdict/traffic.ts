import type { AskedAgain, ResponseSummary } from '../../../lib/compare/outcome.ts';
import { severityOf } from '../../../lib/compare/severity.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenarios.ts';
import type { Draft } from './twist.ts';

export interface TrafficSettings {
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Requests to which running responded alone before. */
  readonly history: number;
}

/** One request as every judge under test sees it. Times in seconds. */
export interface SimulatedPair {
  readonly atSeconds: number;
  readonly rank: number;
  readonly running: ResponseSummary;
  readonly testing: ResponseSummary;
  /** The second responses, for judges that ask again. */
  readonly again: AskedAgain;
  /** Status of running's response without the session of the request; null: it carries none. */
  readonly stranger: { readonly status: number } | null;
  /** Whether testing's body differs from running's, and running's second one from its first. */
  readonly testingDiffers: boolean;
  readonly controlDiffers: boolean;
  /** Uniform number by which a baseline is sampled, or null when bodies play no part. */
  readonly sample: number | null;
  /** Whether a field has another value in testing's response, and in running's second one. */
  readonly field: { readonly testing: boolean; readonly control: boolean } | null;
}

export type Side = 'testing' | 'running';

/** What is simulated, in order of time. Return true to stop. */
export interface Listener {
  history(rank: number, running: ResponseSummary): void;
  startup(errors: number): void;
  log(atSeconds: number, side: Side, level: 'error' | 'warn', lines: number): void;
  /** The text of an ERROR, which `log` tells too. */
  errorText?(atSeconds: number, side: Side, text: string): void;
  /** Texts of running's errors before the test, and in how many of so many windows of 10 s. */
  earlierErrors?(windows: number, texts: ReadonlyMap<string, number>): void;
  pair(pair: SimulatedPair): boolean;
}

const ENDPOINTS = 50;
const SHARED_SPREAD = 0.5;
const OWN_SPREAD = 0.3;
const PAUSE_SHARE = 0.005;
/** Of the requests to the endpoint of `letsInAt`. */
const REFUSED_SHARE = 0.1;
const BURST_LINES = 30;
const REPEAT_SECONDS = 0.1;
const SECOND_SEED = 7919;
const REFUSED: ResponseSummary = { status: 0, ms: 0, failure: 'refused' };

/** Popularity by rank (Zipf), cumulated. */
const cumulated: readonly number[] = (() => {
  const weights = Array.from({ length: ENDPOINTS }, (_, index) => 1 / (index + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => (sum += weight / total));
})();

/** Plays one scenario to the listener; returns how many requests were played. */
export function simulate(
  scenario: Scenario,
  seed: number,
  settings: TrafficSettings,
  listener: Listener,
): number {
  const random = new Random(seed);
  /** Draws what comes of asking again, so that the first responses are the same for all judges. */
  const second = new Random(seed + SECOND_SEED);
  const medians = Array.from({ length: ENDPOINTS }, () => 15 * 5 ** random.uniform());
  const sources = logSources(scenario, random);
  const blipAt = scenario.blip === true ? 30 + 200 * random.uniform() : Number.POSITIVE_INFINITY;
  const outages = outagesOf(scenario, random);
  earlierErrors(scenario, random, listener);
  for (let index = 0; index < settings.history; index++) {
    const rank = pickRank(random);
    const rate = scenario.endpoints?.[rank]?.running ?? runningRate(scenario);
    const failed = random.chance(rate) || random.chance(scenario.sharedFailures ?? 0);
    const refused = rank === scenario.letsInAt && random.chance(REFUSED_SHARE);
    const status = refused ? 401 : failed ? 500 : 200;
    listener.history(rank, responseOf({ status, ms: duration(medians, rank, 1, 0, random) }));
  }
  if (scenario.startupErrors !== undefined) listener.startup(scenario.startupErrors);
  const twist = scenario.twist?.(random, settings);
  let seconds = 0;
  for (let index = 0; index < settings.requests; index++) {
    seconds += random.exponential(1 / settings.requestsPerSecond);
    for (const source of sources) source(seconds, listener);
    const rank = pickRank(random);
    const late = index >= (scenario.fromRequest ?? 0);
    const statuses = statusesOf(scenario, rank, late, random);
    if (seconds >= blipAt && seconds < blipAt + 2) statuses.testing = 502;
    if (outages !== null) {
      if (outages.testing(seconds)) statuses.testing = 502;
      if (outages.running(seconds)) statuses.running = 502;
    }
    const shared = SHARED_SPREAD * random.normal();
    const runningMs = duration(medians, rank, 1, shared, random);
    const factor = slowdownOf(scenario, rank, index, late);
    const tailShare = late ? (scenario.slowTail ?? 0) : 0;
    const tail = late && random.chance(tailShare) ? 1000 : 0;
    const draft: Draft = {
      index,
      atSeconds: seconds,
      rank,
      running: { status: statuses.running, ms: runningMs },
      testing: {
        status: statuses.testing,
        ms: duration(medians, rank, factor, shared, random) + tail,
      },
      again: secondOf(statuses, () => {
        const late = second.chance(tailShare) ? 1000 : 0;
        return {
          running: duration(medians, rank, 1, shared, second),
          testing: duration(medians, rank, factor, shared, second) + late,
        };
      }),
      stranger: null,
      left: false,
      repeats: 0,
    };
    twist?.(draft);
    if (draft.left) continue;
    if (late && random.chance(scenario.testingLogErrors ?? 0)) {
      listener.log(seconds, 'testing', 'error', 1);
    }
    const bodies = bodiesOf(scenario, rank, late, random);
    const field = fieldOf(scenario, rank, late, random);
    const testing = scenario.refusesConnections === true ? REFUSED : responseOf(draft.testing);
    for (let repeat = 0; repeat <= draft.repeats; repeat++) {
      const atSeconds = seconds + repeat * REPEAT_SECONDS;
      const running = responseOf(draft.running);
      if (running.status >= 500) listener.log(atSeconds, 'running', 'error', 1);
      if (severityOf(testing) === 2) listener.log(atSeconds, 'testing', 'error', 1);
      const again = {
        running: responseOf(draft.again.running),
        testing: responseOf(draft.again.testing),
      };
      const { stranger } = draft;
      const sample = field === null ? bodies.sample : (bodies.sample ?? random.uniform());
      const found = { ...bodies, stranger, sample, field };
      if (listener.pair({ atSeconds, rank, running, testing, again, ...found })) return index + 1;
    }
    seconds += draft.repeats * REPEAT_SECONDS;
  }
  return settings.requests;
}

// Private

function runningRate(scenario: Scenario): number {
  return scenario.runningFailures ?? scenario.failures ?? 0;
}

function responseOf({ status, ms }: { status: number; ms: number }): ResponseSummary {
  return { status, ms, failure: null };
}

/** What fails now and then does so anew; who is denied or finds nothing, finds it so again. */
function secondOf(
  statuses: { readonly running: number; readonly testing: number },
  times: () => { readonly running: number; readonly testing: number },
): Draft['again'] {
  const ms = times();
  const statusOf = (first: number): number => (first >= 500 ? 200 : first);
  return {
    running: { status: statusOf(statuses.running), ms: ms.running },
    testing: { status: statusOf(statuses.testing), ms: ms.testing },
  };
}

function pickRank(random: Random): number {
  const chosen = random.uniform();
  let low = 0;
  let high = ENDPOINTS - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cumulated[middle] ?? 1) < chosen) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

function duration(
  medians: readonly number[],
  rank: number,
  factor: number,
  shared: number,
  random: Random,
): number {
  const pause = random.chance(PAUSE_SHARE) ? 100 + 300 * random.uniform() : 0;
  const spread = Math.exp(shared + OWN_SPREAD * random.normal());
  return (medians[rank - 1] ?? 15) * factor * spread + pause;
}

function statusesOf(
  scenario: Scenario,
  rank: number,
  late: boolean,
  random: Random,
): { running: number; testing: number } {
  const fault = scenario.endpoints?.[rank];
  const runningRateHere = fault?.running ?? runningRate(scenario);
  let testingRate = scenario.testingFailures ?? scenario.failures ?? 0;
  if (late) testingRate = fault?.testing ?? testingRate + (scenario.extraFailures ?? 0);
  if (random.chance(scenario.sharedFailures ?? 0)) return { running: 500, testing: 500 };
  if (rank === scenario.letsInAt && random.chance(REFUSED_SHARE)) {
    return { running: 401, testing: 200 };
  }
  const running = random.chance(runningRateHere) ? 500 : 200;
  const testing = random.chance(testingRate) ? (fault?.status ?? 500) : 200;
  return { running, testing };
}

function slowdownOf(scenario: Scenario, rank: number, index: number, late: boolean): number {
  if (scenario.coldRequests !== undefined && index < scenario.coldRequests) return 5;
  if (scenario.slowingOver !== undefined) return 1 + 2 * Math.min(1, index / scenario.slowingOver);
  if (late && rank === scenario.slowEndpoint) return 3;
  return late ? (scenario.slowdown ?? 1) : 1;
}

function bodiesOf(
  scenario: Scenario,
  rank: number,
  late: boolean,
  random: Random,
): Pick<SimulatedPair, 'testingDiffers' | 'controlDiffers' | 'sample'> {
  if (scenario.noise === undefined && scenario.changedBodies === undefined) {
    return { testingDiffers: false, controlDiffers: false, sample: null };
  }
  const noise = scenario.noise?.[rank] ?? 0;
  const changed = late && (scenario.changedBodies?.includes(rank) ?? false);
  return {
    testingDiffers: random.chance(noise) || changed,
    controlDiffers: random.chance(noise),
    sample: random.uniform(),
  };
}

function fieldOf(
  { field }: Scenario,
  rank: number,
  late: boolean,
  random: Random,
): SimulatedPair['field'] {
  if (field === undefined || field.ranks?.includes(rank) === false) return null;
  const testing = random.chance(field.noise) || (late && random.chance(field.changed));
  return { testing, control: random.chance(field.noise) };
}

/** Things that log by themselves; each emits what is due up to now. */
function logSources(
  scenario: Scenario,
  random: Random,
): readonly ((seconds: number, listener: Listener) => void)[] {
  const source = (
    side: Side,
    level: 'error' | 'warn',
    mean: number,
    lines: number,
    text: string | null = null,
  ) => {
    let next = random.exponential(mean);
    return (seconds: number, listener: Listener): void => {
      while (next < seconds) {
        listener.log(next, side, level, lines);
        if (text !== null) listener.errorText?.(next, side, text);
        next += random.exponential(mean);
      }
    };
  };
  const all = [
    source('testing', 'error', 300, 1),
    source('running', 'error', 300, 1),
    source('testing', 'warn', 30, 1),
    source('running', 'warn', 30, 1),
  ];
  const { testingBursts, runningBursts } = scenario;
  if (testingBursts !== undefined) all.push(source('testing', 'error', testingBursts, BURST_LINES));
  if (runningBursts !== undefined) all.push(source('running', 'error', runningBursts, BURST_LINES));
  for (const error of scenario.loggedErrors ?? []) {
    for (const side of ['testing', 'running'] as const) {
      const text = error[side];
      if (text !== null) all.push(source(side, 'error', 60 / error.perMinute, 1, text));
    }
  }
  return all;
}

/** What running logged while it was watched before the test. */
function earlierErrors(scenario: Scenario, random: Random, listener: Listener): void {
  const texts = new Map<string, number>();
  let windows = 0;
  for (const { perMinute, running, watchedMinutes } of scenario.loggedErrors ?? []) {
    windows = Math.max(windows, 6 * watchedMinutes);
    let seen = 0;
    for (let at = 0; at < 6 * watchedMinutes; at++) {
      if (random.chance(1 - Math.exp(-perMinute / 6))) seen++;
    }
    if (running !== null && seen > 0) texts.set(running, seen);
  }
  if (windows > 0) listener.earlierErrors?.(windows, texts);
}

function outagesOf(
  scenario: Scenario,
  random: Random,
): Readonly<Record<Side, (seconds: number) => boolean>> | null {
  const { hiccups } = scenario;
  if (hiccups === undefined) return null;
  const { everySeconds, lengthSeconds } = hiccups;
  const side = () => {
    let from = random.exponential(everySeconds);
    return (seconds: number): boolean => {
      while (seconds >= from + lengthSeconds) {
        from += lengthSeconds + random.exponential(everySeconds);
      }
      return seconds >= from;
    };
  };
  return { testing: side(), running: side() };
}
