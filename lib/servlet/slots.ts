import type { Release } from '../model/release.ts';
import type { Role } from '../model/role.ts';
import type { DownCause } from '../model/servlet-facts.ts';
import { afterFailure, afterReady } from './health/backoff.ts';
import type { Exit } from './process/exit.ts';
import { delayStage, noDelay, stage, staged, stageDue } from './slot-copies.ts';
import { EMPTY_SLOT, ROLES, SlotDraft, type Slots } from './slot-draft.ts';
import type { Duty, SlotCommand, SlotEvent, SlotRules } from './slot-events.ts';

/**
 * What becomes of a version's servlets by an event, pure, and what has to be done for it. An event of an instance that
 * was replaced changes nothing.
 */
export function slotTransition(
  state: Slots,
  event: SlotEvent,
  rules: SlotRules,
): { readonly state: Slots; readonly commands: readonly SlotCommand[] } {
  const draft = new SlotDraft(state, rules);
  apply(draft, event);
  return { state: draft.state, commands: draft.commands };
}

// Private

function apply(draft: SlotDraft, event: SlotEvent): void {
  const { name } = draft.rules;
  switch (event.type) {
    case 'stage':
      draft.state = { ...draft.state, release: event.release };
      return stage(draft);
    case 'stage-due':
      return stageDue(draft);
    case 'staged':
      noDelay(draft);
      return staged(draft, { ...event, name });
    case 'stage-failed':
      if (event.fault === 'place') delayStage(draft, event.problem);
      return staged(draft, { ...event, name });
    case 'start':
      return start(draft, event.release, event.role);
    case 'start-due': {
      const { phase, wanted } = draft.state.slots[event.role];
      return phase === 'backoff' && wanted ? draft.launch(event.role) : undefined;
    }
    case 'stop':
      // Whatever the copy was wanted for is over.
      noDelay(draft);
      return stop(draft, event.role);
    case 'role':
      return takeDuty(draft, event.duty);
    case 'retire':
      noDelay(draft);
      for (const role of ROLES) if (draft.state.slots[role].phase !== 'down') stop(draft, role);
      draft.state = { ...draft.state, retiring: true };
      return draft.endWhenRetired();
    case 'launched': {
      const { role, instance, target } = event;
      return draft.put(role, { phase: 'starting', instance, target, problem: null });
    }
    case 'launch-failed':
      return launchFailed(draft, event);
    case 'servlet-ready':
      return ready(draft, event);
    case 'servlet-unhealthy':
      return unhealthy(draft, event);
    case 'servlet-exited':
      return exited(draft, event);
  }
}

/** A process that is being stopped is told nothing new. */
function takeDuty(draft: SlotDraft, duty: Duty): void {
  draft.state = { ...draft.state, duty };
  const { phase, instance } = draft.state.slots.running;
  if (instance === null || phase === 'stopping') return;
  draft.ask({ type: 'tell-role', instance, instanceRole: duty });
}

/** An unknown failure to start is not held against a version under test, and running has no servlet either way. */
function launchFailed(
  draft: SlotDraft,
  event: Extract<SlotEvent, { type: 'launch-failed' }>,
): void {
  const { role, problem, fault } = event;
  if (draft.state.slots[role].problem !== problem) {
    const text = `${draft.rules.name} (${role}) cannot be started: ${problem}`;
    draft.ask({ type: 'warn', text: `${text}; it is tried again by itself` });
  }
  if (fault === 'place') draft.reportDown(role, problem, 'place');
  else if (role === 'running') draft.reportDown(role, problem, 'crashed');
  backOff(draft, role, problem);
}

/** A servlet that is ready already is reported once more. */
function start(draft: SlotDraft, release: Release, role: Role): void {
  const { phase, target } = draft.state.slots[role];
  draft.state = { ...draft.state, release };
  draft.put(role, { wanted: true });
  if (phase === 'ready' && target !== null) {
    draft.report({ type: 'servlet-ready', name: draft.rules.name, role, target });
  } else if (phase === 'down') draft.launch(role);
}

/** A running servlet that is ready finishes its users' requests first. */
function stop(draft: SlotDraft, role: Role): void {
  const { phase, instance } = draft.state.slots[role];
  if (phase === 'down' || phase === 'backoff') return stopped(draft, role);
  if (phase !== 'stopping' && instance !== null) {
    const drain = role === 'running' && phase === 'ready';
    draft.ask({ type: 'stop-servlet', instance, drain });
  }
  draft.put(role, { wanted: false, phase: 'stopping' });
}

/** A servlet that is being stopped, or was replaced, is ready for nobody. */
function ready(draft: SlotDraft, event: Extract<SlotEvent, { type: 'servlet-ready' }>): void {
  const { role, target, pid, startedAt } = event;
  const slot = draft.state.slots[role];
  if (slot.target?.instance !== target.instance || slot.phase === 'stopping') return;
  const failures = afterReady(slot.failures, draft.rules.nowMs);
  draft.report({ type: 'servlet-ready', name: draft.rules.name, role, target });
  draft.put(role, { phase: 'ready', pid, startedAt, failures, problem: null });
}

/** Reported at once, since the process may take the whole stop timeout to end. */
function unhealthy(
  draft: SlotDraft,
  event: Extract<SlotEvent, { type: 'servlet-unhealthy' }>,
): void {
  const { role, problem, cause } = event;
  const { instance, phase } = draft.state.slots[role];
  // A servlet that is being stopped is reported once it is gone.
  if (instance?.id !== event.instance || phase === 'stopping') return;
  draft.ask({ type: 'warn', text: `${event.instance}: ${problem}` });
  draft.reportDown(role, problem, cause);
  draft.put(role, { phase: 'unhealthy', problem });
}

/** An end that was asked for is reported as stopped; any other as down, and the servlet starts again later. */
function exited(draft: SlotDraft, event: Extract<SlotEvent, { type: 'servlet-exited' }>): void {
  const { role, exit, instance } = event;
  const slot = draft.state.slots[role];
  if (slot.instance?.id !== instance) return;
  if (slot.phase === 'stopping') {
    if (!slot.wanted) return stopped(draft, role);
    draft.put(role, { ...EMPTY_SLOT, wanted: true });
    return draft.launch(role);
  }
  const reported = slot.phase === 'unhealthy' ? slot.problem : null;
  if (reported === null) draft.reportDown(role, exit.text, causeOf(exit, role));
  backOff(draft, role, reported ?? exit.text);
}

function stopped(draft: SlotDraft, role: Role): void {
  draft.put(role, EMPTY_SLOT);
  draft.report({ type: 'servlet-stopped', name: draft.rules.name, role });
  draft.endWhenRetired();
}

function backOff(draft: SlotDraft, role: Role, problem: string): void {
  const { failures: before, restarts } = draft.state.slots[role];
  const failures = afterFailure(before, draft.rules.nowMs, draft.rules);
  draft.ask({ type: 'launch-later', role, failures: failures.consecutive });
  const gone = { instance: null, target: null, pid: null };
  draft.put(role, { phase: 'backoff', ...gone, restarts: restarts + 1, failures, problem });
}

/** Users of a running version that does not start wait for the next attempt; the test of such a version is over. */
function causeOf({ kind }: Exit, role: Role): DownCause {
  if (kind === 'infrastructure-failure') return 'vili';
  if (kind === 'place-fault') return 'place';
  return kind === 'not-started' && role === 'testing' ? 'hopeless' : 'crashed';
}
