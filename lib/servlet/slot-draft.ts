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
import { type BackoffState, NO_FAILURES } from './health/backoff.ts';
import type { Duty, Prepared, SlotCommand, SlotRules } from './slot-events.ts';

export const ROLES: readonly Role[] = ['running', 'testing'];

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

/** A copy that this place prevented so far. Its timer cannot be taken back, so there is one at most. */
interface DelayedStage {
  readonly isWanted: boolean;
  readonly isTimed: boolean;
  readonly failures: number;
  readonly problem: string;
}

export const NOT_DELAYED = { isWanted: false, failures: 0, problem: '' };

/** A version's folder and servlets: at most one servlet in each role. */
export interface Slots {
  readonly release: Release | null;
  readonly retiring: boolean;
  readonly duty: Duty;
  /** Copies in progress: a folder that is still written to cannot be archived. */
  readonly staging: number;
  readonly delayedStage: DelayedStage;
  readonly slots: Readonly<Record<Role, Slot>>;
}

export const EMPTY_SLOT: Slot = {
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
  return {
    release: null,
    retiring: false,
    duty: 'running',
    staging: 0,
    delayedStage: { ...NOT_DELAYED, isTimed: false },
    slots,
  };
}

/** A transition of slots in progress: the state as changed so far, and the commands so far. */
export class SlotDraft {
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
    if (release === null) return;
    const instanceRole = role === 'testing' ? 'test' : this.state.duty;
    this.ask({ type: 'launch', release, role, instanceRole });
  }

  reportDown(role: Role, problem: string, cause: DownCause): void {
    this.report({ type: 'servlet-down', name: this.rules.name, role, problem, cause });
  }

  /** Retired once nothing of this version runs or writes into its folder any more. */
  endWhenRetired(): void {
    const { retiring, staging, slots } = this.state;
    if (!retiring || staging > 0 || ROLES.some((role) => slots[role].phase !== 'down')) return;
    this.report({ type: 'retired', name: this.rules.name });
    this.ask({ type: 'end' });
  }
}

// Private

function factsOf(version: string, role: Role, slot: Slot): ServletFacts {
  const { pid, startedAt, restarts, problem } = slot;
  const [, instance = null] = slot.instance?.id.split('/') ?? [];
  const port = slot.target?.port ?? null;
  const state = STATES[slot.phase];
  return {
    version,
    role,
    instance,
    pid,
    port,
    state,
    restarts,
    startedAt,
    problem,
    nextTryAt: null,
  };
}
