import { saneMs } from '../../../compare/severity.ts';
import type { PairOutcome } from '../../../compare/outcome.ts';
import { type EndpointEvidence, EndpointPart } from '../../evidence/endpoint.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';

/**
 * Running's first time is taken on the users' path, testing's by the mirror, after running has warmed the
 * caches that both share: two places and two moments. So first times never reject. They hold where
 * testing is slower by far more than that explains, and stand in where no request can be put twice.
 */
const FACTOR = 2;
const SLACK_MS = 20;
/** Of the latest so many first times, at most this share may be far slower. */
const RECENT = 32;
const MAX_SHARE = 0.5;
const FEW = 8;

const endpointPart = new EndpointPart(() => ({
  firstTimed: 0,
  firstSlower: 0,
  /** Mean of the latest: 1 far slower, 0 not. */
  firstRecent: 0,
}));
const totalsPart = new TotalsPart(() => ({ firstTimed: 0, firstSlower: 0 }));

/** `limitMs`: what the comparison of second times would allow for running's time. */
export function observeFirst(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  { running, testing }: PairOutcome,
  limitMs: number,
): void {
  const own = endpointPart.of(endpoint);
  const totals = totalsPart.of(evidence);
  const [ours, theirs] = [saneMs(running.ms), saneMs(testing.ms)];
  const isFarSlower = theirs > FACTOR * ours + SLACK_MS;
  own.firstTimed++;
  if (isFarSlower) own.firstSlower++;
  own.firstRecent += (Number(isFarSlower) - own.firstRecent) / Math.min(own.firstTimed, RECENT);
  totals.firstTimed++;
  if (theirs > limitMs) totals.firstSlower++;
}

/** How often first times were compared, and testing was clearly slower. */
export function firstTimes(evidence: Evidence): { timed: number; slower: number } {
  const { firstTimed: timed, firstSlower: slower } = totalsPart.of(evidence);
  return { timed, slower };
}

export function holdsByFirst(endpoint: EndpointEvidence): boolean {
  const { firstTimed, firstRecent } = endpointPart.of(endpoint);
  return firstTimed >= FEW && firstRecent > MAX_SHARE;
}

export function firstCounts(endpoint: EndpointEvidence): { timed: number; slower: number } {
  const { firstTimed: timed, firstSlower: slower } = endpointPart.of(endpoint);
  return { timed, slower };
}

export function firstExcess(endpoint: EndpointEvidence): number {
  return endpointPart.of(endpoint).firstRecent / MAX_SHARE;
}
