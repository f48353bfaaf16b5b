import type { Endpoints } from '../compare/endpoint/endpoints.ts';
import type { LogBatch } from '../logs/follow/batch.ts';
import type { TrafficObservation } from '../model/exchange.ts';
import type { Role } from '../model/role.ts';
import type { RunningMemory } from './running-memory.ts';
import type { StartUps } from './start-ups.ts';
import type { Test } from './test.ts';

/** Passes on what running did for users: to the memory of running, and to the test under way. */
export function observed(
  batch: readonly TrafficObservation[],
  endpoints: Endpoints,
  memory: RunningMemory,
  test: Test | null,
): void {
  const responses = batch.map((it) => {
    const { endpointMethod: method, path, operation, kind, bytes, status, ms, failure, atMs } = it;
    const endpoint = endpoints.learn({ method, path, operation }, { status, kind, bytes, ms });
    return { endpoint, response: { status, ms, failure }, atMs };
  });
  memory.responded(responses);
  for (const [index, response] of responses.entries()) {
    test?.responded(response, batch[index]?.copied === true);
  }
}

/** Who takes in what versions log. */
interface LogTakers {
  readonly memory: RunningMemory;
  readonly test: Test | null;
  readonly startUps: StartUps;
}

/** What a version logged, by what it is now. */
interface Logged {
  readonly version: string;
  readonly role: Role;
  readonly instance: string;
  readonly batch: LogBatch;
}

/** Until its test begins, what a candidate logs counts as its start-up. */
export function logged(
  { memory, test, startUps }: LogTakers,
  { version, role, instance, batch }: Logged,
): void {
  // The version before has the role of running, too; what copies have it log is no memory of running.
  if (role === 'running' && version === test?.against) test.logged('running', batch);
  else if (role === 'running') {
    memory.logged(batch, instance);
    test?.logged(test.against === null ? 'running' : 'testing', batch);
  } else if (version === test?.release.name) test.logged('testing', batch);
  else startUps.logged(version, instance, batch);
}
