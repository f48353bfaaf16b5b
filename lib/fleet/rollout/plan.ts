import { someOf } from '../../text/numbers.ts';
import { candidateAmong } from './candidate.ts';
import { begun, carriedOut, withMembers } from './draft.ts';
import type { Judged, Planned, RolloutEvent, RolloutInput } from './input.ts';
import { quorumProblem } from './quorum.ts';
import {
  finishedWith,
  fitting,
  type HostRecord,
  isEnded,
  placeOf,
  type Rollout,
  rejects,
  runs,
  tests,
} from './records.ts';
import { assigned, settled, waveIsOver } from './waves.ts';

/**
 * What the leader writes next: the same object when nothing changes. Pure: whoever leads with the same records plans the
 * same.
 */
export function plan(before: Rollout | null, input: RolloutInput): Planned {
  const events: RolloutEvent[] = [];
  const current = before === null || isEnded(before) ? next(before, input, events) : before;
  if (current === null) return { rollout: null, events };
  const seen = settled(withMembers(superseded(current, input, events), input), input);
  const asked = carriedOut(seen, input, events);
  const judged = isEnded(asked) ? asked : judge(asked, input, events);
  const rollout = fitting(goOn(judged, input, events));
  return { rollout: isSame(before, rollout) ? before : rollout, events };
}

// Private

/** Ended, it stays until there is another build to decide on. */
function next(before: Rollout | null, input: RolloutInput, events: RolloutEvent[]): Rollout | null {
  const finished = before === null ? [] : finishedWith(before);
  const candidate = candidateAmong(input.hosts, finished, input.compareVersions);
  return candidate === null ? before : begun(before, candidate, input, events);
}

/** A newer build takes the place of one that is under way, once enough hosts test it. */
function superseded(current: Rollout, input: RolloutInput, events: RolloutEvent[]): Rollout {
  const { hosts, quorum, compareVersions } = input;
  const newer = candidateAmong(hosts, finishedWith(current), compareVersions);
  if (newer === null || isEnded(current)) return current;
  if (compareVersions(newer.version, current.candidate.version) <= 0) return current;
  const testers = hosts.filter((host) => tests(host, newer)).length;
  return testers < quorum * hosts.length ? current : begun(current, newer, input, events);
}

/** What the evidence allows, if it is on this candidate: that of the one before would open the waves of any other. */
function mergedOn({ candidate }: Rollout, { merged }: RolloutInput): Judged | null {
  return merged?.sha256 === candidate.sha256 ? merged : null;
}

/** What hosts and the evidence of all say. */
function judge(rollout: Rollout, input: RolloutInput, events: RolloutEvent[]): Rollout {
  const { candidate, assigned: gone, excluded, heldBy } = rollout;
  const against = input.hosts.filter((host) => rejects(host, candidate));
  const back = against.find(({ host }) => placeOf(rollout, host) !== null);
  if (back !== undefined) {
    return stop(rollout, `${back.host}: ${back.rejected?.text ?? ''}`, input, events);
  }
  const merged = mergedOn(rollout, input);
  if (merged?.decision === 'reject' && !input.isManual)
    return rejectAll(rollout, merged.reasons, input, events);
  if (Object.keys(gone).length === 0 && quorumRejects(rollout, input, against)) {
    const [first] = against;
    const texts = [
      `all ${against.length} hosts rejected it; ${first?.host}: ${first?.rejected?.text}`,
    ];
    return rejectAll(rollout, texts, input, events);
  }
  const veto = against.find(({ host }) => !excluded.includes(host) && host !== heldBy);
  if (veto === undefined || heldBy !== null) return rollout;
  const text = `${veto.host} rejected it: ${veto.rejected?.text ?? ''}`;
  events.push({ kind: 'held', text: `${candidate.version} is held, since ${text}` });
  return { ...rollout, heldBy: veto.host, reasons: [text] };
}

/** All that are there do, each by itself, and they are enough to decide for all. */
function quorumRejects(
  { members }: Rollout,
  { hosts, quorum }: RolloutInput,
  against: readonly HostRecord[],
): boolean {
  return against.length === hosts.length && against.length >= quorum * members.length;
}

function stop(
  rollout: Rollout,
  text: string,
  { onRollback }: RolloutInput,
  events: RolloutEvent[],
): Rollout {
  const takesBack = onRollback === 'all';
  const then = takesBack ? 'hosts that have gone go back' : 'hosts that have gone stay';
  events.push({
    kind: 'stopped',
    text: `the rollout of ${rollout.candidate.version} is stopped, ${then}: ${text}`,
  });
  return {
    ...rollout,
    phase: 'stopped',
    takesBack,
    heldBy: null,
    decidedBy: 'vili',
    reasons: [text],
  };
}

function rejectAll(
  rollout: Rollout,
  reasons: readonly string[],
  input: RolloutInput,
  events: RolloutEvent[],
): Rollout {
  const text = reasons[0] ?? 'the evidence of all hosts is against it';
  if (Object.keys(rollout.assigned).length > 0) return stop(rollout, text, input, events);
  events.push({ kind: 'rejected', text: `${rollout.candidate.version} is rejected: ${text}` });
  return { ...rollout, phase: 'rejected', heldBy: null, decidedBy: 'vili', reasons };
}

/** Opens waves, and tells hosts to go, as far as nothing holds it. */
function goOn(rollout: Rollout, input: RolloutInput, events: RolloutEvent[]): Rollout {
  const isHeld = input.isHeld || rollout.heldBy !== null;
  if (isHeld || rollout.phase === 'rejected' || rollout.phase === 'stopped') return rollout;
  if (rollout.phase === 'collecting') {
    const merged = mergedOn(rollout, input);
    const isReady = merged?.decision === 'promote' && !input.isManual;
    if (!isReady || quorumProblem(rollout, input) !== null) return rollout;
    const { reasons } = merged;
    return openWave({ ...rollout, decidedBy: 'vili', reasons }, 0, input, events);
  }
  const filled = assigned(rollout, input);
  if (rollout.phase === 'done' || !waveIsOver(filled, input)) return filled;
  if (rollout.wave + 1 < input.waves.length) {
    if (quorumProblem(rollout, input) !== null) return filled;
    return openWave(filled, rollout.wave + 1, input, events);
  }
  const count = input.hosts.filter((host) => runs(host, rollout.candidate)).length;
  events.push({ kind: 'done', text: `${rollout.candidate.version} runs on ${count} hosts` });
  return { ...filled, phase: 'done' };
}

function openWave(
  rollout: Rollout,
  wave: number,
  input: RolloutInput,
  events: RolloutEvent[],
): Rollout {
  const opened = assigned({ ...rollout, phase: 'waves', wave }, input);
  const names = Object.keys(opened.assigned).filter((host) => opened.assigned[host] === wave);
  const who = names.length === 0 ? 'no further host' : someOf(names, SHOWN_HOSTS).join(', ');
  events.push({
    kind: 'wave',
    text: `wave ${wave + 1} of ${input.waves.length} of ${rollout.candidate.version}: ${who}`,
  });
  return opened;
}

const SHOWN_HOSTS = 5;

function isSame(before: Rollout | null, after: Rollout): boolean {
  return before === after || JSON.stringify(before) === JSON.stringify(after);
}
