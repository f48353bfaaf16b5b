import {
  type Build,
  type HostRecord,
  type Rollout,
  runs,
} from '../../../../lib/fleet/rollout/records.ts';
import { type Wave, waveLimit } from '../../../../lib/model/promotion/wave.ts';

/** What a leader may have seen when it wrote: anything since the rollout was written before. */
export interface Window {
  mostHosts: number;
  readonly wereAway: Set<string>;
  /** An operator held the fleet all the time. */
  isHeld: boolean;
}

export interface Scene {
  readonly hosts: ReadonlyMap<string, HostRecord>;
  readonly window: Window;
  readonly waves: readonly Wave[];
}

/** Whether the host has the build, or is just going to it. */
export function hasBegun(host: HostRecord, build: Build): boolean {
  return runs(host, build) || (host.isSwitching && host.testing?.sha256 === build.sha256);
}

/** What is wrong with the hosts that this write tells to go; null: nothing. */
export function placesProblem(
  before: Rollout | null,
  after: Rollout,
  { hosts, window, waves }: Scene,
): string | null {
  const old = before?.id === after.id ? before.assigned : {};
  const added = Object.keys(after.assigned).filter((host) => old[host] === undefined);
  // Who has gone already is only taken note of.
  const told = added.filter((name) => {
    const host = hosts.get(name);
    return host === undefined || !hasBegun(host, after.candidate);
  });
  if (told.length === 0) return null;
  const who = `${told.join(', ')} to go to ${after.candidate.version}`;
  if (after.heldBy !== null) return `the rollout is held, and tells ${who}`;
  if (window.isHeld) return `the fleet is held by an operator, and the rollout tells ${who}`;
  if (after.phase !== 'waves' && after.phase !== 'done') {
    return `the rollout is ${after.phase}, and tells ${who}`;
  }
  const wave = waves[Math.min(after.wave, waves.length - 1)];
  const most = wave === undefined ? 0 : waveLimit(wave, window.mostHosts);
  const count = Object.keys(after.assigned).length;
  return count <= most ? null : `${count} hosts may go in wave ${after.wave + 1}, not ${most}`;
}

/** What is wrong with a wave that opens; null: nothing. */
export function wavesProblem(
  before: Rollout | null,
  after: Rollout,
  { hosts, window }: Scene,
): string | null {
  if (before?.id !== after.id || before.phase !== 'waves' || after.wave <= before.wave) return null;
  const open = Object.keys(before.assigned).filter(
    (host) => hosts.has(host) && !window.wereAway.has(host) && !after.settled.includes(host),
  );
  return open.length === 0
    ? null
    : `wave ${after.wave + 1} opened before ${open.join(', ')} had gone and proved itself`;
}
