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
export interface Logged {
  readonly version: string;
  readonly role: Role;
  readonly instance: string;
  readonly batch: LogBatch;
}

/** How far what a version logs was read. */
export interface LogRead {
  readonly version: string;
  readonly role: Role;
  readonly toMs: number;
}

/** Notes how far the log of a version was read, for the test under way. */
export function logRead(test: Test | null, { version, role, toMs }: LogRead): void {
  const side = sideOf(test, version, role);
  if (side !== null) test?.logRead(side, toMs);
}

/** Until its test begins, what a candidate logs counts as its start-up. */
export function logged(
  { memory, test, startUps }: LogTakers,
  { version, role, instance, batch }: Logged,
): void {
  const side = sideOf(test, version, role);
  // The version before has the role of running, too; what copies have it log is no memory of running.
  if (role === 'running' && version !== test?.against) memory.logged(batch, instance);
  if (side !== null) test?.logged(side, batch);
  else if (role !== 'running') startUps.logged(version, instance, batch);
}

// Private

/** Whose log it is in the test under way; null: it has no part in it. */
function sideOf(test: Test | null, version: string, role: Role): 'running' | 'testing' | null {
  if (test === null) return null;
  if (role === 'running') {
    return test.against === null || version === test.against ? 'running' : 'testing';
  }
  return version === test.release.name ? 'testing' : null;
}
