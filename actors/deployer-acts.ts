import { objectionToRetest } from '../lib/deployment/arrival.ts';
import type { DeploymentEvent, Rules } from '../lib/deployment/events.ts';
import type { Deployment } from '../lib/deployment/state.ts';
import { type Reason, reasonOf } from '../lib/model/reason.ts';
import type { Act, ActReply } from './messages.ts';

interface Answered {
  readonly reply: ActReply;
  readonly event: DeploymentEvent | null;
}

/** What an operator's act becomes: an event for the state machine, or a refusal that says why. */
export function replyTo(state: Deployment, act: Act, rules: Rules): Answered {
  if (act.kind === 'roll-back') return rollBack(state, act);
  if (act.kind === 'retest') return retest(state, act, rules);
  const candidate = [state.testing, state.incoming].find(
    (it) => it !== null && (act.version === null || act.version === it.release.name),
  );
  if (!candidate) return refused(act.version ?? '', noSuchTest(state, act));
  const { name } = candidate.release;
  const reasons = [reasonOfAct(act)];
  if (act.kind === 'reject') {
    const event = { type: 'verdict', name, decision: 'reject', by: act.by, reasons } as const;
    return { reply: { done: true, version: name, text: `${name} is rejected` }, event };
  }
  if (state.promotion !== null) return refused(name, `${name} is being promoted already`);
  if (candidate.phase !== 'testing') {
    return refused(name, `${name} is not ready yet (${candidate.phase})`);
  }
  const event = { type: 'verdict', name, decision: 'promote', by: act.by, reasons } as const;
  return { reply: { done: true, version: name, text: `${name} is being promoted` }, event };
}

// Private

function rollBack(state: Deployment, act: Act): Answered {
  const { running, previous } = state;
  if (running === null || previous === null) {
    return refused(act.version ?? '', 'no previous version is kept: its probation is over');
  }
  const text = `users go back from ${running.release.name} to ${previous.release.name}`;
  const event = { type: 'roll-back', by: act.by, reasons: [reasonOfAct(act)] } as const;
  return { reply: { done: true, version: previous.release.name, text }, event };
}

function retest(state: Deployment, act: Act, rules: Rules): Answered {
  const { rejected } = state;
  const { version } = act;
  const isLast = version === null || version === rejected?.release.name;
  const release = (isLast ? rejected?.release : act.release) ?? null;
  if (release === null) {
    const known = rejected === null ? '' : `; ${rejected.release.name} can be`;
    const why = version === null ? 'no version' : `the file of ${version} is not in the base: it`;
    return refused(version ?? '', `${why} cannot be tested again${known}`);
  }
  const { name } = release;
  const objection = objectionToRetest(state, release, rules.compareVersions);
  if (objection !== null) return refused(name, objection);
  const event = { type: 'retest', release, by: act.by, reasons: [reasonOfAct(act)] } as const;
  return { reply: { done: true, version: name, text: `${name} is tested afresh` }, event };
}

function refused(version: string, text: string): { reply: ActReply; event: null } {
  return { reply: { done: false, version, text }, event: null };
}

function noSuchTest(state: Deployment, act: Act): string {
  if (act.version === null || state.testing === null) return 'no version is under test';
  return `${act.version} is not under test; ${state.testing.release.name} is`;
}

function reasonOfAct(act: Act): Reason {
  return reasonOf(
    'operator',
    `${act.by} asked for it${act.reason === '' ? '' : `: ${act.reason}`}`,
  );
}
