import type { PairOutcome } from '../../compare/outcome.ts';
import { isDenied, severityOf } from '../../compare/severity.ts';
import type { Reason } from '../../model/reason.ts';
import { counted } from '../../text/numbers.ts';
import type { DecisionContext } from '../decision/context.ts';
import { moreSame } from '../decision/progress.ts';
import { type EndpointEvidence, EndpointPart } from '../evidence/endpoint.ts';
import { type Evidence, TotalsPart } from '../evidence/evidence.ts';
import { isDenial } from '../evidence/failures.ts';
import { authAlternatives, ChangeMixture } from '../math/change-mixture.ts';
import { nonInferiority } from '../math/e-values.ts';
import { PROMOTE_ODDS } from '../parameters.ts';
import { startE } from '../sharing/change.ts';
import { errorsAgainst, failuresOf } from './errors/counting.ts';
import { MAX_SAMPLES, type ObservedPair, type Signal } from './signal.ts';

const BUDGET = { auth: 0.04 };
/** Denied callers that testing may let in. */
const LET_IN_RATE = 0.01;
/** After letting one in, this rate has to be ruled out before a promotion. */
const LET_IN_MARGIN = 0.05;
/** Denied requests that should have come by now; after that, waiting for one is pointless. */
const DENIALS_EXPECTED = 5;
const MAX_ENDPOINTS = 4;
const letInTest = nonInferiority(LET_IN_MARGIN, 0);

const endpointPart = new EndpointPart(() => ({
  refused: 0,
  /** Denials that running was asked about again: it let the caller in, or denied it once more. */
  refusedOnce: 0,
  refusedTwice: 0,
  /** Callers that running denied before the test. */
  historyRefused: 0,
}));
const totalsPart = new TotalsPart(() => ({
  refused: 0,
  letIn: 0,
  auth: new ChangeMixture(authAlternatives),
}));

/** Whether testing lets callers in that running denies (401, 403): two of them are enough to reject. */
export const access: Signal = {
  codes: ['auth-bypass'],
  shownBy: 'errors',
  budget: BUDGET,
  observe,
  observeHistory: (_, endpoint, response) => {
    if (isDenied(response)) endpointPart.of(endpoint).historyRefused++;
  },
  recount: ({ evidence }) => {
    const { refused, letIn, auth } = totalsPart.of(evidence);
    const block = { misses: Math.max(0, refused - letIn), hits: letIn, surprise: 0 };
    auth.assume(startE(block, authAlternatives, LET_IN_RATE));
  },
  against,
  suspicion: {
    value: (evidence) => totalsPart.of(evidence).auth.value,
    words: (evidence) =>
      `testing let in ${totalsPart.of(evidence).letIn} callers that running denied`,
  },
  /** One caller let in may be chance, but has to stay the only one for a while. */
  criterion: {
    kind: 'objection',
    isMet: ({ evidence }) => denialsMissing(evidence) === 0,
    progress: ({ evidence }) => {
      const { refused } = totalsPart.of(evidence);
      return refused / (refused + denialsMissing(evidence));
    },
    missing: ({ evidence }) => [
      `${counted(denialsMissing(evidence), 'more request')} that running denies (401, 403) and ` +
        `testing denies too: it let ${totalsPart.of(evidence).letIn} in`,
    ],
  },
  blockers: [
    {
      code: 9,
      /** Running denied callers here before the test: wait until testing has been asked the same. */
      blocks: (_, endpoint) => {
        const { pairs, historyAnswers } = endpoint.counts;
        const { refused, historyRefused } = endpointPart.seen(endpoint);
        if (historyRefused === 0 || refused > 0) return false;
        return pairs * (historyRefused / historyAnswers) < DENIALS_EXPECTED;
      },
      words: () =>
        'denied callers (401, 403) before the test, and testing has not been asked that yet',
      excess: () => 2,
    },
  ],
  findings: ({ evidence }) => {
    const strength = against(evidence) + errorsAgainst(evidence) / 10;
    return [...evidence.endpoints.all()]
      .filter(({ counts }) => counts.letIn > 0)
      .slice(0, MAX_ENDPOINTS)
      .map((endpoint) => ({ reason: letInReason(endpoint), strength }));
  },
};

/**
 * Whether running means its denial. It does not when it lets the same caller in a moment later: a
 * log-in that had not taken effect, a check of access that failed. Where it was not asked again, what
 * it mostly did at this endpoint decides, and in doubt the denial stands. Known before testing responds.
 */
export function denialStands(endpoint: EndpointEvidence, outcome: PairOutcome): boolean {
  const { deniedAgain = null } = outcome;
  return deniedAgain ?? !mostlyPasses(endpoint);
}

// Private

function observe(
  { evidence }: DecisionContext,
  endpoint: EndpointEvidence,
  pair: ObservedPair,
): void {
  const { running, testing, deniedAgain } = pair.outcome;
  if (!isDenied(running)) return;
  const own = endpointPart.of(endpoint);
  if (deniedAgain === true) own.refusedTwice++;
  if (deniedAgain === false) own.refusedOnce++;
  if (pair.setAside !== null || !pair.denialStands || mostlyPasses(endpoint)) return;
  const letIn = severityOf(testing) === 0;
  const totals = totalsPart.of(evidence);
  totals.refused++;
  own.refused++;
  if (letIn) {
    totals.letIn++;
    endpoint.counts.letIn++;
  }
  totals.auth.update(letIn, LET_IN_RATE);
}

function against(evidence: Evidence): number {
  return BUDGET.auth * totalsPart.of(evidence).auth.value;
}

/** Denials here come and go: two in a row may be chance, and do not prove that access is closed. */
function mostlyPasses(endpoint: EndpointEvidence): boolean {
  const { refusedOnce, refusedTwice } = endpointPart.seen(endpoint);
  return refusedOnce > refusedTwice;
}

function denialsMissing(evidence: Evidence): number {
  const { refused, letIn } = totalsPart.of(evidence);
  return letIn === 0 ? 0 : moreSame(letInTest, [refused - letIn, letIn, 0], PROMOTE_ODDS);
}

function letInReason(endpoint: EndpointEvidence): Reason {
  const { name, counts } = endpoint;
  const { refused } = endpointPart.seen(endpoint);
  const entry = failuresOf(endpoint).find((one) => isDenial(one.running));
  return {
    code: 'auth-bypass',
    endpoint: name,
    text:
      `${name}: testing let in callers that running denied with 401 or 403, in ` +
      `${counts.letIn} of ${counted(refused, 'denied request')}`,
    observed: counts.letIn / Math.max(1, refused),
    limit: 0,
    samples: entry?.samples.slice(0, MAX_SAMPLES) ?? [],
  };
}
