import type { Address, ChildSpec, Self } from '../lib/actor/index.ts';
import type { Instance } from '../lib/base/instance/instance.ts';
import type { DeploymentEvent } from '../lib/deployment/events.ts';
import { messageOf } from '../lib/errors.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { Target } from '../lib/model/exchange.ts';
import type { Release } from '../lib/model/release.ts';
import type { Role } from '../lib/model/role.ts';
import type { DownCause } from '../lib/model/servlet-facts.ts';
import { afterFailure, afterReady } from '../lib/servlet/health/backoff.ts';
import type { Exit } from '../lib/servlet/process/exit.ts';
import type { DeployerMessage, ServletMessage, VersionMessage } from './messages.ts';
import { EMPTY_SLOT, type Slot, viewOf } from './slot.ts';

const ROLES: readonly Role[] = ['running', 'testing'];

/** What a version actor is given. */
export interface VersionDeps {
  readonly name: string;
  readonly deployer: Address<DeployerMessage>;
  readonly stage: (release: Release) => Promise<void>;
  /** Takes a port and makes the instance folder; the servlet gives the port back when it has ended. */
  readonly prepareInstance: (release: Release, role: Role) => Promise<Prepared>;
  /** For a servlet that there never was. */
  readonly releasePort: (port: number) => void;
  readonly linkInstance: (role: Role, instance: Instance) => Promise<void>;
  readonly servletSpec: (
    prepared: Prepared,
    role: Role,
    parent: Address<VersionMessage>,
  ) => ChildSpec<ServletMessage>;
  /** Instances of this version whose process is alive, for an actor that was restarted. */
  readonly alive: () => readonly { role: Role; instance: Instance; target: Target }[];
  readonly backoff: (consecutive: number) => number;
  readonly resetAfterMs: number;
  readonly now: () => number;
  readonly journal: Journal;
}

/** An instance folder and the port its servlet will listen on. */
export interface Prepared {
  readonly instance: Instance;
  readonly target: Target;
}

/** What a version actor knows; `slots` is what becomes of its servlets. */
export interface VersionState {
  readonly release: Release | null;
  readonly retiring: boolean;
  /** Copies under way: a folder that is still written to cannot be archived. */
  readonly staging: number;
  readonly slots: Readonly<Record<Role, Slot>>;
}

export type Me = Self<VersionMessage>;

/** Asking for a servlet that is there already has its readiness reported once more. */
export async function start(
  deps: VersionDeps,
  self: Me,
  state: VersionState,
  role: Role,
): Promise<VersionState> {
  const slot = state.slots[role];
  const wanted = put(deps, self, state, role, { wanted: true });
  if (slot.phase === 'ready' && slot.target !== null) {
    const { target } = slot;
    report(deps, self, { type: 'servlet-ready', name: deps.name, role, target });
    return wanted;
  }
  return slot.phase === 'down' ? launch(deps, self, wanted, role) : wanted;
}

/** The wait after a failure is over; started only if it is still wanted. */
export function startDue(
  deps: VersionDeps,
  self: Me,
  state: VersionState,
  role: Role,
): VersionState | Promise<VersionState> {
  const slot = state.slots[role];
  if (slot.phase !== 'backoff' || !slot.wanted) return state;
  return launch(deps, self, state, role);
}

/** Tells the deployer; one that is being stopped, or was replaced, is ready for nobody. */
export function ready(
  deps: VersionDeps,
  self: Me,
  state: VersionState,
  message: Extract<VersionMessage, { type: 'servlet-ready' }>,
): VersionState {
  const { role, target, pid, startedAt } = message;
  const slot = state.slots[role];
  if (slot.target?.instance !== target.instance || slot.phase === 'stopping') return state;
  const failures = afterReady(slot.failures, deps.now());
  report(deps, self, { type: 'servlet-ready', name: deps.name, role, target });
  return put(deps, self, state, role, { phase: 'ready', pid, startedAt, failures, problem: null });
}

/** A running servlet that is ready finishes its users' requests first. */
export function stop(deps: VersionDeps, self: Me, state: VersionState, role: Role): VersionState {
  const { phase, instance } = state.slots[role];
  if (phase === 'down' || phase === 'backoff') {
    const next = put(deps, self, state, role, { ...EMPTY_SLOT });
    return stopped(deps, self, next, role);
  }
  if (phase !== 'stopping' && instance !== null) {
    const drain = role === 'running' && phase === 'ready';
    const servlet = self.child<ServletMessage>(servletName(instance));
    if (servlet !== undefined) self.send(servlet, { type: 'stop', drain });
  }
  return put(deps, self, state, role, { wanted: false, phase: 'stopping' });
}

/** Asked for: told as stopped. By itself: told as down, and started again later. */
export async function exited(
  deps: VersionDeps,
  self: Me,
  state: VersionState,
  message: Extract<VersionMessage, { type: 'servlet-exited' }>,
): Promise<VersionState> {
  const { role, exit, instance } = message;
  const slot = state.slots[role];
  if (slot.instance?.id !== instance) return state;
  if (slot.phase === 'stopping') {
    const next = put(deps, self, state, role, { ...EMPTY_SLOT, wanted: slot.wanted });
    return slot.wanted ? launch(deps, self, next, role) : stopped(deps, self, next, role);
  }
  const isTold = slot.phase === 'unhealthy' && slot.problem !== null;
  const problem = isTold ? slot.problem : exit.text;
  if (!isTold) reportDown(deps, self, role, problem, causeOf(exit, role));
  return backOff(deps, self, state, role, problem);
}

/** Stops whatever there is; the deployer is told when all of it is gone. */
export function retire(deps: VersionDeps, self: Me, state: VersionState): VersionState {
  let next: VersionState = { ...state, retiring: true };
  for (const role of ROLES) {
    if (next.slots[role].phase !== 'down') next = stop(deps, self, next, role);
  }
  return endWhenRetired(deps, self, next);
}

/** Changes what is known of a role's servlet, and shows it to people. */
export function put(
  deps: VersionDeps,
  self: Me,
  state: VersionState,
  role: Role,
  change: Partial<Slot>,
): VersionState {
  const slot = { ...state.slots[role], ...change };
  self.send(deps.deployer, { type: 'servlet-view', view: viewOf(deps.name, role, slot) });
  return { ...state, slots: { ...state.slots, [role]: slot } };
}

/** An event for the state machine, in the trail of this version. */
export function report(deps: VersionDeps, self: Me, event: DeploymentEvent): void {
  self.send(deps.deployer, event, { correlation: deps.name });
}

/** The name of the child that holds this instance's process. */
export function servletName(instance: Instance): string {
  return `servlet-${instance.number}`;
}

/** Told once nothing of this version runs or writes into its folder any more. */
export function endWhenRetired(deps: VersionDeps, self: Me, state: VersionState): VersionState {
  if (!state.retiring || state.staging > 0) return state;
  if (ROLES.some((role) => state.slots[role].phase !== 'down')) return state;
  report(deps, self, { type: 'retired', name: deps.name });
  self.stop();
  return state;
}

// Private

async function launch(
  deps: VersionDeps,
  self: Me,
  state: VersionState,
  role: Role,
): Promise<VersionState> {
  const { release } = state;
  if (release === null) return state;
  let prepared: Prepared | null = null;
  try {
    prepared = await deps.prepareInstance(release, role);
    await self.spawn(deps.servletSpec(prepared, role, self.address));
    return put(deps, self, state, role, { phase: 'starting', ...prepared, problem: null });
  } catch (error) {
    // A full port range or an unreadable file of the operator: not this version's fault.
    if (prepared !== null && self.child(servletName(prepared.instance)) === undefined) {
      deps.releasePort(prepared.target.port);
    }
    const problem = messageOf(error);
    deps.journal.error(`${deps.name} (${role}) cannot be started: ${problem}`, {});
    if (role === 'running') reportDown(deps, self, role, problem, 'crashed');
    return backOff(deps, self, state, role, problem);
  }
}

function backOff(
  deps: VersionDeps,
  self: Me,
  state: VersionState,
  role: Role,
  problem: string,
): VersionState {
  const slot = state.slots[role];
  const failures = afterFailure(slot.failures, deps.now(), deps);
  self.after(deps.backoff(failures.consecutive), { type: 'start-due', role });
  return put(deps, self, state, role, {
    phase: 'backoff',
    instance: null,
    target: null,
    pid: null,
    restarts: slot.restarts + 1,
    failures,
    problem,
  });
}

function stopped(deps: VersionDeps, self: Me, state: VersionState, role: Role): VersionState {
  report(deps, self, { type: 'servlet-stopped', name: deps.name, role });
  return endWhenRetired(deps, self, state);
}

export function reportDown(
  deps: VersionDeps,
  self: Me,
  role: Role,
  problem: string,
  cause: DownCause,
): void {
  report(deps, self, { type: 'servlet-down', name: deps.name, role, problem, cause });
}

/** Users of a running version that does not start wait for the next try; a test of such a one is over. */
function causeOf({ kind }: Exit, role: Role): DownCause {
  if (kind === 'infrastructure-failure') return 'vili';
  return kind === 'not-started' && role === 'testing' ? 'hopeless' : 'crashed';
}
