import { saneMs } from '../../../compare/severity.ts';
import type { Reason } from '../../../model/reason.ts';
import { counted, percent } from '../../../text/numbers.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { type Balance, hasReached, MANY, moreSame, shareDone } from '../../decision/progress.ts';
import { type EndpointEvidence, EndpointPart } from '../../evidence/endpoint.ts';
import { meanOver } from '../../evidence/endpoints.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';
import { confidenceOf, inSoMany } from '../../explain/wording.ts';
import { discordanceE, nonInferiority, ruledOutMargin } from '../../math/e-values.ts';
import { msOf, QUANTILE_WARM } from '../../math/quantile.ts';
import { ALPHA_PROMOTE, BLOCK_ODDS, NULL_SHARE, PROMOTE_ODDS, RATIO } from '../../parameters.ts';
import {
  type Finding,
  MAX_SAMPLES,
  type ObservedPair,
  type Signal,
  WORTH_REPORTING,
} from '../signal.ts';
import { Marks } from '../../sharing/marks.ts';
import { timedOf, untimedNote } from './latency.ts';
import { noteTiming, timeRow, timingOf, worstEndpoints } from './timings.ts';

const CODE = 'slow';
const BUDGET = { slow: 0.05, endpointSlow: 0.05 };
/** Very slow: more than this many times running's 95th percentile, plus the slack. */
const FACTOR = 2;
const SLACK_MS = 20;
/** One hiccup is one piece of evidence. */
export const SLOW_COOLDOWN_MS = 1000;
/** Testing may be very slow this much more often than running. */
const MARGIN = 0.02;
const marginTest = nonInferiority(MARGIN, RATIO);
/**
 * Once so little more is proven, odds that are too low to reject no longer hold a promotion: nothing that is so far
 * within the margin may hold a version back until its deadline because it happened to one side first.
 */
const rareTest = nonInferiority(MARGIN / 4, RATIO);

/** What is counted of one endpoint, and of all. */
const nothingCounted = () => ({
  slowTesting: 0,
  slowRunning: 0,
  /** Those at least a cool-down apart, and their e-value. */
  slowWorse: 0,
  slowBetter: 0,
  slow: 1,
  slowRestUntil: 0,
});
const endpointPart = new EndpointPart(nothingCounted);
const totalsPart = new TotalsPart(() => ({
  ...nothingCounted(),
  /** By first times, which only stand in where no request can be put twice. */
  firstSlowTimed: 0,
  firstSlowTesting: 0,
  firstSlowRunning: 0,
  slowTimed: 0,
  /** For the sum of several hosts. What is very slow only while it is cold proves nothing; what is not even then, does. */
  coldSlowTimed: 0,
  coldSlowTesting: 0,
  coldSlowRunning: 0,
  slowMarks: new Marks(),
  sums: { slow: 1 },
}));

/** Whether testing is very slow now and then where running is not. */
export const slow: Signal = {
  codes: [CODE],
  shownBy: 'slow',
  budget: BUDGET,
  isSpeed: true,
  observe,
  recount: ({ evidence }) => {
    const totals = totalsPart.of(evidence);
    totals.slow = discordanceE(totals.slowWorse, totals.slowBetter, NULL_SHARE);
    totals.sums.slow = meanOver(evidence.endpoints, (endpoint) => {
      const own = endpointPart.of(endpoint);
      return (own.slow = discordanceE(own.slowWorse, own.slowBetter, NULL_SHARE));
    });
  },
  against,
  suspicion: {
    value: (evidence) => objectionOf(totalsPart.of(evidence).slow, balanceOf(evidence)),
    words: (evidence) => {
      const { slowTesting, slowRunning } = totalsPart.of(evidence);
      const running = slowRunning > 0 ? `, running ${slowRunning}` : '';
      return `testing was very slow ${counted(slowTesting, 'time')}${running}`;
    },
  },
  endpointE: valueOf,
  criterion: {
    kind: 'proof',
    isMet: ({ evidence, settings }) =>
      settings.speed === 'report' || hasReached(marginTest, balanceOf(evidence), PROMOTE_ODDS),
    progress: ({ evidence }) => {
      const [same, testing, running] = balanceOf(evidence);
      return shareDone(same + testing + running, missingOf(evidence));
    },
    missing: ({ evidence }) => {
      const [, slowTesting] = balanceOf(evidence);
      const more = missingOf(evidence);
      if (more >= MANY) return [`testing was very slow ${counted(slowTesting, 'time')}: too often`];
      const responses = counted(more, 'more response');
      return [`${responses} after warm-up to rule out very slow ones${untimedNote(evidence)}`];
    },
  },
  blockers: [
    {
      code: 4,
      blocks: (_, endpoint) => objectionOf(valueOf(endpoint), balanceAt(endpoint)) >= BLOCK_ODDS,
      words: (endpoint) => {
        const { slowTesting, slowRunning } = endpointPart.of(endpoint);
        const running = slowRunning > 0 ? `, in running ${slowRunning}` : '';
        return `is very slow in testing ${counted(slowTesting, 'time')}${running}`;
      },
      excess: (endpoint) => valueOf(endpoint) / BLOCK_ODDS,
    },
  ],
  findings: ({ evidence }) => [
    ...(totalsPart.of(evidence).slow >= WORTH_REPORTING
      ? [{ reason: reasonOf(evidence, null), strength: against(evidence) }]
      : []),
    ...worstEndpoints(evidence, valueOf).map(
      (one): Finding => ({
        reason: reasonOf(evidence, one),
        strength: BUDGET.endpointSlow * one.budget * valueOf(one),
      }),
    ),
  ],
  atPromotion: ({ evidence }) => {
    const [same, testing, running] = balanceOf(evidence);
    if (same + testing + running === 0) return null;
    const known = ruledOutMargin(...balanceOf(evidence), ALPHA_PROMOTE, RATIO);
    return {
      code: CODE,
      endpoint: null,
      text:
        `with ${confidenceOf(ALPHA_PROMOTE)} testing is very slow at most ` +
        `${percent(known)} more often, allowed ${percent(MARGIN)}.`,
      observed: known,
      limit: MARGIN,
      samples: [],
    };
  },
  rows: (input) => [
    timeRow(input, CODE, ['time, 95 %', 'p95Ms'], { factor: FACTOR, slackMs: SLACK_MS }),
  ],
};

// Private

function observe(
  { evidence, cooldownScale }: DecisionContext,
  endpoint: EndpointEvidence,
  { outcome, atMs, isWarm, isTimed, second, setAside, runningFailed, testingFailed }: ObservedPair,
): void {
  if (setAside !== null || runningFailed || testingFailed) return;
  const p95 = usualP95(evidence, endpoint);
  if (p95 === null) return;
  const own = endpointPart.of(endpoint);
  const totals = totalsPart.of(evidence);
  const limit = FACTOR * msOf(p95) + SLACK_MS;
  if (isTimed) {
    totals.firstSlowTimed++;
    if (saneMs(outcome.testing.ms) > limit) totals.firstSlowTesting++;
    if (saneMs(outcome.running.ms) > limit) totals.firstSlowRunning++;
  }
  // One thread timed both at the same moment: whatever held it up held up both.
  if (second === null) return;
  const testing = saneMs(second.testing.ms) > limit;
  const running = saneMs(second.running.ms) > limit;
  if (!isWarm) {
    totals.coldSlowTimed++;
    if (testing && !running) totals.coldSlowTesting++;
    if (running && !testing) totals.coldSlowRunning++;
    return;
  }
  totals.slowTimed++;
  if (testing === running) return;
  if (testing) noteTiming(endpoint, CODE, second, outcome.requestId);
  const restUntil = atMs + SLOW_COOLDOWN_MS * cooldownScale;
  const before = own.slow;
  count(own, testing, atMs, restUntil);
  if (atMs >= totals.slowRestUntil) totals.slowMarks.note(atMs, testing);
  count(totals, testing, atMs, restUntil);
  totals.sums.slow += endpoint.budget * (own.slow - before);
}

/** As learned before this pair, of the endpoint or, while that is too new, of all; null: unknown. */
function usualP95({ totals }: Evidence, { counts }: EndpointEvidence): number | null {
  if (counts.p95Answers >= QUANTILE_WARM) return counts.p95;
  return totals.p95Answers >= QUANTILE_WARM ? totals.p95 : null;
}

function count(
  record: ReturnType<typeof nothingCounted>,
  isTesting: boolean,
  atMs: number,
  restUntil: number,
): void {
  if (isTesting) record.slowTesting++;
  else record.slowRunning++;
  if (atMs < record.slowRestUntil) return;
  record.slowRestUntil = restUntil;
  if (isTesting) record.slowWorse++;
  else record.slowBetter++;
  record.slow = discordanceE(record.slowWorse, record.slowBetter, NULL_SHARE);
}

function against(evidence: Evidence): number {
  const { slow: value, sums } = totalsPart.of(evidence);
  return BUDGET.slow * value + BUDGET.endpointSlow * sums.slow;
}

function valueOf(endpoint: EndpointEvidence): number {
  return endpointPart.of(endpoint).slow;
}

function balanceOf(evidence: Evidence): Balance {
  const all = totalsPart.of(evidence);
  if (all.slowTimed > 0) {
    const { slowTimed, slowTesting, slowRunning } = all;
    return [slowTimed - slowTesting - slowRunning, slowTesting, slowRunning];
  }
  // Both may be among the same pairs: then there are more of the same than this says.
  const { firstSlowTimed, firstSlowTesting, firstSlowRunning } = all;
  const same = Math.max(0, firstSlowTimed - firstSlowTesting - firstSlowRunning);
  return [same, firstSlowTesting, firstSlowRunning];
}

function balanceAt(endpoint: EndpointEvidence): Balance {
  const { slowTesting, slowRunning } = endpointPart.of(endpoint);
  return [Math.max(0, timedOf(endpoint) - slowTesting - slowRunning), slowTesting, slowRunning];
}

/** The odds that hold a promotion: none where it is proven that testing is very slow hardly more often. */
function objectionOf(odds: number, balance: Balance): number {
  return odds >= BLOCK_ODDS && hasReached(rareTest, balance, PROMOTE_ODDS) ? 1 : odds;
}

function missingOf(evidence: Evidence): number {
  return moreSame(marginTest, balanceOf(evidence), PROMOTE_ODDS);
}

function reasonOf(evidence: Evidence, endpoint: EndpointEvidence | null): Reason {
  const totals = totalsPart.of(evidence);
  const { slowTesting, slowRunning } = endpoint === null ? totals : endpointPart.of(endpoint);
  // Times of an endpoint are counted by another signal, which leaves out some of those counted here.
  const timed =
    endpoint === null ? totals.slowTimed : Math.max(timedOf(endpoint), slowTesting + slowRunning);
  const blamed = endpoint ?? slowest(evidence);
  const subject = endpoint === null ? 'over all endpoints, ' : `${endpoint.name}: `;
  return {
    code: CODE,
    endpoint: endpoint?.name ?? null,
    text:
      `${subject}testing alone was very slow (over ${FACTOR} times ` +
      `running's 95th percentile) in ${slowTesting} of ${counted(timed, 'response')}, running alone ` +
      `${inSoMany(slowRunning)} (at most ${percent(MARGIN)} more are allowed)`,
    observed: (slowTesting - slowRunning) / Math.max(1, timed),
    limit: MARGIN,
    samples: (blamed && timingOf(blamed, CODE))?.samples.slice(0, MAX_SAMPLES) ?? [],
  };
}

function slowest({ endpoints }: Evidence): EndpointEvidence | undefined {
  let found: EndpointEvidence | undefined;
  let most = 0;
  for (const one of endpoints.all()) {
    const { slowTesting } = endpointPart.of(one);
    if (slowTesting > most) [found, most] = [one, slowTesting];
  }
  return found;
}
