import { endpointBudget } from '../evidence/endpoint.ts';
import { RECENT_PAIRS } from '../signals/errors/counting.ts';
import { endpointFields, type EndpointCount, type HostCounts } from './counts.ts';

export interface EndpointSum {
  readonly name: string;
  readonly counts: Record<EndpointCount, number>;
}

/**
 * The endpoints of all hosts added up. Their order, by which they share the budget, is that of discovery: it follows
 * from the traffic, and not from how testing did.
 */
export function endpointsOf(hosts: readonly HostCounts[]): readonly EndpointSum[] {
  const found = new Map<string, EndpointSum & { budget: number; latest: number }>();
  for (const { counts: host } of hosts) {
    for (const { name, rank, counts, present } of host.endpoints) {
      let one = found.get(name);
      if (one === undefined) {
        one = { name, budget: 0, latest: 0, counts: endpointFields.blank() };
        found.set(name, one);
      }
      one.budget += endpointBudget(rank);
      one.latest += Math.min(RECENT_PAIRS, counts.pairs);
      endpointFields.add(one.counts, counts, present);
    }
  }
  const sums = [...found.values()].sort(
    (left, right) => right.budget - left.budget || (left.name < right.name ? -1 : 1),
  );
  for (const { counts, latest } of sums) counts.recent /= Math.max(1, latest);
  return sums;
}
