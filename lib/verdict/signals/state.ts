import type { PairOutcome } from '../../compare/outcome.ts';
import { severityOf } from '../../compare/severity.ts';
import { counted, percent } from '../../text/numbers.ts';
import type { DecisionContext } from '../decision/context.ts';
import { type EndpointEvidence, EndpointPart } from '../evidence/endpoint.ts';
import { recordFailure } from '../evidence/failures.ts';
import { Tally } from '../evidence/tally.ts';
import { type Finding, MAX_SAMPLES, type ObservedPair, type Signal } from './signal.ts';

const CODE = 'state-moved-on';
/** Pairs of an endpoint that may be forgiven, since what they asked for had changed meanwhile. */
const FORGIVEN_SHARE = 0.01;
/** A single one says nothing yet; and so many standard deviations more may be chance. */
const FEW = 1;
const CHANCE = 1.5;
const MAX_ENDPOINTS = 3;

const endpointPart = new EndpointPart(() => ({
  /** Pairs set aside since running, asked again, responded as testing had. */
  movedOn: 0,
  moves: null as Tally | null,
}));

/**
 * Pairs that say nothing, since the state of the service moved on between both responses: deleted
 * meanwhile, a link that works once, a log-out. They count in neither direction. A version that breaks
 * what both share would look the same, so an endpoint with too many of them holds the promotion.
 */
export const state: Signal = {
  codes: [CODE],
  shownBy: 'errors',
  observe: (_, endpoint, pair) => {
    if (pair.setAside === CODE && mayHide(pair.outcome)) keep(endpoint, pair);
  },
  blockers: [
    {
      code: 10,
      blocks: (context, endpoint) => isForgivenOften(context, endpoint),
      words: (endpoint) => `${movedWords(endpoint)} (at most ${percent(FORGIVEN_SHARE)} may)`,
      excess: (endpoint) =>
        endpointPart.seen(endpoint).movedOn / (FORGIVEN_SHARE * endpoint.counts.pairs),
    },
  ],
  findings,
};

// Private

/** Where testing did better there is nothing to hide. */
function mayHide({ running, testing }: PairOutcome): boolean {
  return severityOf(testing) >= severityOf(running);
}

function keep(endpoint: EndpointEvidence, { outcome }: ObservedPair): void {
  const own = endpointPart.of(endpoint);
  own.movedOn++;
  recordFailure((own.moves ??= new Tally()), outcome);
}

function isForgivenOften({ isAccepted }: DecisionContext, endpoint: EndpointEvidence): boolean {
  const { movedOn } = endpointPart.seen(endpoint);
  const allowed = FORGIVEN_SHARE * endpoint.counts.pairs;
  if (movedOn <= Math.max(FEW, allowed + CHANCE * Math.sqrt(allowed))) return false;
  return !isAccepted(acceptOf(endpoint));
}

/** The endpoints that hold, the most affected first. */
function findings(context: DecisionContext): readonly Finding[] {
  return [...context.evidence.endpoints.all()]
    .filter((endpoint) => isForgivenOften(context, endpoint))
    .sort((left, right) => endpointPart.seen(right).movedOn - endpointPart.seen(left).movedOn)
    .slice(0, MAX_ENDPOINTS)
    .map((endpoint) => {
      const { movedOn, moves } = endpointPart.seen(endpoint);
      const [top] = moves?.entries() ?? [];
      const instance =
        top === undefined ? '' : `: testing ${top.testing} where running first ${top.running}`;
      return {
        strength: 0,
        reason: {
          code: CODE,
          endpoint: endpoint.name,
          text:
            `${endpoint.name}: ${movedWords(endpoint)}${instance}. A link that works once ` +
            `does this, and so does a version that breaks what both share`,
          observed: movedOn / Math.max(1, endpoint.counts.pairs),
          limit: FORGIVEN_SHARE,
          samples: top?.samples.slice(0, MAX_SAMPLES) ?? [],
          accept: acceptOf(endpoint),
        },
      };
    });
}

function acceptOf({ name }: EndpointEvidence): string {
  return `moved-on ${name}`;
}

function movedWords(endpoint: EndpointEvidence): string {
  const { movedOn } = endpointPart.seen(endpoint);
  return (
    `running does not repeat itself: asked again, it responded as testing had, in ` +
    `${movedOn} of ${counted(endpoint.counts.pairs, 'request')}`
  );
}
