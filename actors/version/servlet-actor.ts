import type { Address, Behaviour, ChildSpec, Self } from '../../lib/actor/index.ts';
import type { Instance } from '../../lib/base/instance/instance.ts';
import { codeOf, messageOf } from '../../lib/errors.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import type { Target } from '../../lib/model/exchange.ts';
import { faultOf } from '../../lib/model/fault.ts';
import type { Role } from '../../lib/model/role.ts';
import type { DownCause } from '../../lib/model/servlet-facts.ts';
import type { Drained } from '../../lib/proxy/upstream/pool.ts';
import {
  type Exit,
  exitInfrastructureFailure,
  exitNotStarted,
  exitPlaceFault,
} from '../../lib/servlet/process/exit.ts';
import type {
  ProcessRegistry,
  RegistryEntry,
  Servlet,
} from '../../lib/servlet/process/registry.ts';
import type {
  LogTailerMessage,
  ServletMessage,
  TrafficMirrorMessage,
  VersionMessage,
} from '../messages.ts';

/** Beyond the drain itself, for the way of the reply. */
const DRAIN_REPLY_SLACK_MS = 2000;

export interface ServletDeps {
  readonly version: string;
  readonly role: Role;
  readonly instance: Instance;
  readonly target: Target;
  readonly registry: ProcessRegistry;
  /** The instance has ended: its port is free, and nothing needs to be known of it any more. */
  readonly forget: () => void;
  readonly parent: Address<VersionMessage>;
  readonly trafficMirror: Address<TrafficMirrorMessage>;
  readonly drainTimeoutMs: number;
  readonly spawnProcess: () => Promise<Servlet>;
  /** Resolves to what an operator must know, or null. */
  readonly stopProcess: (process: Servlet) => Promise<string | null>;
  /** Resolves to the milliseconds it took; rejects when the servlet does not get ready. */
  readonly awaitReady: (process: Servlet, signal: AbortSignal) => Promise<number>;
  /** Why this process could not finish its requests when stopped, or null. */
  readonly drainWarning: (process: Servlet) => Promise<string | null>;
  readonly watchLiveness: (onUnhealthy: (problem: string) => void, signal: AbortSignal) => void;
  readonly logTailerSpec: () => ChildSpec<LogTailerMessage>;
  readonly now: () => number;
  readonly journal: Journal;
}

interface ServletState {
  readonly phase: 'starting' | 'ready' | 'stopping';
  readonly entry: RegistryEntry | null;
  /** Known before the rest of its process tree is gone, and reported only then. */
  readonly exit: Exit | null;
}

/** One process: started, or taken over after a restart of this actor, watched, drained, stopped. */
export function servletActor(deps: ServletDeps): Behaviour<ServletMessage, ServletState> {
  const { instance, journal } = deps;
  return {
    async start(self) {
      const entry = await takeOverOrSpawn(deps, self);
      if (entry === null) return { phase: 'stopping', entry, exit: null };
      await self.spawn(deps.logTailerSpec());
      void entry.process.exited.then((exit) =>
        self.signal.aborted ? false : self.address.tell({ type: 'exited', exit }),
      );
      if (entry.readyAtMs !== null) return becomeReady(deps, self, entry);
      self.pipe(
        deps.awaitReady(entry.process, self.signal),
        (afterMs) => ({ type: 'ready', afterMs }),
        (error) => ({ type: 'unhealthy', problem: messageOf(error) }),
      );
      return { phase: 'starting', entry, exit: null };
    },

    handle(state, message, self) {
      const { phase, entry } = state;
      switch (message.type) {
        case 'ready': {
          if (phase !== 'starting' || entry === null) return state;
          journal.info(`${instance.id} is ready after ${message.afterMs} ms`);
          entry.readyAtMs = deps.now();
          warnOfScript(deps, self, entry.process);
          return becomeReady(deps, self, entry);
        }
        case 'unhealthy':
          if (phase === 'stopping') return state;
          reportUnhealthy(deps, self, message.problem, 'crashed');
          return stopProcess(deps, self, state);
        case 'stop':
          if (phase === 'stopping' || entry === null) return state;
          if (!message.drain) return stopProcess(deps, self, state);
          self.pipe(
            drain(deps, self),
            () => ({ type: 'drained' }),
            () => ({ type: 'drained' }),
          );
          return { ...state, phase: 'stopping' };
        case 'drained':
          return stopProcess(deps, self, state);
        case 'warning':
          journal.warn(`${instance.id}: ${message.text}`);
          return state;
        case 'stopped':
          if (message.problem !== null) journal.warn(message.problem);
          return state.exit === null ? state : ended(deps, self, state, state.exit);
        case 'exited': {
          const { exit } = message;
          if (entry === null) return ended(deps, self, state, exit);
          // Children it left behind would keep its port: the whole tree goes before the end is reported.
          const known = { ...state, exit };
          if (phase === 'stopping') return known;
          if (exit.kind === 'infrastructure-failure') {
            reportUnhealthy(deps, self, exit.text, 'vili');
          } else if (phase === 'ready' && deps.role === 'running') {
            // Users need not wait for the children: another version may be warm.
            reportUnhealthy(deps, self, exit.text, 'crashed');
          }
          return stopProcess(deps, self, known);
        }
        case 'report':
          if (phase === 'ready' && entry !== null) reportReady(deps, self, entry);
          return state;
      }
    },
  };
}

// Private

type Me = Self<ServletMessage>;

async function takeOverOrSpawn(deps: ServletDeps, self: Me): Promise<RegistryEntry | null> {
  const { version, role, instance, target, registry } = deps;
  const known = registry.get(instance.id);
  if (known !== undefined) return known;
  if (self.incarnation > 1) {
    // The process ended while nobody watched: this is reported, and no second one is started.
    self.address.tell({ type: 'exited', exit: exitNotStarted('its end was missed', deps.now()) });
    return null;
  }
  try {
    const process = await deps.spawnProcess();
    const entry: RegistryEntry = { version, role, instance, target, process, readyAtMs: null };
    registry.set(instance.id, entry);
    if (self.signal.aborted) {
      // The successor of this actor does not wait for it, and takes its process for lost.
      await deps.stopProcess(process);
      deps.forget();
    }
    return entry;
  } catch (error) {
    if (self.signal.aborted) deps.forget();
    self.address.tell({ type: 'exited', exit: exitOf(error, deps.now()) });
    return null;
  }
}

/** Why there is no process, by the cause of what was thrown. */
function exitOf(error: unknown, atMs: number): Exit {
  const text = messageOf(error);
  if (codeOf(error) === 'VILI_KEEPER_LOST') return exitInfrastructureFailure(text, atMs);
  return faultOf(error) === 'place' ? exitPlaceFault(text, atMs) : exitNotStarted(text, atMs);
}

/** Reported at once, before the process tree is known to be gone: a test must not go on meanwhile. */
function reportUnhealthy(deps: ServletDeps, self: Me, problem: string, cause: DownCause): void {
  const { role, instance, parent } = deps;
  self.send(parent, { type: 'servlet-unhealthy', role, instance: instance.id, problem, cause });
}

function warnOfScript(deps: ServletDeps, self: Me, process: Servlet): void {
  void deps.drainWarning(process).then(
    (text) => text !== null && self.address.tell({ type: 'warning', text }),
    () => false,
  );
}

function becomeReady(deps: ServletDeps, self: Me, entry: RegistryEntry): ServletState {
  deps.watchLiveness((problem) => self.address.tell({ type: 'unhealthy', problem }), self.signal);
  reportReady(deps, self, entry);
  return { phase: 'ready', entry, exit: null };
}

function reportReady(deps: ServletDeps, self: Me, { process }: RegistryEntry): void {
  const { role, target, parent } = deps;
  const { pid, startedAt } = process;
  self.send(parent, { type: 'servlet-ready', role, target, pid, startedAt });
}

function drain({ target, drainTimeoutMs, trafficMirror }: ServletDeps, self: Me): Promise<unknown> {
  return self.ask<TrafficMirrorMessage, Drained>(
    trafficMirror,
    (reply) => ({ type: 'drain', target, timeoutMs: drainTimeoutMs, reply }),
    drainTimeoutMs + DRAIN_REPLY_SLACK_MS,
  );
}

function stopProcess(deps: ServletDeps, self: Me, state: ServletState): ServletState {
  if (state.entry === null) return state;
  self.pipe(
    deps.stopProcess(state.entry.process),
    (problem) => ({ type: 'stopped', problem }),
    (error) => ({ type: 'stopped', problem: messageOf(error) }),
  );
  return { ...state, phase: 'stopping' };
}

function ended(deps: ServletDeps, self: Me, state: ServletState, exit: Exit): ServletState {
  const { role, instance, parent } = deps;
  deps.forget();
  self.send(parent, { type: 'servlet-exited', role, instance: instance.id, exit });
  self.stop();
  return state;
}
