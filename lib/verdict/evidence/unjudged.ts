import { type EndpointEvidence, EndpointPart } from './endpoint.ts';
import { type Evidence, TotalsPart } from './evidence.ts';

const endpointPart = new EndpointPart(() => ({ setAside: 0, doubtful: 0 }));
const totalsPart = new TotalsPart(() => ({ setAside: 0, doubtful: 0 }));

/**
 * Pairs that do not speak against testing. `setAside`: they count in neither direction. `doubtful`:
 * testing did worse and it was not seen twice; a rejection does not count them, a promotion does.
 */
export interface Unjudged {
  setAside: number;
  doubtful: number;
}

export function countUnjudged(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  what: keyof Unjudged,
): void {
  endpointPart.of(endpoint)[what]++;
  totalsPart.of(evidence)[what]++;
}

export function unjudgedOf(endpoint: EndpointEvidence): Readonly<Unjudged> {
  return endpointPart.seen(endpoint);
}

export function unjudgedIn(evidence: Evidence): Readonly<Unjudged> {
  return totalsPart.of(evidence);
}
