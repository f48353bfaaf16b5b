import type { Outage, UserFailure } from '../host.ts';
import type { Dropped } from '../releases.ts';

/** What users of one host met. */
export interface UsersOfHost {
  readonly name: string;
  /** It has the data with which some versions are bad. */
  readonly isBad: boolean;
  readonly failures: readonly UserFailure[];
  readonly outages: readonly Outage[];
  readonly versions: ReadonlyMap<string, number>;
}

/** Failures while its Vili was killed, or under way when it was. */
export function isExcused(failure: UserFailure, outages: readonly Outage[]): boolean {
  return outages.some(
    ({ fromMs, untilMs }) => failure.begunMs <= untilMs && failure.endedMs >= fromMs,
  );
}

/** What must not have happened to users of a host, one sentence each. */
export function auditUsers(
  { name, isBad, failures, outages, versions }: UsersOfHost,
  dropped: readonly Dropped[],
): readonly string[] {
  const failed = failures.filter((failure) => !isExcused(failure, outages));
  const met = dropped.filter(
    ({ name: version, quality }) =>
      versions.has(version) && (quality === 'bad' || (quality === 'bad on one host' && isBad)),
  );
  return [
    ...failed.map(
      ({ request, problem, begunMs, endedMs }) =>
        `user of ${name}, ${Math.round(begunMs)} to ${Math.round(endedMs)} ms: ${request}: ${problem}`,
    ),
    ...met.map(({ name: version, quality }) => `users of ${name} met ${version}, ${quality}`),
  ];
}
