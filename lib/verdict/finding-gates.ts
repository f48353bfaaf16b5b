import type { VerdictBasis } from './basis.ts';
import { moreUntil } from './e-values.ts';
import type { ErrorKind } from './error-kinds.ts';
import type { Gate } from './gate.ts';
import { runningHurt } from './running-health.ts';
import { counted, durationOf, messageIn, percent } from './wording.ts';

const MANY = 1e6;

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

export const findingGates: readonly Gate[] = [
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
