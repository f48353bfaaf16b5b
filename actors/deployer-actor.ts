import type { Address, Behaviour, ChildSpec, Self } from '../lib/actor/index.ts';
import type { Command, DeploymentEvent } from '../lib/deployment/events.ts';
import { resync } from '../lib/deployment/resync.ts';
import { type Deployment, NOTHING_DEPLOYED, protectedNames } from '../lib/deployment/state.ts';
import { transition } from '../lib/deployment/transition.ts';
import { messageOf } from '../lib/errors.ts';
import type { HistoryEntry } from '../lib/model/history.ts';
import type { ServletFacts } from '../lib/model/servlet-facts.ts';
import { replyTo } from './deployer-acts.ts';
import { announce, entryOf, note, type RecordDeps, record } from './deployer-record.ts';
import type {
  ArchivistMessage,
  ComparatorMessage,
  DeployerMessage,
  TrafficMirrorMessage,
  VersionMessage,
} from './messages.ts';

export interface DeployerDeps extends RecordDeps {
  readonly trafficMirror: Address<TrafficMirrorMessage>;
  readonly comparator: Address<ComparatorMessage>;
  readonly archivist: Address<ArchivistMessage>;
  readonly versionSpec: (name: string) => ChildSpec<VersionMessage>;
  /** What is known when Vili starts: the state file, the links, the files in the base. */
  readonly boot: () => Promise<Extract<DeploymentEvent, { type: 'booted' }>>;
  /** The state as last saved, for a deployer that was restarted while Vili goes on. */
  readonly load: () => Promise<Deployment | null>;
  /** With what the history is to get; a Vili killed in between adds it at its next start. */
  readonly save: (state: Deployment, recording: readonly HistoryEntry[]) => Promise<void>;
  readonly unlinkTest: () => Promise<void>;
}

const TIMER_SLACK_MS = 5;
/** A disk that was full may have room again. */
const SAVE_AGAIN_MS = 5000;

interface DeployerState {
  readonly deployment: Deployment;
  readonly servlets: ReadonlyMap<string, ServletFacts>;
  /** The state on disk is older than this one: until it is not, no folder may go. */
  readonly unsaved: boolean;
}

/**
 * Runs the deployment state machine: every event makes a transition, the new state is saved, then
 * its commands go out. Versions are its children and outlive a restart of the deployer itself.
 */
export function deployerActor(deps: DeployerDeps): Behaviour<DeployerMessage, DeployerState> {
  return {
    async start(self) {
      const saved = self.incarnation > 1 ? await deps.load() : null;
      const state = { deployment: saved ?? NOTHING_DEPLOYED, servlets: new Map(), unsaved: false };
      if (saved === null) {
        announce(deps, self, NOTHING_DEPLOYED, 'starting', '');
        return advance(deps, self, state, await deps.boot());
      }
      await carryOut(deps, self, saved, resync(saved));
      return state;
    },

    async handle(state, message, self) {
      switch (message.type) {
        case 'resync':
          await carryOut(deps, self, state.deployment, resync(state.deployment));
          return state;
        case 'servlet-view': {
          const { view } = message;
          return { ...state, servlets: withView(state.servlets, view) };
        }
        case 'note':
          await note(deps, self, state.deployment, message);
          return state;
        case 'may-delete': {
          const isNeeded = protectedNames(state.deployment).has(message.name);
          self.send(message.reply, !isNeeded && !state.unsaved);
          return state;
        }
        case 'save-again':
          return saveAgain(deps, self, state);
        case 'describe': {
          const servlets = [...state.servlets.values()];
          self.send(message.reply, { deployment: state.deployment, servlets });
          return state;
        }
        case 'act': {
          const { reply, event } = replyTo(state.deployment, message.act, deps.rules());
          const next = event === null ? state : await advance(deps, self, state, event);
          self.send(message.reply, reply);
          return next;
        }
        default:
          return advance(deps, self, state, message);
      }
    },
  };
}

// Private

type Me = Self<DeployerMessage>;

/** The first save after failed ones asks anew for what was held back meanwhile. */
async function advance(
  deps: DeployerDeps,
  self: Me,
  state: DeployerState,
  event: DeploymentEvent,
): Promise<DeployerState> {
  const step = transition(state.deployment, event, deps.rules());
  const unsaved =
    step.state === state.deployment
      ? state.unsaved
      : !(await save(deps, step.state, step.commands));
  if (unsaved && !state.unsaved) self.after(SAVE_AGAIN_MS, { type: 'save-again' });
  const safe = step.commands.filter((command) => !unsaved || command.type !== 'archive');
  await carryOut(deps, self, step.state, safe);
  if (state.unsaved && !unsaved) await carryOut(deps, self, step.state, resync(step.state));
  return { ...state, deployment: step.state, unsaved };
}

/** What was held back while the state could not be saved is asked for anew. */
async function saveAgain(
  deps: DeployerDeps,
  self: Me,
  state: DeployerState,
): Promise<DeployerState> {
  if (!state.unsaved) return state;
  if (!(await save(deps, state.deployment, []))) {
    self.after(SAVE_AGAIN_MS, { type: 'save-again' });
    return state;
  }
  await carryOut(deps, self, state.deployment, resync(state.deployment));
  return { ...state, unsaved: false };
}

/** A full disk must not end the service: Vili goes on and tries to save again later. */
async function save(
  deps: DeployerDeps,
  state: Deployment,
  commands: readonly Command[],
): Promise<boolean> {
  try {
    const records = commands.filter((command) => command.type === 'record');
    await deps.save(state, records.map(entryOf));
    return true;
  } catch (error) {
    deps.journal.crit(`the state could not be saved: ${messageOf(error)}`, { error });
    return false;
  }
}

async function carryOut(
  deps: DeployerDeps,
  self: Me,
  deployment: Deployment,
  commands: readonly Command[],
): Promise<void> {
  for (const command of commands) await carryOutOne(deps, self, deployment, command);
}

async function carryOutOne(
  deps: DeployerDeps,
  self: Me,
  deployment: Deployment,
  command: Command,
): Promise<void> {
  switch (command.type) {
    case 'stage':
      return toVersion(deps, self, command.release.name, command);
    case 'start':
      return toVersion(deps, self, command.release.name, command);
    case 'stop':
      return toVersion(deps, self, command.name, { type: 'stop', role: command.role });
    case 'link':
      return toVersion(deps, self, command.name, { type: 'link', role: command.role });
    case 'retire':
      return toVersion(deps, self, command.name, { type: 'retire' });
    case 'archive':
      self.send(deps.archivist, command, { correlation: command.name });
      return;
    case 'route':
    case 'mirror-off':
      self.send(deps.trafficMirror, command);
      return;
    case 'mirror':
      self.send(deps.trafficMirror, command, { correlation: command.name });
      return;
    case 'judge':
      self.send(deps.comparator, command, { correlation: command.release.name });
      return;
    case 'judge-off':
      self.send(deps.comparator, command);
      return;
    case 'unlink-test':
      await deps.unlinkTest().catch((error: unknown) => {
        deps.journal.warn('the test link could not be removed', { error: messageOf(error) });
      });
      return;
    case 'announce-switch':
      announce(deps, self, deployment, 'switching', command.version);
      return;
    case 'probation':
      // A timer may fire a little early, and the state machine lets nothing end before its time.
      self.after(Math.max(0, Math.ceil(command.untilMs - deps.rules().nowMs)) + TIMER_SLACK_MS, {
        type: 'probation-over',
      });
      return;
    case 'record':
      return record(deps, self, deployment, command);
  }
}

async function toVersion(
  deps: DeployerDeps,
  self: Me,
  name: string,
  message: VersionMessage,
): Promise<void> {
  const childName = `version-${name}`;
  const known = self.child<VersionMessage>(childName);
  const version = known ?? (await self.spawn(deps.versionSpec(name)));
  self.send(version, message, { correlation: name });
}

function withView(
  views: ReadonlyMap<string, ServletFacts>,
  view: ServletFacts,
): ReadonlyMap<string, ServletFacts> {
  const next = new Map(views);
  const key = `${view.version} ${view.role}`;
  if (view.state === 'stopped') next.delete(key);
  else next.set(key, view);
  return next;
}
