import type { RolloutEvent, RolloutInput } from './input.ts';
import { leavingAfter } from './leaving.ts';
import {
  type Build,
  type FleetAsk,
  finishedWith,
  isEnded,
  LIMITS,
  type Rollout,
  rejects,
  tests,
} from './records.ts';

/** A new rollout; hosts of the one before still count as members, unless they were given up. */
export function begun(
  before: Rollout | null,
  candidate: Build,
  { token, released, hosts }: RolloutInput,
  events: RolloutEvent[],
): Rollout {
  const known = before?.members.filter((host) => !released.has(host)) ?? [];
  const finished = before === null ? [] : finishedWith(before);
  const testers = hosts.filter((host) => tests(host, candidate)).length;
  events.push({
    kind: 'began',
    text: `${candidate.version} is tested on ${testers} of ${hosts.length} hosts`,
  });
  return {
    schema: 'vili.rollout/1',
    id: (before?.id ?? 0) + 1,
    token,
    candidate,
    phase: 'collecting',
    wave: 0,
    assigned: {},
    settled: [],
    members: known,
    heldBy: null,
    excluded: [],
    decidedBy: '',
    reasons: [],
    takesBack: false,
    leaving: leavingAfter(before),
    finished,
  };
}

/** Written by this leader, with all hosts that are there. */
export function withMembers(rollout: Rollout, { hosts, token }: RolloutInput): Rollout {
  const all = new Set([...rollout.members, ...hosts.map(({ host }) => host)]);
  const members = [...all].slice(0, LIMITS.hosts).toSorted();
  return { ...rollout, token, members };
}

/** What a person asked for, as far as it fits. */
export function carriedOut(
  rollout: Rollout,
  { ask, onRollback, hosts, waves }: RolloutInput,
  events: RolloutEvent[],
): Rollout {
  if (ask === null || objectionTo(rollout, ask) !== null) return rollout;
  const { by, kind } = ask;
  const { candidate } = rollout;
  const { version } = candidate;
  const why = ask.reason === '' ? `${by} asked for it` : `${by} asked for it: ${ask.reason}`;
  const excluded = new Set(rollout.excluded);
  if (rollout.heldBy !== null) excluded.add(rollout.heldBy);
  const decided = { ...rollout, heldBy: null, decidedBy: by, reasons: [why] };
  if (kind === 'resume') {
    events.push({ kind: 'resumed', text: `the rollout of ${version} goes on; ${why}` });
    return { ...rollout, heldBy: null, excluded: [...excluded] };
  }
  if (kind === 'promote') {
    // Who wants all hosts to go knows of those that are against it: none of them holds it again at once.
    for (const host of hosts) if (rejects(host, candidate)) excluded.add(host.host);
    events.push({ kind: 'wave', text: `all hosts go to ${version}; ${why}` });
    return { ...decided, phase: 'waves', wave: waves.length - 1, excluded: [...excluded] };
  }
  if (Object.keys(rollout.assigned).length === 0) {
    events.push({ kind: 'rejected', text: `${version} is rejected; ${why}` });
    return { ...decided, phase: 'rejected' };
  }
  events.push({ kind: 'stopped', text: `the rollout of ${version} is stopped; ${why}` });
  return { ...decided, phase: 'stopped', takesBack: onRollback === 'all' };
}

/** Why a person's wish cannot be carried out; null: it can. */
export function objectionTo(rollout: Rollout | null, { kind, version }: FleetAsk): string | null {
  if (rollout === null) return 'no rollout has begun';
  const { candidate } = rollout;
  if (version !== null && version !== candidate.version) {
    return `the rollout is of ${candidate.version}, not of ${version}`;
  }
  if (isEnded(rollout)) return `the rollout of ${candidate.version} has ended (${rollout.phase})`;
  if (kind === 'resume' && rollout.heldBy === null) return 'the rollout is not held by a host';
  return null;
}
