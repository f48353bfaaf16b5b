import type { Address, Behaviour, ChildSpec, Self } from '../../lib/actor/index.ts';
import type { Instance } from '../../lib/base/instance/instance.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import { faultOf } from '../../lib/model/fault.ts';
import type { Release } from '../../lib/model/release.ts';
import type { InstanceRole, Role } from '../../lib/model/role.ts';
import { wallTimeOf } from '../../lib/runtime/clock.ts';
import type { Prepared, SlotCommand, SlotEvent } from '../../lib/servlet/slot-events.ts';
import { type Slots, slotsOf } from '../../lib/servlet/slot-draft.ts';
import { slotTransition } from '../../lib/servlet/slots.ts';
import type { DeployerMessage, ServletMessage, VersionMessage } from '../messages.ts';

export interface VersionDeps {
  readonly name: string;
  readonly deployer: Address<DeployerMessage>;
  readonly stage: (release: Release) => Promise<void>;
  /** Takes a port and makes the instance folder; the servlet returns the port when it has ended. */
  readonly prepareInstance: (
    release: Release,
    role: Role,
    instanceRole: InstanceRole,
  ) => Promise<Prepared>;
  /** For a servlet that never existed. */
  readonly releasePort: (port: number) => void;
  /** Tells a process that it is something else for users now. */
  readonly tellRole: (instance: Instance, instanceRole: InstanceRole) => Promise<void>;
  readonly linkInstance: (role: Role, instance: Instance) => Promise<void>;
  readonly servletSpec: (
    prepared: Prepared,
    role: Role,
    parent: Address<VersionMessage>,
  ) => ChildSpec<ServletMessage>;
  /** Instances of this version whose process is alive, for an actor that was restarted. */
  readonly alive: () => readonly ({ readonly role: Role } & Prepared)[];
  /** The pause after so many consecutive failures, ms. */
  readonly backoff: (consecutive: number) => number;
  readonly resetAfterMs: number;
  readonly now: () => number;
  readonly journal: Journal;
}

/**
 * One version: its folder, and for each role at most one servlet, which starts again when it ends. Every message makes
 * a transition of the slots' state machine, whose commands are then carried out.
 */
export function versionActor(deps: VersionDeps): Behaviour<VersionMessage, Slots> {
  return {
    async start(self) {
      const alive = deps.alive();
      endUnknown(deps, self, new Set(alive.map(({ instance }) => servletName(instance))));
      for (const { role, ...prepared } of alive) {
        const servlet = self.child<ServletMessage>(servletName(prepared.instance));
        if (servlet !== undefined) servlet.tell({ type: 'report' });
        // Of the Vili before.
        else await self.spawn(deps.servletSpec(prepared, role, self.address));
      }
      if (self.incarnation > 1) self.send(deps.deployer, { type: 'resync' });
      return slotsOf(alive);
    },

    async handle(state, message, self) {
      if (message.type !== 'link') return advance(deps, self, state, message);
      await link(deps, message.role, state.slots[message.role].instance);
      return state;
    },
  };
}

// Private

type Me = Self<VersionMessage>;

async function advance(
  deps: VersionDeps,
  self: Me,
  state: Slots,
  event: SlotEvent,
): Promise<Slots> {
  const { name, resetAfterMs } = deps;
  const step = slotTransition(state, event, { name, nowMs: deps.now(), resetAfterMs });
  let nextTryMs: number | null = null;
  for (const command of step.commands) {
    if (command.type === 'launch-later') nextTryMs = launchLater(deps, self, command);
    else if (command.type === 'show') show(deps, self, command, nextTryMs);
    else if (command.type === 'tell-role') await tellRole(deps, command);
    else if (command.type !== 'launch') carryOut(deps, self, command);
    else return advance(deps, self, step.state, await launch(deps, self, command));
  }
  return step.state;
}

function carryOut(
  deps: VersionDeps,
  self: Me,
  command: Exclude<SlotCommand, { type: 'launch' | 'launch-later' | 'show' | 'tell-role' }>,
): void {
  switch (command.type) {
    case 'stage':
      self.pipe(
        deps.stage(command.release),
        () => ({ type: 'staged' }),
        (error) => ({ type: 'stage-failed', problem: messageOf(error), fault: faultOf(error) }),
      );
      return;
    case 'stage-later':
      self.after(deps.backoff(command.failures), { type: 'stage-due' });
      return;
    case 'stop-servlet': {
      const servlet = self.child<ServletMessage>(servletName(command.instance));
      if (servlet !== undefined) self.send(servlet, { type: 'stop', drain: command.drain });
      return;
    }
    case 'report':
      self.send(deps.deployer, command.report, { correlation: deps.name });
      return;
    case 'warn':
      deps.journal.warn(command.text);
      return;
    case 'end':
      self.stop();
  }
}

/** Returns when that will be. */
function launchLater(
  deps: VersionDeps,
  self: Me,
  { role, failures }: Extract<SlotCommand, { type: 'launch-later' }>,
): number {
  const delayMs = deps.backoff(failures);
  self.after(delayMs, { type: 'start-due', role });
  return deps.now() + delayMs;
}

function show(
  deps: VersionDeps,
  self: Me,
  { facts }: Extract<SlotCommand, { type: 'show' }>,
  nextTryMs: number | null,
): void {
  const isWaiting = facts.state === 'backoff' && nextTryMs !== null;
  const nextTryAt = isWaiting ? new Date(wallTimeOf(nextTryMs)).toISOString() : null;
  self.send(deps.deployer, { type: 'servlet-view', view: { ...facts, nextTryAt } });
}

async function launch(
  deps: VersionDeps,
  self: Me,
  { release, role, instanceRole }: Extract<SlotCommand, { type: 'launch' }>,
): Promise<SlotEvent> {
  let prepared: Prepared | null = null;
  try {
    prepared = await deps.prepareInstance(release, role, instanceRole);
    await self.spawn(deps.servletSpec(prepared, role, self.address));
    return { type: 'launched', role, ...prepared };
  } catch (error) {
    if (prepared !== null && self.child(servletName(prepared.instance)) === undefined) {
      deps.releasePort(prepared.target.port);
    }
    return { type: 'launch-failed', role, problem: messageOf(error), fault: faultOf(error) };
  }
}

/** A servlet that was starting when this actor failed has no slot: it would run beside its successor for ever. */
function endUnknown(deps: VersionDeps, self: Me, known: ReadonlySet<string>): void {
  for (const { path } of self.children()) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (known.has(name)) continue;
    deps.journal.warn(`${deps.name}: ${name} was starting; it is ended and replaced by another`);
    void self.stopChild(name);
  }
}

/** Waited for, so that the last of several roles is the one that stays in the file. */
async function tellRole(
  deps: VersionDeps,
  { instance, instanceRole }: Extract<SlotCommand, { type: 'tell-role' }>,
): Promise<void> {
  try {
    await deps.tellRole(instance, instanceRole);
  } catch (error) {
    deps.journal.error(
      `${instance.id} was not told that it is ${instanceRole} now: ${messageOf(error)}`,
    );
  }
}

async function link(deps: VersionDeps, role: Role, instance: Instance | null): Promise<void> {
  if (instance === null) return;
  try {
    await deps.linkInstance(role, instance);
  } catch (error) {
    deps.journal.error(`links of ${instance.id} could not be set: ${messageOf(error)}`);
  }
}

/** The name of the child that holds this instance's process. */
function servletName(instance: Instance): string {
  return `servlet-${instance.number}`;
}
