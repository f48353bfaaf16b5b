import type { Address, Behaviour, ChildSpec, Self } from '../lib/actor/index.ts';
import { planAct } from '../lib/deployment/acts.ts';
import type { Command, DeploymentEvent, Rules } from '../lib/deployment/events.ts';
import { entryOf, type RecordCommand, recordingOf } from '../lib/deployment/record.ts';
import { resync } from '../lib/deployment/start/resync.ts';
import { type Deployment, NOTHING_DEPLOYED, protectedNames } from '../lib/deployment/state.ts';
import { transition } from '../lib/deployment/transition.ts';
import { viewsOf } from '../lib/deployment/views.ts';
import { messageOf } from '../lib/errors.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { HistoryEntry } from '../lib/model/history.ts';
import { reasonOf } from '../lib/model/reason.ts';
import type { ServletFacts } from '../lib/model/servlet-facts.ts';
import type {
  ArchivistMessage,
  ComparatorMessage,
  DeployerMessage,
  NotifierMessage,
  TrafficMirrorMessage,
  VersionMessage,
} from './messages.ts';

const TIMER_SLACK_MS = 5;
/** How often rules are looked at that depend on time alone. */
const TICK_MS = 1000;
/** A full disk may have room again by then. */
const SAVE_RETRY_MS = 5000;

export interface DeployerDeps {
  readonly trafficMirror: Address<TrafficMirrorMessage>;
  readonly comparator: Address<ComparatorMessage>;
  readonly archivist: Address<ArchivistMessage>;
  readonly notifier: Address<NotifierMessage>;
  readonly versionSpec: (name: string) => ChildSpec<VersionMessage>;
  /** What is known when Vili starts: the state file, the links, the files in the base. */
  readonly boot: () => Promise<Extract<DeploymentEvent, { type: 'booted' }>>;
  /** The state as last saved, for a deployer that was restarted while Vili goes on. */
  readonly load: () => Promise<Deployment | null>;
  /** The servlets of the state as saved are alive: this Vili took them over from another one, or got them back. */
  readonly isTakeover: boolean;
  /**
   * Saves the state with the entries the history is to get; a Vili killed in between adds them at its next start.
   * Reports a failure itself, as `appendHistory` does.
   */
  readonly save: (state: Deployment, recording: readonly HistoryEntry[]) => Promise<void>;
  readonly appendHistory: (entry: HistoryEntry) => Promise<void>;
  readonly unlinkTest: () => Promise<void>;
  readonly rules: () => Rules;
  readonly journal: Journal;
}

interface DeployerState {
  readonly deployment: Deployment;
  readonly servlets: ReadonlyMap<string, ServletFacts>;
  /** The state on disk is older than this one: no folder may be deleted meanwhile. */
  readonly unsaved: boolean;
}

/**
 * Runs the deployment state machine: every event makes a transition, the new state is saved, then its commands are
 * carried out. Versions are children of the deployer and outlive its restart.
 */
export function deployerActor(deps: DeployerDeps): Behaviour<DeployerMessage, DeployerState> {
  return {
    async start(self) {
      self.every(TICK_MS, { type: 'tick' });
      const saved = self.incarnation > 1 || deps.isTakeover ? await deps.load() : null;
      const state = { deployment: saved ?? NOTHING_DEPLOYED, servlets: new Map(), unsaved: false };
      if (saved === null) {
        announce(deps, self, NOTHING_DEPLOYED, 'starting', '');
        return advance(deps, self, state, await deps.boot());
      }
      await carryOut(deps, self, saved, resync(saved));
      return state;
    },

    async handle(state, message, self) {
      const { deployment, unsaved } = state;
      switch (message.type) {
        case 'resync':
          await carryOut(deps, self, deployment, resync(deployment));
          return state;
        case 'servlet-view':
          return { ...state, servlets: withFacts(state.servlets, message.view) };
        case 'note': {
          const { event, version, text, by = 'vili' } = message;
          const what = { event, version, by, reasons: [reasonOf(event, text)] } as const;
          const atMs = deps.rules().wallMs;
          await record(deps, self, deployment, { type: 'record', atMs, ...what });
          return state;
        }
        case 'may-delete': {
          const isNeeded = protectedNames(deployment).has(message.name);
          self.send(message.reply, !isNeeded && !unsaved);
          return state;
        }
        case 'save-again':
          return unsaved ? saveAgain(deps, self, state) : state;
        case 'describe':
          self.send(message.reply, {
            deployment,
            servlets: [...state.servlets.values()],
            ...viewsOf(deployment, deps.rules()),
          });
          return state;
        case 'act': {
          const { reply, event } = planAct(deployment, message.act, deps.rules());
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

/** The first save after failed ones asks again for what was held back meanwhile. */
async function advance(
  deps: DeployerDeps,
  self: Me,
  state: DeployerState,
  event: DeploymentEvent,
): Promise<DeployerState> {
  const { state: deployment, commands } = transition(state.deployment, event, deps.rules());
  const isSame = deployment === state.deployment;
  const unsaved = isSame ? state.unsaved : !(await save(deps, deployment, commands));
  if (unsaved && !state.unsaved) self.after(SAVE_RETRY_MS, { type: 'save-again' });
  const safe = commands.filter((command) => !unsaved || command.type !== 'archive');
  await carryOut(deps, self, deployment, safe);
  if (state.unsaved && !unsaved) await carryOut(deps, self, deployment, resync(deployment));
  return { ...state, deployment, unsaved };
}

async function saveAgain(
  deps: DeployerDeps,
  self: Me,
  state: DeployerState,
): Promise<DeployerState> {
  if (!(await save(deps, state.deployment, []))) {
    self.after(SAVE_RETRY_MS, { type: 'save-again' });
    return state;
  }
  await carryOut(deps, self, state.deployment, resync(state.deployment));
  return { ...state, unsaved: false };
}

/** A full disk must not end the service: `deps.save` reports it, and Vili goes on and tries to save again later. */
async function save(
  deps: DeployerDeps,
  state: Deployment,
  commands: readonly Command[],
): Promise<boolean> {
  try {
    const records = commands.filter((command) => command.type === 'record');
    await deps.save(state, records.map(entryOf));
    return true;
  } catch {
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
    case 'start':
      return toVersion(deps, self, command.release.name, command);
    case 'stop':
    case 'link':
      return toVersion(deps, self, command.name, { type: command.type, role: command.role });
    case 'role':
      return toVersion(deps, self, command.name, { type: 'role', duty: command.duty });
    case 'retire':
      return toVersion(deps, self, command.name, { type: 'retire' });
    case 'archive':
    case 'restore':
      self.send(deps.archivist, command, { correlation: command.name });
      return;
    case 'route':
    case 'share':
    case 'mirror-off':
      self.send(deps.trafficMirror, command);
      return;
    case 'mirror':
      self.send(deps.trafficMirror, command, { correlation: command.name });
      return;
    case 'evaluate':
      self.send(deps.comparator, command, { correlation: command.release.name });
      return;
    case 'evaluate-off':
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
      // A timer may fire a little early, and the state machine ends nothing before its time.
      self.after(Math.max(0, Math.ceil(command.atMs - deps.rules().nowMs)) + TIMER_SLACK_MS, {
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
  const running = self.child<VersionMessage>(`version-${name}`);
  const version = running ?? (await self.spawn(deps.versionSpec(name)));
  self.send(version, message, { correlation: name });
}

/** Log, notification, report and history of one event; a history that cannot be written reports itself and stops nothing. */
async function record(
  deps: DeployerDeps,
  self: Me,
  deployment: Deployment,
  command: RecordCommand,
): Promise<void> {
  const { version: correlation, by } = command;
  const { entry, line, isBad, notification, decision } = recordingOf(deployment, command);
  deps.journal[isBad ? 'warn' : 'notice'](line, { by });
  self.send(deps.notifier, { type: 'notify', ...notification }, { correlation });
  if (decision !== null) self.send(deps.comparator, { type: 'decided', decision }, { correlation });
  await deps.appendHistory(entry).catch(() => undefined);
}

/** Notifies people of a step that is too short for the history. */
function announce(
  deps: DeployerDeps,
  self: Me,
  deployment: Deployment,
  event: 'starting' | 'switching',
  version: string,
): void {
  const running = deployment.running?.release.name ?? null;
  self.send(deps.notifier, { type: 'notify', event, version, reasons: [], by: 'vili', running });
}

function withFacts(
  servlets: ReadonlyMap<string, ServletFacts>,
  facts: ServletFacts,
): ReadonlyMap<string, ServletFacts> {
  const next = new Map(servlets);
  const key = `${facts.version} ${facts.role}`;
  if (facts.state === 'stopped') next.delete(key);
  else next.set(key, facts);
  return next;
}
