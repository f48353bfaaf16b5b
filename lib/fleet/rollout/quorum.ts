import type { RolloutInput } from './input.ts';
import { has, type Rollout } from './records.ts';

/** Why too few hosts are there for a wave to open; null: there are enough. */
export function quorumProblem(
  { candidate, members, excluded }: Rollout,
  { hosts, quorum }: Pick<RolloutInput, 'hosts' | 'quorum'>,
): string | null {
  const counted = members.filter((host) => !excluded.includes(host));
  const having = hosts.filter((host) => has(host, candidate) && !excluded.includes(host.host));
  const needed = Math.max(1, Math.ceil(quorum * counted.length - 1e-9));
  if (having.length >= needed) return null;
  return `${having.length} of ${counted.length} known hosts have ${candidate.version}, and ${needed} are needed (fleet.quorum)`;
}
