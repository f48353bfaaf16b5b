import { counted, percent } from '../../../text/numbers.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { type EndpointEvidence, EndpointPart } from '../../evidence/endpoint.ts';
import { Tally } from '../../evidence/tally.ts';
import { type Finding, MAX_SAMPLES, type Signal } from '../signal.ts';

const CODE = 'not-comparable';
/** Of the pairs of an endpoint, so many may have a response of testing that cannot be read. */
const UNREAD_SHARE = 0.1;
const MAX_ENDPOINTS = 3;

const endpointPart = new EndpointPart(() => ({
  /** Pairs of which running's body could be read, twice where it was asked again, and testing's not. */
  bodiesUnread: 0,
  /** Why, as the paths of the tally. */
  unreadCauses: null as Tally | null,
}));

/**
 * Bodies that Vili can read from running and not from testing, as of an encoding that it does not know.
 * What users' programs make of them is not known, so this rejects nothing, but the endpoint is not promoted
 * unseen.
 */
export const unread: Signal = {
  codes: [CODE],
  shownBy: 'body-difference',
  observe: (_, endpoint, { outcome }) => {
    if (outcome.unread?.by !== 'testing') return;
    const own = endpointPart.of(endpoint);
    own.bodiesUnread++;
    (own.unreadCauses ??= new Tally()).add(
      { kind: 'body', path: outcome.unread.why },
      outcome.requestId,
    );
  },
  blockers: [
    {
      code: 12,
      blocks: (context, endpoint) => isUnread(context, endpoint),
      words: unreadWords,
      excess: (endpoint) =>
        endpointPart.seen(endpoint).bodiesUnread /
        (UNREAD_SHARE * Math.max(1, endpoint.counts.pairs)),
    },
  ],
  findings: (context) =>
    [...context.evidence.endpoints.all()]
      .filter((endpoint) => isUnread(context, endpoint))
      .sort(
        (left, right) =>
          endpointPart.seen(right).bodiesUnread - endpointPart.seen(left).bodiesUnread,
      )
      .slice(0, MAX_ENDPOINTS)
      .map(findingOf),
};

// Private

function isUnread({ isAccepted }: DecisionContext, endpoint: EndpointEvidence): boolean {
  const own = endpointPart.seen(endpoint);
  if (own.bodiesUnread <= UNREAD_SHARE * endpoint.counts.pairs) return false;
  return !isAccepted(acceptOf(endpoint));
}

function findingOf(endpoint: EndpointEvidence): Finding {
  const own = endpointPart.seen(endpoint);
  return {
    strength: 0,
    reason: {
      code: CODE,
      endpoint: endpoint.name,
      text: `${endpoint.name} ${unreadWords(endpoint)}`,
      observed: own.bodiesUnread / Math.max(1, endpoint.counts.pairs),
      limit: UNREAD_SHARE,
      samples: own.unreadCauses?.entries()[0]?.samples.slice(0, MAX_SAMPLES) ?? [],
      accept: acceptOf(endpoint),
    },
  };
}

function unreadWords(endpoint: EndpointEvidence): string {
  const own = endpointPart.seen(endpoint);
  return (
    `cannot be compared: testing's body is ${own.unreadCauses?.entries()[0]?.path ?? 'unreadable'}, where running's could be read, in ` +
    `${own.bodiesUnread} of ${counted(endpoint.counts.pairs, 'response')} (at most ${percent(UNREAD_SHARE)} may)`
  );
}

function acceptOf({ name }: EndpointEvidence): string {
  return `not-comparable ${name}`;
}
