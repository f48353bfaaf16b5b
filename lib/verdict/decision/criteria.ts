import { counted, grouped, percent } from '../../text/numbers.ts';
import { durationOf } from '../../text/times.ts';
import { balanceOf } from '../evidence/evidence.ts';
import { messageIn } from '../explain/wording.ts';
import { moreUntil, type PairTest, signE } from '../math/e-values.ts';
import type { ErrorKind } from '../signals/error-kinds.ts';
import { runningHurt } from '../signals/health.ts';
import { endpointMissing, endpointProgress, heldEndpoints } from './blockers.ts';
import type { DecisionContext } from './context.ts';

const MANY = 1e6;
const MAX_ENDPOINTS_NAMED = 3;
/** One answer in so many that could not be timed is worth telling. */
const UNTIMED_PART = 10;

/** One condition of a promotion. All must be open; none needs correcting for the others. */
export interface Criterion {
  readonly open: (context: DecisionContext, elapsedMs: number) => boolean;
  /** 0 to 1. */
  readonly progress: (context: DecisionContext, elapsedMs: number) => number;
  /** In words what is still needed; asked only while the gate is closed. */
  readonly missing: (context: DecisionContext, elapsedMs: number) => readonly string[];
}

const requestsCriterion: Criterion = {
  open: ({ evidence: { totals }, settings, tests, promoteOdds }) =>
    totals.pairs >= settings.minRequests && tests.margin(...balanceOf(totals)) >= promoteOdds,
  progress: (context) => shareDone(context.evidence.totals.pairs, requestsMissing(context)),
  missing: (context) => {
    const { pairs, worse, better } = context.evidence.totals;
    const more = requestsMissing(context);
    if (more >= MANY) return [`testing did worse in ${worse} of ${pairs} requests: too often`];
    const clean = worse > better ? ' without a new failure' : '';
    return [`${counted(more, 'more request')}${clean}`];
  },
};

const timeCriterion: Criterion = {
  open: ({ settings }, elapsedMs) => elapsedMs >= settings.minTimeMs,
  progress: ({ settings }, elapsedMs) =>
    settings.minTimeMs > 0 ? Math.min(1, elapsedMs / settings.minTimeMs) : 1,
  missing: ({ settings }, elapsedMs) => [durationOf(settings.minTimeMs - elapsedMs, true)],
};

const endpointsCriterion: Criterion = {
  open: ({ evidence }) => evidence.totals.held === 0,
  progress: (context) =>
    Math.min(1, ...heldEndpoints(context).map((one) => endpointProgress(context, one))),
  missing: (context) => {
    const held = heldEndpoints(context);
    const named = held.slice(0, MAX_ENDPOINTS_NAMED);
    const rest = held.length - named.length;
    const lines = named.map((endpoint) => endpointMissing(context, endpoint));
    return rest > 0 ? [...lines, `${counted(rest, 'more endpoint')} like these`] : lines;
  },
};

const latencyCriterion: Criterion = {
  open: ({ evidence: { totals }, promoteOdds }) =>
    signE(totals.timed - totals.slower, totals.timed) >= promoteOdds,
  progress: (context) => shareDone(context.evidence.totals.timed, latencyMissing(context)),
  missing: (context) => {
    const { timed, slower } = context.evidence.totals;
    if (2 * slower > timed && timed > 0) {
      return [`testing is clearly slower in ${slower} of ${timed} answers: at most half may be`];
    }
    const more = counted(latencyMissing(context), 'more answer');
    return [`${more} after warm-up to compare speed${untimed(context)}`];
  },
};

const slowCriterion: Criterion = {
  open: ({ evidence: { totals }, tests, promoteOdds }) =>
    tests.slow(
      totals.slowTimed - totals.slowTesting - totals.slowRunning,
      totals.slowTesting,
      totals.slowRunning,
    ) >= promoteOdds,
  progress: (context) => shareDone(context.evidence.totals.slowTimed, slowMissing(context)),
  missing: (context) => {
    const { slowTesting } = context.evidence.totals;
    const more = slowMissing(context);
    if (more >= MANY) return [`testing was very slow ${counted(slowTesting, 'time')}: too often`];
    const answers = counted(more, 'more answer');
    return [`${answers} after warm-up to rule out very slow ones${untimed(context)}`];
  },
};

const unseenCriterion: Criterion = {
  open: ({ evidence: { totals }, parameters }) =>
    totals.seenOnce <= parameters.maxUnseenShare * totals.pairs,
  progress: ({ evidence: { totals }, parameters }) =>
    Math.min(1, (parameters.maxUnseenShare * totals.pairs) / Math.max(1, totals.seenOnce)),
  missing: ({ evidence: { totals }, parameters }) => [
    `${counted(totals.seenOnce, 'endpoint')} tried only once: about ` +
      `${percent(totals.seenOnce / Math.max(1, totals.pairs))} of the traffic is still unknown ` +
      `(at most ${percent(parameters.maxUnseenShare)})`,
  ],
};

const logsCriterion: Criterion = {
  open: ({ evidence: { totals }, tests, promoteOdds }) =>
    tests.logs(totals.windowsSame, totals.windowsNoisier, totals.windowsQuieter) >= promoteOdds,
  progress: (context) => {
    const { windowsSame, windowsNoisier, windowsQuieter } = context.evidence.totals;
    return shareDone(windowsSame + windowsNoisier + windowsQuieter, windowsMissing(context));
  },
  missing: (context) => {
    const { windowsNoisier } = context.evidence.totals;
    const more = windowsMissing(context);
    const time =
      more >= MANY ? 'much more time' : durationOf(more * context.settings.logWindowMs, true);
    return windowsNoisier === 0
      ? [`${time} of logs`]
      : [`${time} of logs (testing logged clearly more ERROR in ${windowsNoisier} windows)`];
  },
};

/** Evidence over all endpoints that is not enough to reject but too much to promote. */
const suspicionCriterion: Criterion = {
  open: ({ evidence, parameters: { holdOdds } }) => {
    const { paired, slow, logErrors, shape } = evidence.totals;
    return Math.max(paired, slow, logErrors, shape, evidence.auth.value) < holdOdds;
  },
  progress: (context) =>
    Math.min(1, ...suspicions(context).map(([value]) => context.parameters.holdOdds / value)),
  missing: (context) =>
    suspicions(context)
      .filter(([value]) => value >= context.parameters.holdOdds)
      .map(([, words]) => `more that speaks for it: so far ${words}`),
};

/** One caller let in may be chance, but has to stay the only one for a while. */
const letInCriterion: Criterion = {
  open: (context) => refusalsMissing(context) === 0,
  progress: (context) => {
    const { refused } = context.evidence.totals;
    return refused / (refused + refusalsMissing(context));
  },
  missing: (context) => [
    `${counted(refusalsMissing(context), 'more request')} that running refuses (401, 403) and ` +
      `testing refuses too: it let ${context.evidence.totals.letIn} in`,
  ],
};

/** A kind of error running never had counts even once. */
const errorKindsCriterion: Criterion = {
  open: (context) => openErrorKinds(context).length === 0,
  progress: (context) =>
    Math.min(
      1,
      ...openErrorKinds(context).map((kind) => {
        const passed = windowsSince(context, kind);
        return passed / (passed + quietWindowsMissing(context, kind));
      }),
    ),
  missing: (context) =>
    openErrorKinds(context)
      .slice(0, 3)
      .map((kind) => {
        const more = quietWindowsMissing(context, kind);
        const time = durationOf(more * context.settings.logWindowMs, true);
        return (
          `${time} without the new ${kind.level.toUpperCase()} in testing's log ` +
          `"${messageIn(kind.example, 60)}", which running never had`
        );
      }),
};

const logFormatCriterion: Criterion = {
  open: ({ evidence }) => evidence.logFormat === null,
  progress: () => 0,
  missing: () => ['your decision: the log format changed, so log errors cannot be compared'],
};

const healthCriterion: Criterion = {
  open: ({ evidence, parameters }) => runningHurt(evidence, parameters) === null,
  progress: ({ evidence, parameters }) => {
    const finding = runningHurt(evidence, parameters);
    return finding === null ? 1 : finding.usual / finding.rate;
  },
  missing: ({ evidence, parameters }) => {
    const finding = runningHurt(evidence, parameters);
    if (finding === null) return [];
    const words = finding.what === 'failures' ? 'fails' : 'is very slow';
    return [
      `running as healthy as before the test: it ${words} in ${percent(finding.rate)} of requests`,
    ];
  },
};

const openPairsCriterion: Criterion = {
  open: ({ evidence: { totals }, parameters }) =>
    totals.openPairs <= parameters.maxOpenShare * totals.pairs,
  progress: ({ evidence: { totals }, parameters }) =>
    (parameters.maxOpenShare * totals.pairs) / Math.max(1, totals.openPairs),
  missing: ({ evidence: { totals } }) => [
    `testing's answers to ${counted(totals.openPairs, 'request')} that it still works on`,
  ],
};

const findingCriteria: readonly Criterion[] = [
  suspicionCriterion,
  letInCriterion,
  logFormatCriterion,
  openPairsCriterion,
  healthCriterion,
  errorKindsCriterion,
];

/** New kinds of error that are neither running's too nor shown to be rare. */
export function openErrorKinds(context: DecisionContext): readonly ErrorKind[] {
  const open: ErrorKind[] = [];
  for (const kind of context.evidence.errorKinds.all()) {
    if (kind.counts.testing === 0 || kind.counts.running > 0) continue;
    const { testing } = kind.counts;
    const quiet = windowsSince(context, kind) - testing;
    if (context.tests.errorKinds(quiet, testing, 0) < context.promoteOdds) open.push(kind);
  }
  return open;
}

// Private

function suspicions({ evidence }: DecisionContext): readonly (readonly [number, string])[] {
  const { totals } = evidence;
  return [
    [totals.paired, `testing did worse in ${totals.worse} and better in ${totals.better} requests`],
    [
      totals.slow,
      `testing was very slow ${totals.slowTesting}, running ${totals.slowRunning} times`,
    ],
    [
      totals.logErrors,
      `testing logged clearly more ERROR in ${totals.windowsNoisier} windows, ` +
        `running in ${totals.windowsQuieter}`,
    ],
    [evidence.auth.value, `testing let in ${totals.letIn} callers that running refused`],
    [
      totals.shape,
      `testing's answers differed ${totals.shapeWorse} times where running's second answer did not`,
    ],
  ];
}

function refusalsMissing({ evidence: { totals }, tests, promoteOdds }: DecisionContext): number {
  if (totals.letIn === 0) return 0;
  const same = totals.refused - totals.letIn;
  return moreUntil((more) => tests.letIn(same + more, totals.letIn, 0), promoteOdds, MANY);
}

function windowsSince({ evidence }: DecisionContext, kind: ErrorKind): number {
  return Math.max(kind.counts.testing, evidence.totals.windows - kind.counts.sinceWindow + 1);
}

function quietWindowsMissing(context: DecisionContext, kind: ErrorKind): number {
  const { tests, promoteOdds } = context;
  const { testing } = kind.counts;
  const quiet = windowsSince(context, kind) - testing;
  return moreUntil((more) => tests.errorKinds(quiet + more, testing, 0), promoteOdds, MANY);
}

/** Cheap ones first: the decision stops at the first closed one. */
const criteria: readonly Criterion[] = [
  timeCriterion,
  endpointsCriterion,
  requestsCriterion,
  unseenCriterion,
  latencyCriterion,
  slowCriterion,
  logsCriterion,
  ...findingCriteria,
];

export function mayPromote(context: DecisionContext, elapsedMs: number): boolean {
  for (const criterion of criteria) if (!criterion.open(context, elapsedMs)) return false;
  return true;
}

/** How far the promotion is, and what it needs still. */
export function promotionState(
  context: DecisionContext,
  elapsedMs: number,
): { progress: number; missing: readonly string[] } {
  const closed = criteria.filter((criterion) => !criterion.open(context, elapsedMs));
  const progress = closed.map((criterion) => clamped(criterion.progress(context, elapsedMs)));
  const missing = closed.flatMap((criterion) => criterion.missing(context, elapsedMs));
  return { progress: Math.min(1, ...progress), missing };
}

// Private

function clamped(share: number): number {
  return share > 0 ? Math.min(1, share) : 0;
}

function shareDone(done: number, more: number): number {
  return more <= 0 ? 1 : done / (done + more);
}

function requestsMissing({
  evidence: { totals },
  settings,
  tests,
  promoteOdds,
}: DecisionContext): number {
  const more = moreSame(tests.margin, balanceOf(totals), promoteOdds);
  return Math.max(settings.minRequests - totals.pairs, more);
}

function latencyMissing({ evidence: { totals }, promoteOdds }: DecisionContext): number {
  const within = totals.timed - totals.slower;
  return moreUntil((more) => signE(within + more, totals.timed + more), promoteOdds, MANY);
}

/** Why so many answers do not bring the decision nearer. */
function untimed({ evidence: { totals } }: DecisionContext): string {
  const { disturbed, timed } = totals;
  if (disturbed * UNTIMED_PART < disturbed + timed) return '';
  return ` (${grouped(disturbed)} could not be timed: too busy a host)`;
}

function slowMissing({ evidence: { totals }, tests, promoteOdds }: DecisionContext): number {
  const same = totals.slowTimed - totals.slowTesting - totals.slowRunning;
  return moreSame(tests.slow, [same, totals.slowTesting, totals.slowRunning], promoteOdds);
}

function windowsMissing({ evidence: { totals }, tests, promoteOdds }: DecisionContext): number {
  const { windowsSame, windowsNoisier, windowsQuieter } = totals;
  return moreSame(tests.logs, [windowsSame, windowsNoisier, windowsQuieter], promoteOdds);
}

function moreSame(
  test: PairTest,
  [same, worse, better]: readonly [number, number, number],
  odds: number,
): number {
  return moreUntil((more) => test(same + more, worse, better), odds, MANY);
}
