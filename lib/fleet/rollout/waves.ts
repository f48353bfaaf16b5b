import { waveLimit } from '../../model/promotion/wave.ts';
import type { RolloutInput } from './input.ts';
import { stillLeaving } from './leaving.ts';
import { type HostRecord, placeOf, type Rollout, runs, tests } from './records.ts';

/** Takes note of which hosts have gone, also by hand, and gives up the place of those that were away for too long. */
export function settled(before: Rollout, input: RolloutInput): Rollout {
  const rollout = { ...before, leaving: stillLeaving(before.leaving, input.hosts) };
  if (rollout.phase === 'stopped') return withoutBack(rollout, input);
  const { hosts, released } = input;
  const { candidate } = rollout;
  const wave = openWave(rollout, input);
  const kept = Object.entries(rollout.assigned).filter(([host]) => !released.has(host));
  const going = hosts.filter(
    (host) => runs(host, candidate) || (host.isSwitching && tests(host, candidate)),
  );
  const places = new Map([...going.map(({ host }) => [host, wave] as const), ...kept]);
  const through = hosts.filter(
    (host) => runs(host, candidate) && !host.isSwitching && !host.isOnProbation,
  );
  const still = rollout.settled.filter((host) => places.has(host) && !isBack(host, hosts, rollout));
  return {
    ...rollout,
    assigned: Object.fromEntries([...places].toSorted(byName)),
    settled: [...new Set([...still, ...through.map(({ host }) => host)])].toSorted(),
  };
}

/** Tells as many further hosts to go as the open wave has room for. */
export function assigned(rollout: Rollout, input: RolloutInput): Rollout {
  const room = roomOf(rollout, input);
  if (room <= 0) return rollout;
  const next = waiting(rollout, input).slice(0, room);
  if (next.length === 0) return rollout;
  const wave = openWave(rollout, input);
  const places = [
    ...Object.entries(rollout.assigned),
    ...next.map(({ host }) => [host, wave] as const),
  ];
  return { ...rollout, assigned: Object.fromEntries(places.toSorted(byName)), wave };
}

/** Every host that was told to go has gone, or is away while others have gone, and no further one may. */
export function waveIsOver(rollout: Rollout, input: RolloutInput): boolean {
  const { assigned: places, settled: through, candidate } = rollout;
  const wave = openWave(rollout, input);
  const present = new Set(input.hosts.map(({ host }) => host));
  const pending = Object.keys(places).filter((host) => !through.includes(host));
  if (pending.some((host) => present.has(host))) return false;
  if (roomOf(rollout, input) > 0 && canStillGo(rollout, input)) return false;
  const ofWave = Object.keys(places).filter((host) => places[host] === wave);
  const isProven = ofWave.length === 0 || ofWave.some((host) => through.includes(host));
  return isProven && input.hosts.some((host) => runs(host, candidate));
}

// Private

/** Of a stopped rollout: who went back once is told so no more. */
function withoutBack(rollout: Rollout, { hosts }: RolloutInput): Rollout {
  const stays = ([host]: readonly [string, number]): boolean => {
    const found = hosts.find((one) => one.host === host);
    return found === undefined || found.isSwitching || runs(found, rollout.candidate);
  };
  return {
    ...rollout,
    assigned: Object.fromEntries(Object.entries(rollout.assigned).filter(stays)),
  };
}

/** There may be fewer waves now than when it was opened. */
function openWave({ wave }: Rollout, { waves }: RolloutInput): number {
  return Math.min(wave, waves.length - 1);
}

/** Places that are taken count while their host is away: it may be on its way. */
function roomOf(rollout: Rollout, input: RolloutInput): number {
  const wave = input.waves[openWave(rollout, input)];
  const limit = wave === undefined ? 0 : waveLimit(wave, input.hosts.length);
  return limit - Object.keys(rollout.assigned).length;
}

/** Hosts that could go now, in the order of their names. */
function waiting(rollout: Rollout, { hosts }: RolloutInput): readonly HostRecord[] {
  return hosts
    .filter(
      (host) => isCandidate(host, rollout) && host.testing?.isReady === true && host.waits === null,
    )
    .toSorted((left, right) => (left.host < right.host ? -1 : 1));
}

/** Or soon: it is still starting, or something of that host is to end first. */
function canStillGo(rollout: Rollout, { hosts }: RolloutInput): boolean {
  return hosts.some((host) => isCandidate(host, rollout));
}

function isCandidate(host: HostRecord, rollout: Rollout): boolean {
  if (placeOf(rollout, host.host) !== null) return false;
  return tests(host, rollout.candidate) && !rollout.excluded.includes(host.host);
}

/** It is there, and does not run the build any more. */
function isBack(name: string, hosts: readonly HostRecord[], { candidate }: Rollout): boolean {
  const found = hosts.find(({ host }) => host === name);
  return found !== undefined && !runs(found, candidate);
}

function byName([one]: readonly [string, number], [other]: readonly [string, number]): number {
  return one < other ? -1 : 1;
}
