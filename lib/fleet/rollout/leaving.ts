import {
  type Build,
  finishedWith,
  type HostRecord,
  LIMITS,
  type Rollout,
  runs,
} from './records.ts';

type Leaving = Rollout['leaving'];

/** Who has still to go back once another rollout follows this one: hosts that were away while it was stopped. */
export function leavingAfter(before: Rollout | null): Leaving {
  if (before === null) return {};
  const { phase, takesBack, assigned, candidate } = before;
  const stayed = phase === 'stopped' && takesBack ? Object.keys(assigned) : [];
  const all = [
    ...Object.entries(before.leaving),
    ...stayed.map((host): readonly [string, Build] => [host, candidate]),
  ];
  // Whoever stays away is not remembered for ever: builds of long ago are not either.
  const known = new Set(finishedWith(before).slice(-LIMITS.finished));
  return Object.fromEntries(all.filter(([, { sha256 }]) => known.has(sha256)));
}

/** Without those that are there and do not run the build any more. */
export function stillLeaving(leaving: Leaving, hosts: readonly HostRecord[]): Leaving {
  const stays = ([host, build]: readonly [string, Build]): boolean => {
    const found = hosts.find((one) => one.host === host);
    return found === undefined || found.isSwitching || runs(found, build);
  };
  return Object.fromEntries(Object.entries(leaving).filter(stays));
}

/** The build that this host is to go back from; null: none. */
export function buildToLeave({ leaving }: Rollout, host: HostRecord): Build | null {
  const build = Object.hasOwn(leaving, host.host) ? (leaving[host.host] ?? null) : null;
  return build !== null && runs(host, build) ? build : null;
}
