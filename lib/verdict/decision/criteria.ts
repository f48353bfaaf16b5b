import { balanceOf } from '../evidence/evidence.ts';
import { counted, durationOf, grouped, messageIn, percent } from '../explain/wording.ts';
import { moreUntil, type PairTest, signE } from '../math/e-values.ts';
import type { ErrorKind } from '../signals/error-kinds.ts';
import { runningHurt } from '../signals/health.ts';
import { endpointMissing, endpointProgress, heldEndpoints } from './blockers.ts';
import type { VerdictBasis } from './context.ts';

const MANY = 1e6;
const MAX_ENDPOINTS_NAMED = 3;
/** One answer in so many that could not be timed is worth telling. */
const UNTIMED_PART = 10;

/** One condition of a promotion. All must be open; none needs correcting for the others. */
export interface Gate {
  readonly open: (basis: VerdictBasis, elapsedMs: number) => boolean;
  /** 0 to 1. */
  readonly progress: (basis: VerdictBasis, elapsedMs: number) => number;
  /** In words what is still needed; asked only while the gate is closed. */
  readonly missing: (basis: VerdictBasis, elapsedMs: number) => readonly string[];
}

const requestsGate: Gate = {
  open: ({ evidence: { totals }, settings, tests, promoteOdds }) =>
    totals.pairs >= settings.minRequests && tests.margin(...balanceOf(totals)) >= promoteOdds,
  progress: (basis) => shareDone(basis.evidence.totals.pairs, requestsMissing(basis)),
  missing: (basis) => {
    const { pairs, worse, better } = basis.evidence.totals;
    const more = requestsMissing(basis);
    if (more >= MANY) return [`testing did worse in ${worse} of ${pairs} requests: too often`];
    const clean = worse > better ? ' without a new failure' : '';
    return [`${counted(more, 'more request')}${clean}`];
  },
};

const timeGate: Gate = {
  open: ({ settings }, elapsedMs) => elapsedMs >= settings.minTimeMs,
  progress: ({ settings }, elapsedMs) =>
    settings.minTimeMs > 0 ? Math.min(1, elapsedMs / settings.minTimeMs) : 1,
  missing: ({ settings }, elapsedMs) => [durationOf(settings.minTimeMs - elapsedMs, true)],
};

const endpointsGate: Gate = {
  open: ({ evidence }) => evidence.totals.held === 0,
  progress: (basis) =>
    Math.min(1, ...heldEndpoints(basis).map((one) => endpointProgress(basis, one))),
  missing: (basis) => {
    const held = heldEndpoints(basis);
    const named = held.slice(0, MAX_ENDPOINTS_NAMED);
    const rest = held.length - named.length;
    const lines = named.map((endpoint) => endpointMissing(basis, endpoint));
    return rest > 0 ? [...lines, `${counted(rest, 'more endpoint')} like these`] : lines;
  },
};

const latencyGate: Gate = {
  open: ({ evidence: { totals }, promoteOdds }) =>
    signE(totals.timed - totals.slower, totals.timed) >= promoteOdds,
  progress: (basis) => shareDone(basis.evidence.totals.timed, latencyMissing(basis)),
  missing: (basis) => {
    const { timed, slower } = basis.evidence.totals;
    if (2 * slower > timed && timed > 0) {
      return [`testing is clearly slower in ${slower} of ${timed} answers: at most half may be`];
    }
    const more = counted(latencyMissing(basis), 'more answer');
    return [`${more} after warm-up to compare speed${untimed(basis)}`];
  },
};

const slowGate: Gate = {
  open: ({ evidence: { totals }, tests, promoteOdds }) =>
    tests.slow(
      totals.slowTimed - totals.slowTesting - totals.slowRunning,
      totals.slowTesting,
      totals.slowRunning,
    ) >= promoteOdds,
  progress: (basis) => shareDone(basis.evidence.totals.slowTimed, slowMissing(basis)),
  missing: (basis) => {
    const { slowTesting } = basis.evidence.totals;
    const more = slowMissing(basis);
    if (more >= MANY) return [`testing was very slow ${counted(slowTesting, 'time')}: too often`];
    const answers = counted(more, 'more answer');
    return [`${answers} after warm-up to rule out very slow ones${untimed(basis)}`];
  },
};

const unseenGate: Gate = {
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

const logsGate: Gate = {
  open: ({ evidence: { totals }, tests, promoteOdds }) =>
    tests.logs(totals.windowsSame, totals.windowsNoisier, totals.windowsQuieter) >= promoteOdds,
  progress: (basis) => {
    const { windowsSame, windowsNoisier, windowsQuieter } = basis.evidence.totals;
    return shareDone(windowsSame + windowsNoisier + windowsQuieter, windowsMissing(basis));
  },
  missing: (basis) => {
    const { windowsNoisier } = basis.evidence.totals;
    const more = windowsMissing(basis);
    const time =
      more >= MANY ? 'much more time' : durationOf(more * basis.settings.logWindowMs, true);
    return windowsNoisier === 0
      ? [`${time} of logs`]
      : [`${time} of logs (testing logged clearly more ERROR in ${windowsNoisier} windows)`];
  },
};

/** Evidence over all endpoints that is not enough to reject but too much to promote. */
const suspicionGate: Gate = {
  open: ({ evidence, parameters: { holdOdds } }) => {
    const { paired, slow, logErrors, shape } = evidence.totals;
    return Math.max(paired, slow, logErrors, shape, evidence.auth.value) < holdOdds;
  },
  progress: (basis) =>
    Math.min(1, ...suspicions(basis).map(([value]) => basis.parameters.holdOdds / value)),
  missing: (basis) =>
    suspicions(basis)
      .filter(([value]) => value >= basis.parameters.holdOdds)
      .map(([, words]) => `more that speaks for it: so far ${words}`),
};

/** One caller let in may be chance, but has to stay the only one for a while. */
const letInGate: Gate = {
  open: (basis) => refusalsMissing(basis) === 0,
  progress: (basis) => {
    const { refused } = basis.evidence.totals;
    return refused / (refused + refusalsMissing(basis));
  },
  missing: (basis) => [
    `${counted(refusalsMissing(basis), 'more request')} that running refuses (401, 403) and ` +
      `testing refuses too: it let ${basis.evidence.totals.letIn} in`,
  ],
};

/** A kind of error running never had counts even once. */
const errorKindsGate: Gate = {
  open: (basis) => openErrorKinds(basis).length === 0,
  progress: (basis) =>
    Math.min(
      1,
      ...openErrorKinds(basis).map((kind) => {
        const passed = windowsSince(basis, kind);
        return passed / (passed + quietWindowsMissing(basis, kind));
      }),
    ),
  missing: (basis) =>
    openErrorKinds(basis)
      .slice(0, 3)
      .map((kind) => {
        const more = quietWindowsMissing(basis, kind);
        const time = durationOf(more * basis.settings.logWindowMs, true);
        return (
          `${time} without the new ${kind.level.toUpperCase()} in testing's log ` +
          `"${messageIn(kind.example, 60)}", which running never had`
        );
      }),
};

const logFormatGate: Gate = {
  open: ({ evidence }) => evidence.logFormat === null,
  progress: () => 0,
  missing: () => ['your decision: the log format changed, so log errors cannot be compared'],
};

const healthGate: Gate = {
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

const openPairsGate: Gate = {
  open: ({ evidence: { totals }, parameters }) =>
    totals.openPairs <= parameters.maxOpenShare * totals.pairs,
  progress: ({ evidence: { totals }, parameters }) =>
    (parameters.maxOpenShare * totals.pairs) / Math.max(1, totals.openPairs),
  missing: ({ evidence: { totals } }) => [
    `testing's answers to ${counted(totals.openPairs, 'request')} that it still works on`,
  ],
};

const findingGates: readonly Gate[] = [
  suspicionGate,
  letInGate,
  logFormatGate,
  openPairsGate,
  healthGate,
  errorKindsGate,
];

/** New kinds of error that are neither running's too nor shown to be rare. */
export function openErrorKinds(basis: VerdictBasis): readonly ErrorKind[] {
  const open: ErrorKind[] = [];
  for (const kind of basis.evidence.errorKinds.all()) {
    if (kind.counts.testing === 0 || kind.counts.running > 0) continue;
    const { testing } = kind.counts;
    const quiet = windowsSince(basis, kind) - testing;
    if (basis.tests.errorKinds(quiet, testing, 0) < basis.promoteOdds) open.push(kind);
  }
  return open;
}

// Private

function suspicions({ evidence }: VerdictBasis): readonly (readonly [number, string])[] {
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

function refusalsMissing({ evidence: { totals }, tests, promoteOdds }: VerdictBasis): number {
  if (totals.letIn === 0) return 0;
  const same = totals.refused - totals.letIn;
  return moreUntil((more) => tests.letIn(same + more, totals.letIn, 0), promoteOdds, MANY);
}

function windowsSince({ evidence }: VerdictBasis, kind: ErrorKind): number {
  return Math.max(kind.counts.testing, evidence.totals.windows - kind.counts.sinceWindow + 1);
}

function quietWindowsMissing(basis: VerdictBasis, kind: ErrorKind): number {
  const { tests, promoteOdds } = basis;
  const { testing } = kind.counts;
  const quiet = windowsSince(basis, kind) - testing;
  return moreUntil((more) => tests.errorKinds(quiet + more, testing, 0), promoteOdds, MANY);
}

/** Cheap ones first: the decision stops at the first closed one. */
const gates: readonly Gate[] = [
  timeGate,
  endpointsGate,
  requestsGate,
  unseenGate,
  latencyGate,
  slowGate,
  logsGate,
  ...findingGates,
];

export function mayPromote(basis: VerdictBasis, elapsedMs: number): boolean {
  for (const gate of gates) if (!gate.open(basis, elapsedMs)) return false;
  return true;
}

/** How far the promotion is, and what it needs still. */
export function promotionState(
  basis: VerdictBasis,
  elapsedMs: number,
): { progress: number; missing: readonly string[] } {
  const closed = gates.filter((gate) => !gate.open(basis, elapsedMs));
  const progress = closed.map((gate) => clamped(gate.progress(basis, elapsedMs)));
  const missing = closed.flatMap((gate) => gate.missing(basis, elapsedMs));
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
}: VerdictBasis): number {
  const more = moreSame(tests.margin, balanceOf(totals), promoteOdds);
  return Math.max(settings.minRequests - totals.pairs, more);
}

function latencyMissing({ evidence: { totals }, promoteOdds }: VerdictBasis): number {
  const within = totals.timed - totals.slower;
  return moreUntil((more) => signE(within + more, totals.timed + more), promoteOdds, MANY);
}

/** Why so many answers do not bring the decision nearer. */
function untimed({ evidence: { totals } }: VerdictBasis): string {
  const { disturbed, timed } = totals;
  if (disturbed * UNTIMED_PART < disturbed + timed) return '';
  return ` (${grouped(disturbed)} could not be timed: too busy a host)`;
}

function slowMissing({ evidence: { totals }, tests, promoteOdds }: VerdictBasis): number {
  const same = totals.slowTimed - totals.slowTesting - totals.slowRunning;
  return moreSame(tests.slow, [same, totals.slowTesting, totals.slowRunning], promoteOdds);
}

function windowsMissing({ evidence: { totals }, tests, promoteOdds }: VerdictBasis): number {
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
