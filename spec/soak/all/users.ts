import type { Failure, LoadResult } from '../kit/load-protocol.ts';
import type { Dropped, Killed } from './stage.ts';

/** From the end of a servlet until Vili has read it from its connections: Vili may be stopped itself, on a busy host. */
const NOTICED_MS = 15_000;

/** In flight when a servlet that had users was killed: begun before it was gone, and failed as soon as Vili knew. */
export function isExcused({ fromMs, untilMs }: Failure, killed: readonly Killed[]): boolean {
  return killed.some(
    (kill) =>
      (kill.victim === 'running' || kill.victim === 'previous') &&
      fromMs <= kill.goneMs &&
      untilMs >= kill.fromMs &&
      untilMs <= kill.goneMs + NOTICED_MS,
  );
}

/** How many responses came from each version that users must not meet. */
export function strangersIn(
  { versions, version, headMs }: LoadResult,
  dropped: readonly Dropped[],
  identifier: string,
): ReadonlyMap<string, number> {
  const bad = new Set(dropped.filter(({ fault }) => fault !== 'none').map(({ name }) => name));
  const met = new Map<string, number>();
  for (const [at, which] of version.entries()) {
    if (Number.isNaN(headMs[at])) continue;
    const name = `${identifier}-${versions[which]}`;
    if (bad.has(name)) met.set(name, (met.get(name) ?? 0) + 1);
  }
  return met;
}
