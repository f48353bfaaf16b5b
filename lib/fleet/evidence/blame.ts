import type { Reason } from '../../model/reason.ts';
import type { EndpointCount, TotalCount } from '../../verdict/sharing/counts.ts';
import { MAX_HOSTS_NAMED, type MergedReason } from './merged.ts';
import type { HostEvidence } from './record.ts';

/** A host has it alone when so much of it comes from there, and at most so much of the pairs. */
const MOST_OF_IT = 0.8;
const LITTLE_TRAFFIC = 0.5;

type Numbers = Readonly<Partial<Record<EndpointCount | TotalCount, number>>>;

/** By the code of a reason: how much one host adds to what it says. */
const EXCESS: Readonly<Record<string, (of: Numbers) => number>> = {
  errors: ({ worse = 0, better = 0, doubtful = 0 }) => worse + doubtful - better,
  'auth-bypass': ({ letIn = 0 }) => letIn,
  latency: ({ slower = 0, timed = 0 }) => slower - timed / 2,
  slow: ({ slowTesting = 0, slowRunning = 0 }) => slowTesting - slowRunning,
  'body-difference': ({ shapeWorse = 0, shapeBetter = 0, uncontrolledDiffers = 0 }) =>
    shapeWorse + uncontrolledDiffers - shapeBetter,
  'log-errors': ({ windowsNoisier = 0, windowsQuieter = 0 }) => windowsNoisier - windowsQuieter,
  'startup-errors': ({ startupErrors = 0 }) => startupErrors,
  'state-moved-on': ({ movedOn = 0 }) => movedOn,
  'not-comparable': ({ bodiesUnread = 0 }) => bodiesUnread,
  'own-state': ({ aside = 0 }) => aside,
};

/** Names the hosts that a reason comes from, and says where it is seen on one of them alone. */
export function withHosts(reason: Reason, hosts: readonly HostEvidence[]): MergedReason {
  const excessOf = EXCESS[reason.code];
  if (excessOf === undefined || hosts.length < 2) {
    return { ...reason, hosts: hosts.length === 1 ? hosts.map(({ host }) => host) : [] };
  }
  const shares = hosts
    .map((one) => ({
      host: one.host,
      pairs: one.counts.totals.pairs,
      excess: excessOf(numbersOf(one, reason.endpoint)),
    }))
    .filter(({ excess }) => excess > 0)
    .sort((left, right) => right.excess - left.excess || (left.host < right.host ? -1 : 1));
  const [first] = shares;
  const all = shares.reduce((sum, { excess }) => sum + excess, 0);
  const pairs = hosts.reduce((sum, { counts }) => sum + counts.totals.pairs, 0);
  const isAlone =
    first !== undefined &&
    first.excess >= MOST_OF_IT * all &&
    first.pairs <= LITTLE_TRAFFIC * pairs;
  const where = isAlone ? ` Seen on ${first.host}${shares.length > 1 ? ' almost' : ''} alone.` : '';
  const names = shares.slice(0, isAlone ? 1 : MAX_HOSTS_NAMED).map(({ host }) => host);
  return { ...reason, text: `${reason.text}${where}`, hosts: names };
}

// Private

function numbersOf({ counts }: HostEvidence, endpoint: string | null): Numbers {
  if (endpoint === null) return counts.totals;
  return counts.endpoints.find(({ name }) => name === endpoint)?.counts ?? {};
}
