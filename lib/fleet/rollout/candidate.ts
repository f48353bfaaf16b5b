import type { Build, HostRecord } from './records.ts';

/**
 * The build that the fleet should decide on next: of the newest version under test, the one that most hosts have; null
 * when all of them had their rollout.
 */
export function candidateAmong(
  hosts: readonly HostRecord[],
  finished: readonly string[],
  compareVersions: (left: string, right: string) => number,
): Build | null {
  const tested = hosts.flatMap(({ testing }) => testing ?? []);
  const open = tested.filter(({ sha256 }) => !finished.includes(sha256));
  const newest = open.reduce<string | null>(
    (best, { version }) => (best === null || compareVersions(version, best) > 0 ? version : best),
    null,
  );
  if (newest === null) return null;
  const counts = new Map<string, number>();
  for (const { version, sha256 } of open) {
    if (version === newest) counts.set(sha256, (counts.get(sha256) ?? 0) + 1);
  }
  const [first] = [...counts].toSorted(
    ([one, times], [other, others]) => others - times || (one < other ? -1 : 1),
  );
  return first === undefined ? null : { version: newest, sha256: first[0] };
}
