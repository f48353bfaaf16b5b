import type { Instance } from '../base/instance/instance.ts';
import type { Target } from '../model/exchange.ts';
import type { Release } from '../model/release.ts';
import type { Role } from '../model/role.ts';
import type {
  DownCause,
  ServletFacts,
  ServletState,
  VersionReport,
} from '../model/servlet-facts.ts';
import { afterFailure, afterReady, type BackoffState, NO_FAILURES } from './health/backoff.ts';
import type { Exit } from './process/exit.ts';
import type { Prepared, SlotCommand, SlotEvent, SlotRules } from './slot-events.ts';

const ROLES: readonly Role[] = ['running', 'testing'];

const STATES = {
  down: 'stopped',
  starting: 'starting',
  ready: 'ready',
  unhealthy: 'unhealthy',
  stopping: 'draining',
  backoff: 'backoff',
} as const satisfies Record<Slot['phase'], ServletState>;

/** What a version knows of its servlet in one role. */
export interface Slot {
  readonly wanted: boolean;
  readonly phase: 'down' | 'starting' | 'ready' | 'unhealthy' | 'stopping' | 'backoff';
  readonly instance: Instance | null;
  readonly target: Target | null;
  readonly pid: number | null;
  readonly startedAt: string | null;
  readonly restarts: number;
  /** Consecutive ends without a quiet time in between; the pause before a restart grows with them. */
  readonly failures: BackoffState;
  readonly problem: string | null;
}

/** A version's folder and servlets: at most one servlet in each role. */
export interface Slots {
  readonly release: Release | null;
  readonly retiring: boolean;
  /** Copies in progress: a folder that is still written to cannot be archived. */
  readonly staging: number;
  readonly slots: Readonly<Record<Role, Slot>>;
}

const EMPTY_SLOT: Slot = {
  wanted: false,
  phase: 'down',
  instance: null,
  target: null,
  pid: null,
  startedAt: null,
  restarts: 0,
  failures: NO_FAILURES,
  problem: null,
};

/** A version whose servlets are those found alive: none at first, others after its actor restarted. */
export function slotsOf(alive: readonly ({ readonly role: Role } & Prepared)[]): Slots {
  const slots = { running: EMPTY_SLOT, testing: EMPTY_SLOT };
  for (const { role, instance, target } of alive) {
    slots[role] = { ...EMPTY_SLOT, wanted: true, phase: 'starting', instance, target };
  }
  return { release: null, retiring: false, staging: 0, slots };
}

/**
 * What becomes of a version's servlets by an event, pure, and what has to be done for it. An event of an instance that
 * was replaced changes nothing.
 */
export function slotTransition(
  state: Slots,
  event: SlotEvent,
  rules: SlotRules,
): { readonly state: Slots; readonly commands: readonly SlotCommand[] } {
  const draft = new Draft(state, rules);
  apply(draft, event);
  return { state: draft.state, commands: draft.commands };
}

// Private

class Draft {
  state: Slots;
  readonly commands: SlotCommand[] = [];
  readonly rules: SlotRules;

  constructor(state: Slots, rules: SlotRules) {
    this.state = state;
    this.rules = rules;
  }

  ask(command: SlotCommand): void {
    this.commands.push(command);
  }

  report(report: VersionReport): void {
    this.ask({ type: 'report', report });
  }

  /** Changes what is known of a role's servlet, and shows it to people. */
  put(role: Role, change: Partial<Slot>): void {
    const slot = { ...this.state.slots[role], ...change };
    this.state = { ...this.state, slots: { ...this.state.slots, [role]: slot } };
    this.ask({ type: 'show', facts: factsOf(this.rules.name, role, slot) });
  }

  launch(role: Role): void {
    const { release } = this.state;
    if (release !== null) this.ask({ type: 'launch', release, role });
  }
}

function apply(draft: Draft, event: SlotEvent): void {
  const { name } = draft.rules;
  switch (event.type) {
    case 'stage':
      draft.state = { ...draft.state, release: event.release, staging: draft.state.staging + 1 };
      return draft.ask({ type: 'stage', release: event.release });
    case 'staged':
    case 'stage-failed':
      draft.report({ ...event, name });
      draft.state = { ...draft.state, staging: draft.state.staging - 1 };
      return endWhenRetired(draft);
    case 'start':
      return start(draft, event.release, event.role);
    case 'start-due': {
      const { phase, wanted } = draft.state.slots[event.role];
      return phase === 'backoff' && wanted ? draft.launch(event.role) : undefined;
    }
    case 'stop':
      return stop(draft, event.role);
    case 'retire':
      for (const role of ROLES) if (draft.state.slots[role].phase !== 'down') stop(draft, role);
      draft.state = { ...draft.state, retiring: true };
      return endWhenRetired(draft);
    case 'launched': {
      const { role, instance, target } = event;
      return draft.put(role, { phase: 'starting', instance, target, problem: null });
    }
    case 'launch-failed':
      // A full port range or an unreadable file of the operator: not the fault of a version under test.
      if (event.role === 'running') reportDown(draft, event.role, event.problem, 'crashed');
      return backOff(draft, event.role, event.problem);
    case 'servlet-ready':
      return ready(draft, event);
    case 'servlet-unhealthy':
      return unhealthy(draft, event);
    case 'servlet-exited':
      return exited(draft, event);
  }
}

/** A servlet that is ready already is reported once more. */
function start(draft: Draft, release: Release, role: Role): void {
  const { phase, target } = draft.state.slots[role];
  draft.state = { ...draft.state, release };
  draft.put(role, { wanted: true });
  if (phase === 'ready' && target !== null) {
    draft.report({ type: 'servlet-ready', name: draft.rules.name, role, target });
  } else if (phase === 'down') draft.launch(role);
}

/** A running servlet that is ready finishes its users' requests first. */
function stop(draft: Draft, role: Role): void {
  const { phase, instance } = draft.state.slots[role];
  if (phase === 'down' || phase === 'backoff') return stopped(draft, role);
  if (phase !== 'stopping' && instance !== null) {
    const drain = role === 'running' && phase === 'ready';
    draft.ask({ type: 'stop-servlet', instance, drain });
  }
  draft.put(role, { wanted: false, phase: 'stopping' });
}

/** A servlet that is being stopped, or was replaced, is ready for nobody. */
function ready(draft: Draft, event: Extract<SlotEvent, { type: 'servlet-ready' }>): void {
  const { role, target, pid, startedAt } = event;
  const slot = draft.state.slots[role];
  if (slot.target?.instance !== target.instance || slot.phase === 'stopping') return;
  const failures = afterReady(slot.failures, draft.rules.nowMs);
  draft.report({ type: 'servlet-ready', name: draft.rules.name, role, target });
  draft.put(role, { phase: 'ready', pid, startedAt, failures, problem: null });
}

/** Reported at once, since the process may take the whole stop timeout to end. */
function unhealthy(draft: Draft, event: Extract<SlotEvent, { type: 'servlet-unhealthy' }>): void {
  const { role, problem, cause } = event;
  const { instance, phase } = draft.state.slots[role];
  // A servlet that is being stopped is reported once it is gone.
  if (instance?.id !== event.instance || phase === 'stopping') return;
  draft.ask({ type: 'warn', text: `${event.instance}: ${problem}` });
  reportDown(draft, role, problem, cause);
  draft.put(role, { phase: 'unhealthy', problem });
}

/** An end that was asked for is reported as stopped; any other as down, and the servlet starts again later. */
function exited(draft: Draft, event: Extract<SlotEvent, { type: 'servlet-exited' }>): void {
  const { role, exit, instance } = event;
  const slot = draft.state.slots[role];
  if (slot.instance?.id !== instance) return;
  if (slot.phase === 'stopping') {
    if (!slot.wanted) return stopped(draft, role);
    draft.put(role, { ...EMPTY_SLOT, wanted: true });
    return draft.launch(role);
  }
  const reported = slot.phase === 'unhealthy' ? slot.problem : null;
  if (reported === null) reportDown(draft, role, exit.text, causeOf(exit, role));
  backOff(draft, role, reported ?? exit.text);
}

function stopped(draft: Draft, role: Role): void {
  draft.put(role, EMPTY_SLOT);
  draft.report({ type: 'servlet-stopped', name: draft.rules.name, role });
  endWhenRetired(draft);
}

function backOff(draft: Draft, role: Role, problem: string): void {
  const { failures: before, restarts } = draft.state.slots[role];
  const failures = afterFailure(before, draft.rules.nowMs, draft.rules);
  draft.ask({ type: 'launch-later', role, failures: failures.consecutive });
  const gone = { instance: null, target: null, pid: null };
  draft.put(role, { phase: 'backoff', ...gone, restarts: restarts + 1, failures, problem });
}

function reportDown(draft: Draft, role: Role, problem: string, cause: DownCause): void {
  draft.report({ type: 'servlet-down', name: draft.rules.name, role, problem, cause });
}

/** Retired once nothing of this version runs or writes into its folder any more. */
function endWhenRetired(draft: Draft): void {
  const { retiring, staging, slots } = draft.state;
  if (!retiring || staging > 0 || ROLES.some((role) => slots[role].phase !== 'down')) return;
  draft.report({ type: 'retired', name: draft.rules.name });
  draft.ask({ type: 'end' });
}

/** Users of a running version that does not start wait for the next attempt; the test of such a version is over. */
function causeOf({ kind }: Exit, role: Role): DownCause {
  if (kind === 'infrastructure-failure') return 'vili';
  return kind === 'not-started' && role === 'testing' ? 'hopeless' : 'crashed';
}

function factsOf(version: string, role: Role, slot: Slot): ServletFacts {
  const { pid, startedAt, restarts, problem } = slot;
  const [, instance = null] = slot.instance?.id.split('/') ?? [];
  const port = slot.target?.port ?? null;
  const state = STATES[slot.phase];
  return { version, role, instance, pid, port, state, restarts, startedAt, problem };
}
