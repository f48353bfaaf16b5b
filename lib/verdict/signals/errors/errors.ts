import type { Reason } from '../../../model/reason.ts';
import { counted, percent } from '../../../text/numbers.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { type Balance, hasReached, MANY, moreSame, shareDone } from '../../decision/progress.ts';
import type { EndpointEvidence } from '../../evidence/endpoint.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { unjudgedOf } from '../../evidence/unjudged.ts';
import { shareIn } from '../../explain/cells.ts';
import { confidenceOf, worseAndBetter } from '../../explain/wording.ts';
import { ruledOutMargin } from '../../math/e-values.ts';
import {
  ALPHA_PROMOTE,
  BLOCK_ODDS,
  ENDPOINT_ODDS,
  endpointTest,
  PROMOTE_ODDS,
  RATIO,
} from '../../parameters.ts';
import type { SignalRow } from '../../report.ts';
import type { Blocker, Signal, TableInput } from '../signal.ts';
import {
  BUDGET,
  balanceOf,
  endpointPart,
  errorsAgainst,
  failuresOf,
  observe,
  recount,
  totalsPart,
} from './counting.ts';
import { errorFindings } from './findings.ts';

const CODE = 'errors';
/** Values that block a promotion: of the recent mean, and of the rate test. */
const RECENT_BLOCKS = 0.3;
const BURST_BLOCKS = 3;
/** Running fails now and then when it fails at least this often; one failure more is chance then. */
const RUNNING_FLAKY_RATE = 0.005;
const FLAKY_LEAD = 3;

/** Failures: one-sided ones by their balance (paired) and by their rate (burst). */
export const errors: Signal = {
  codes: [CODE],
  shownBy: 'errors',
  budget: BUDGET,
  observe,
  recount,
  against: errorsAgainst,
  suspicion: {
    value: (evidence) => totalsPart.of(evidence).paired,
    words: ({ totals: { worse, better } }) =>
      `testing did ${worseAndBetter(worse, better)} requests`,
  },
  endpointE: (endpoint) => {
    const { paired, burst } = endpointPart.of(endpoint);
    return Math.max(paired, burst.value);
  },
  criterion: {
    kind: 'amount',
    isMet: ({ evidence, settings, marginTest }) =>
      evidence.totals.pairs >= settings.minRequests &&
      hasReached(marginTest, balanceOf(evidence), PROMOTE_ODDS),
    isShareOfPairs: true,
    progress: (context) => shareDone(context.evidence.totals.pairs, requestsMissing(context)),
    missing: (context) => {
      const { pairs, worse, better } = context.evidence.totals;
      const more = requestsMissing(context);
      if (more >= MANY) return [`testing did worse in ${worse} of ${pairs} requests: too often`];
      const clean = worse > better ? ' without a new failure' : '';
      return [`${counted(more, 'more request')}${clean}`];
    },
  },
  blockers: blockers(),
  findings: errorFindings,
  atPromotion: marginReason,
  facts: (endpoint) => ({ failures: failuresOf(endpoint) }),
  rows: (input) => [row(input, '5xx, no response', 'failed'), row(input, '4xx', 'clientErrors')],
};

/** The least excess of failures that is ruled out; 1 when none is. */
export function ruledOutShare(evidence: Evidence): number {
  return ruledOutMargin(...balanceOf(evidence), ALPHA_PROMOTE, RATIO);
}

/** The odds that testing does not fail more often than running by the margin. */
export function fitE({ evidence, marginTest }: DecisionContext): number {
  return marginTest(...balanceOf(evidence));
}

export function ruledOutWords(known: number): string {
  if (known >= 1) return 'nothing is known yet about how often testing fails';
  return (
    `with ${confidenceOf(ALPHA_PROMOTE)} testing fails at most ` +
    `${percent(known)} more often than running`
  );
}

// Private

function requestsMissing({ evidence, settings, marginTest }: DecisionContext): number {
  const more = moreSame(marginTest, balanceOf(evidence), PROMOTE_ODDS);
  return Math.max(settings.minRequests - evidence.totals.pairs, more);
}

function blockers(): readonly Blocker[] {
  const failing = (endpoint: EndpointEvidence): string =>
    `fails in testing, worse in ${worseIn(endpoint)} of ` +
    counted(endpoint.counts.pairs, 'request');
  const balance = (endpoint: EndpointEvidence): Balance => {
    const { pairs, better } = endpoint.counts;
    const worse = worseIn(endpoint);
    return [pairs - unjudgedOf(endpoint).setAside - worse - better, worse, better];
  };
  return [
    {
      code: 1,
      blocks: (_, endpoint) => endpointPart.of(endpoint).recent >= RECENT_BLOCKS,
      words: failing,
      excess: (endpoint) => endpointPart.of(endpoint).recent / RECENT_BLOCKS,
    },
    {
      code: 2,
      blocks: (_, endpoint) => {
        const { burst, paired } = endpointPart.of(endpoint);
        return burst.value >= BURST_BLOCKS || paired >= BLOCK_ODDS;
      },
      words: failing,
      excess: (endpoint) => {
        const { burst, paired } = endpointPart.of(endpoint);
        return Math.max(burst.value / BURST_BLOCKS, paired / BLOCK_ODDS);
      },
    },
    {
      code: 6,
      blocks: ({ evidence: { totals } }, endpoint) => {
        const { better } = endpoint.counts;
        const worse = worseIn(endpoint);
        if (worse <= better) return false;
        const flaky = totals.runningFailures >= RUNNING_FLAKY_RATE * totals.runningRequests + 1;
        if (worse - better < (flaky ? FLAKY_LEAD : 1)) return false;
        return !hasReached(endpointTest, balance(endpoint), ENDPOINT_ODDS);
      },
      words: (endpoint) =>
        `did worse in ${worseIn(endpoint)} of ${counted(endpoint.counts.pairs, 'request')}`,
      balance,
    },
  ];
}

/** A promotion counts what is in doubt too. */
function worseIn(endpoint: EndpointEvidence): number {
  return endpoint.counts.worse + unjudgedOf(endpoint).doubtful;
}

function marginReason({ evidence, settings }: DecisionContext): Reason {
  const { pairs, worse, better } = evidence.totals;
  const known = ruledOutShare(evidence);
  const requests = counted(pairs, 'request');
  const balance = worseAndBetter(worse, better);
  const seen =
    balance === '' ? `as well as running in ${requests}` : `of ${requests} it did ${balance}`;
  return {
    code: CODE,
    endpoint: null,
    text: `${ruledOutWords(known)}, allowed ${percent(settings.margin)} (${seen}).`,
    observed: known,
    limit: settings.margin,
    samples: [],
  };
}

function row(input: TableInput, name: string, what: 'failed' | 'clientErrors'): SignalRow {
  const { context, measured, stateOf } = input;
  const { pairs, running, testing } = measured;
  const isWorse = testing[what] > running[what];
  return {
    code: CODE,
    name,
    running: shareIn(running[what], pairs),
    testing: shareIn(testing[what], pairs),
    limit: `+${percent(context.settings.margin)}`,
    state: isWorse ? stateOf(CODE, 'auth-bypass') : pairs > 0 ? 'ok' : '-',
  };
}
