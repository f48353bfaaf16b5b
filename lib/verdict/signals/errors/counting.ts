import type { DecisionContext } from '../../decision/context.ts';
import type { Balance } from '../../decision/progress.ts';
import { type EndpointEvidence, EndpointPart } from '../../evidence/endpoint.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';
import { recordFailure } from '../../evidence/failures.ts';
import { Tally, type TallyEntry } from '../../evidence/tally.ts';
import { unjudgedIn, unjudgedOf } from '../../evidence/unjudged.ts';
import { burstAlternatives, ChangeMixture } from '../../math/change-mixture.ts';
import { discordanceE } from '../../math/e-values.ts';
import { NULL_SHARE } from '../../parameters.ts';
import { changeE, startE } from '../../sharing/change.ts';
import { Marks } from '../../sharing/marks.ts';
import { Timeline } from '../../sharing/timeline.ts';
import type { ObservedPair } from '../signal.ts';

export const BUDGET = { paired: 0.15, burst: 0.09, endpointPaired: 0.15, endpointBurst: 0.2 };
/** A one-sided failure rate that no healthy endpoint exceeds, and the highest one assumed of any. */
const MAX_FLAKE = 0.05;
const HIGHEST_NULL_RATE = 0.45;
/** One hiccup is one piece of evidence: after a one-sided failure its counts cool down. */
export const PAIRED_COOLDOWN_MS = 2000;
/** The longer a spell lasts, the longer: each piece of it multiplies the time, up to so many times. */
export const SPELL_GROWTH = 4;
export const SPELL_MAX = 16;
/** One-sided pairs in the same direction are a spell while they are this share of the latest pairs. */
export const SPELL_SHARE = 0.3;
const BROKEN_SHARE = 0.1;
export const BURST_COOLDOWN_MS = 200;
/**
 * Failures of running this close together on one endpoint are one failure, repeated by a client that
 * retries: testing gets credit for the first. Both limits have to hold, so that a busy endpoint, where
 * failures of different clients are as close, loses little.
 */
const CREDIT_COOLDOWN_MS = 1000;
const CREDIT_COOLDOWN_PAIRS = 4;
/** Pairs over which the recent outcome of an endpoint is averaged. */
export const RECENT_PAIRS = 8;

export const endpointPart = new EndpointPart(() => ({
  /** Pairs that were not set aside. */
  judged: 0,
  /** Time and ordinal of the latest pair in which testing did better. */
  betterAt: 0,
  betterPair: 0,
  /** Mean of the latest pairs: -1 better, +1 worse. */
  recent: 0,
  /** One-sided failures at least a cool-down apart, and their e-value. */
  pairedWorse: 0,
  pairedBetter: 0,
  paired: 1,
  pairedRestUntil: 0,
  /** How many times the cool-down is as long as usual. */
  spell: 1,
  burstRestUntil: 0,
  burst: new ChangeMixture(burstAlternatives),
  /** Failures among its observations, and the sum of -ln(null rate) over them. */
  burstHits: 0,
  burstSurprise: 0,
  failures: null as Tally | null,
}));
export const totalsPart = new TotalsPart(() => ({
  /** Of the worse ones, those without a usable response of testing. */
  broken: 0,
  /** Of the better ones, those that do not repeat the one before. */
  credited: 0,
  pairedWorse: 0,
  pairedBetter: 0,
  paired: 1,
  pairedRestUntil: 0,
  recent: 0,
  spell: 1,
  burstRestUntil: 0,
  burst: new ChangeMixture(burstAlternatives),
  /** The same by time, when a failure was one of its hits, and when one-sided pairs were counted: for the sum of several hosts. */
  burstTimeline: new Timeline(),
  burstMarks: new Marks(),
  pairedMarks: new Marks(),
  /** Means over the endpoints by budget, kept up to date. */
  sums: { paired: 1, burst: 1 },
}));

/** Counts one-sided failures by their balance (paired) and by their rate (burst). */
export function observe(
  context: DecisionContext,
  endpoint: EndpointEvidence,
  pair: ObservedPair,
): void {
  const { evidence, cooldownScale } = context;
  const { change, doubt, atMs } = pair;
  if (pair.setAside !== null) return;
  const own = endpointPart.of(endpoint);
  const totals = totalsPart.of(evidence);
  own.judged++;
  const latest = doubt > 0 ? doubt : change;
  own.recent += (latest - own.recent) / Math.min(own.judged, RECENT_PAIRS);
  totals.recent += (change - totals.recent) / RECENT_PAIRS;
  if (change !== 0) countOneSided(context, endpoint, pair);
  if (atMs >= own.burstRestUntil) {
    if (change !== 0) own.burstRestUntil = atMs + BURST_COOLDOWN_MS * cooldownScale;
    const before = own.burst.value;
    const rate = flakeRate(endpoint.counts);
    const after = own.burst.update(change > 0, rate);
    if (change > 0) {
      own.burstHits++;
      own.burstSurprise -= Math.log(rate);
    }
    totals.sums.burst += endpoint.budget * (after - before);
  }
  if (atMs >= totals.burstRestUntil) {
    if (change !== 0) totals.burstRestUntil = atMs + BURST_COOLDOWN_MS * cooldownScale;
    const rate = flakeRate(evidence.totals);
    totals.burst.update(change > 0, rate);
    totals.burstTimeline.note(atMs, change > 0, -Math.log(rate));
    if (change > 0) totals.burstMarks.note(atMs, true);
  }
  if (change > 0 && pair.testingFailed) totals.broken++;
  if (change > 0 || doubt > 0) recordFailure((own.failures ??= new Tally()), pair.outcome);
}

/** What failures add to the evidence for a rejection. */
export function errorsAgainst(evidence: Evidence): number {
  const { paired, burst, sums } = totalsPart.of(evidence);
  return (
    BUDGET.paired * paired +
    BUDGET.burst * burst.value +
    BUDGET.endpointPaired * sums.paired +
    BUDGET.endpointBurst * sums.burst
  );
}

/** Works out the values of counts that were added up over several hosts. */
export function recount({ evidence }: DecisionContext): void {
  const totals = totalsPart.of(evidence);
  totals.paired = discordanceE(totals.pairedWorse, totals.pairedBetter, NULL_SHARE);
  totals.burst.assume(changeE(totals.burstTimeline, burstAlternatives, null));
  const sums = { paired: 1, burst: 1 };
  for (const endpoint of evidence.endpoints.all()) {
    const own = endpointPart.of(endpoint);
    own.judged = Math.max(0, endpoint.counts.pairs - unjudgedOf(endpoint).setAside);
    own.paired = discordanceE(own.pairedWorse, own.pairedBetter, NULL_SHARE);
    const { burstHits: hits, burstSurprise } = own;
    const misses = Math.max(0, own.judged - hits);
    const surprise = Math.max(burstSurprise, -hits * Math.log(flakeRateAtMost(endpoint)));
    const block = { misses, hits, surprise };
    own.burst.assume(startE(block, burstAlternatives, null));
    sums.paired += endpoint.budget * (own.paired - 1);
    sums.burst += endpoint.budget * (own.burst.value - 1);
  }
  Object.assign(totals.sums, sums);
}

/** Hardly any of what testing did worse was a 5xx or no response. */
export function seldomBroken(evidence: Evidence): boolean {
  return totalsPart.of(evidence).broken < BROKEN_SHARE * evidence.totals.worse;
}

/** Only the better ones that count in favour of testing, and all worse ones, in doubt too. */
export function balanceOf(evidence: Evidence): Balance {
  const { setAside, doubtful } = unjudgedIn(evidence);
  const worse = evidence.totals.worse + doubtful;
  const { credited } = totalsPart.of(evidence);
  return [evidence.totals.pairs - setAside - worse - credited, worse, credited];
}

/** The failures kept of an endpoint, the most frequent first. */
export function failuresOf(endpoint: EndpointEvidence): readonly TallyEntry[] {
  return endpointPart.of(endpoint).failures?.entries() ?? [];
}

// Private

/** From running's record before this pair: the null rate of a test has to be predictable. */
function flakeRate(record: { runningFailures: number; runningRequests: number }): number {
  const estimate = (2 * (record.runningFailures + 0.5)) / (record.runningRequests + 5);
  return Math.min(HIGHEST_NULL_RATE, Math.max(MAX_FLAKE, estimate));
}

/**
 * What the rate was at most at any time of the test, by the record of all hosts: each of them may know too little of the
 * endpoint to expect few failures.
 */
function flakeRateAtMost({ counts }: EndpointEvidence): number {
  const { historyAnswers: runningRequests, runningFailures } = counts;
  return flakeRate({ runningFailures, runningRequests });
}

function countOneSided(
  { evidence, cooldownScale }: DecisionContext,
  endpoint: EndpointEvidence,
  { change, atMs }: ObservedPair,
): void {
  const own = endpointPart.of(endpoint);
  const totals = totalsPart.of(evidence);
  const worse = change > 0;
  if (!worse) {
    const { pairs } = endpoint.counts;
    const isRepetition =
      own.betterPair > 0 &&
      atMs < own.betterAt + CREDIT_COOLDOWN_MS * cooldownScale &&
      pairs <= own.betterPair + CREDIT_COOLDOWN_PAIRS;
    if (!isRepetition) totals.credited++;
    own.betterAt = atMs;
    own.betterPair = pairs;
  }
  const cooldownMs = PAIRED_COOLDOWN_MS * cooldownScale;
  if (atMs >= own.pairedRestUntil) {
    const before = own.paired;
    countPaired(own, worse, atMs, cooldownMs);
    totals.sums.paired += endpoint.budget * (own.paired - before);
  }
  if (atMs >= totals.pairedRestUntil) {
    countPaired(totals, worse, atMs, cooldownMs);
    totals.pairedMarks.note(atMs, worse);
  }
}

interface Paired {
  pairedWorse: number;
  pairedBetter: number;
  paired: number;
  pairedRestUntil: number;
  readonly recent: number;
  spell: number;
}

function countPaired(record: Paired, worse: boolean, atMs: number, cooldownMs: number): void {
  const isSpell = worse ? record.recent >= SPELL_SHARE : record.recent <= -SPELL_SHARE;
  record.spell = isSpell ? Math.min(SPELL_MAX, SPELL_GROWTH * record.spell) : 1;
  record.pairedRestUntil = atMs + record.spell * cooldownMs;
  if (worse) record.pairedWorse++;
  else record.pairedBetter++;
  record.paired = discordanceE(record.pairedWorse, record.pairedBetter, NULL_SHARE);
}
