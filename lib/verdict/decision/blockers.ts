import { counted } from '../../text/numbers.ts';
import type { EndpointEvidence } from '../evidence/endpoint.ts';
import { ENDPOINT_ODDS, endpointTest } from '../parameters.ts';
import { signals } from '../signals/list.ts';
import type { Blocker } from '../signals/signal.ts';
import type { DecisionContext } from './context.ts';
import { type Balance, hasReached, MANY, moreSame } from './progress.ts';

const blockers = signals
  .flatMap((one) => one.blockers ?? [])
  .sort((left, right) => left.code - right.code);
/** The functions alone: a loop over them runs for each pair. */
const blocks = blockers.map((one) => one.blocks);
const endpointEs = signals.flatMap((one) => one.endpointE ?? []);

/** Decides anew whether this endpoint blocks a promotion; O(1), called after each of its pairs. */
export function updateBlocker(context: DecisionContext, endpoint: EndpointEvidence): void {
  const { counts } = endpoint;
  const { totals } = context.evidence;
  let index = 0;
  while (index < blocks.length && !(blocks[index] as Blocker['blocks'])(context, endpoint)) index++;
  const code = blockers[index]?.code ?? 0;
  if (code > 0 !== counts.hold > 0) totals.held += code > 0 ? 1 : -1;
  counts.hold = code;
}

/** The endpoints that block a promotion, the ones with the most evidence against them first. */
export function heldEndpoints({ evidence }: DecisionContext): readonly EndpointEvidence[] {
  if (evidence.totals.held === 0) return [];
  // Weighed once each: hundreds may be held, and this is asked with every decision.
  const held: { readonly endpoint: EndpointEvidence; readonly weight: number }[] = [];
  for (const endpoint of evidence.endpoints.all()) {
    if (endpoint.counts.hold > 0) held.push({ endpoint, weight: largestE(endpoint) });
  }
  return held.sort((left, right) => right.weight - left.weight).map(({ endpoint }) => endpoint);
}

/** How far the endpoint that is farthest from letting go is, 0 to 1; 1 where none blocks a promotion. */
export function heldProgress({ evidence }: DecisionContext): number {
  let least = 1;
  if (evidence.totals.held === 0) return least;
  for (const endpoint of evidence.endpoints.all()) {
    if (endpoint.counts.hold > 0) least = Math.min(least, endpointProgress(endpoint, least));
  }
  return least;
}

/**
 * How far an endpoint that blocks is from letting go, 0 to 1. Who looks for the least of many gives what was found so far as
 * `most`: an endpoint with more gives that, at a fraction of the cost.
 */
export function endpointProgress(endpoint: EndpointEvidence, most = 1): number {
  const blocker = blockerOf(endpoint);
  const balance = blocker?.balance?.(endpoint);
  if (balance === undefined) return 1 / Math.max(1, blocker?.excess?.(endpoint) ?? 1);
  const [same, worse, better] = balance;
  const total = same + worse + better;
  if (hasProgress(balance, total, most)) return most;
  return total / (total + responsesMissing(balance));
}

/** In words what an endpoint needs before it lets go. */
export function endpointMissing(endpoint: EndpointEvidence): string {
  const blocker = blockerOf(endpoint);
  const balance = blocker?.balance?.(endpoint);
  const words = `${endpoint.name} ${blocker?.words(endpoint) ?? 'is fine'}`;
  if (balance === undefined) return words;
  const more = responsesMissing(balance);
  const needs =
    more >= MANY ? 'your decision' : `needs about ${counted(more, 'more good response')}`;
  return `${words}: ${needs}`;
}

/** The largest e-value against one endpoint. */
export function largestE(endpoint: EndpointEvidence): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const valueOf of endpointEs) largest = Math.max(largest, valueOf(endpoint));
  return largest;
}

// Private

function blockerOf({ counts }: EndpointEvidence): Blocker | undefined {
  return blockers.find(({ code }) => code === counts.hold);
}

/** One step of the test instead of the some forty that it takes to find out how many responses are missing. */
function hasProgress([same, worse, better]: Balance, total: number, share: number): boolean {
  let more = Math.floor((total * (1 - share)) / share);
  // The share is a fraction that was rounded.
  if (total / (total + more) < share) more--;
  if (more < 1) return false;
  return more >= MANY || hasReached(endpointTest, [same + more, worse, better], ENDPOINT_ODDS);
}

function responsesMissing(balance: Balance): number {
  return Math.max(1, moreSame(endpointTest, balance, ENDPOINT_ODDS));
}
