import type { VerdictBasis } from './basis.ts';
import { moreUntil, type PairTest, signE } from './e-values.ts';
import { balanceOf } from './evidence.ts';
import { findingGates } from './finding-gates.ts';
import type { Gate } from './gate.ts';
import { endpointMissing, endpointProgress, heldEndpoints } from './hold-wording.ts';
import { counted, durationOf, grouped, percent } from './wording.ts';

const MANY = 1e6;
const MAX_ENDPOINTS_NAMED = 3;
/** One answer in so many that could not be timed is worth telling. */
const UNTIMED_PART = 10;

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
