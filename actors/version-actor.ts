import type { Behaviour } from '../lib/actor/index.ts';
import { messageOf } from '../lib/errors.ts';
import type { Role } from '../lib/model/role.ts';
import type { ServletMessage, VersionMessage } from './messages.ts';
import { EMPTY_SLOT } from './slot.ts';
import {
  endWhenRetired,
  exited,
  type Me,
  put,
  ready,
  report,
  reportDown,
  retire,
  servletName,
  start,
  startDue,
  stop,
  type VersionDeps,
  type VersionState,
} from './version-servlets.ts';

/** One version: its folder, and for each role at most one servlet, started again when it ends. */
export function versionActor(deps: VersionDeps): Behaviour<VersionMessage, VersionState> {
  return {
    start(self) {
      const slots = { running: EMPTY_SLOT, testing: EMPTY_SLOT };
      const alive = deps.alive();
      endUnknown(deps, self, new Set(alive.map(({ instance }) => servletName(instance))));
      for (const { role, instance, target } of alive) {
        slots[role] = { ...EMPTY_SLOT, wanted: true, phase: 'starting', instance, target };
        self.child<ServletMessage>(servletName(instance))?.tell({ type: 'report' });
      }
      if (self.incarnation > 1) self.send(deps.deployer, { type: 'resync' });
      return { release: null, retiring: false, staging: 0, slots };
    },

    async handle(state, message, self) {
      switch (message.type) {
        case 'stage':
          self.pipe(
            deps.stage(message.release),
            () => ({ type: 'staged' }),
            (error) => ({ type: 'stage-failed', problem: messageOf(error) }),
          );
          return { ...state, release: message.release, staging: state.staging + 1 };
        case 'staged':
          report(deps, self, { type: 'staged', name: deps.name });
          return endWhenRetired(deps, self, { ...state, staging: state.staging - 1 });
        case 'stage-failed':
          report(deps, self, { type: 'stage-failed', name: deps.name, problem: message.problem });
          return endWhenRetired(deps, self, { ...state, staging: state.staging - 1 });
        case 'start':
          return start(deps, self, { ...state, release: message.release }, message.role);
        case 'start-due':
          return startDue(deps, self, state, message.role);
        case 'stop':
          return stop(deps, self, state, message.role);
        case 'retire':
          return retire(deps, self, state);
        case 'link':
          await link(deps, state, message.role);
          return state;
        case 'servlet-ready':
          return ready(deps, self, state, message);
        case 'servlet-unhealthy': {
          const { role, problem, cause } = message;
          const { instance, phase } = state.slots[role];
          // One that is being stopped is reported once it is gone.
          if (instance?.id !== message.instance || phase === 'stopping') return state;
          deps.journal.warn(`${message.instance}: ${problem}`, {});
          // Told at once: it may take the whole stop.timeout until the process is gone.
          reportDown(deps, self, role, problem, cause);
          return put(deps, self, state, role, { phase: 'unhealthy', problem });
        }
        case 'servlet-exited':
          return exited(deps, self, state, message);
      }
    },
  };
}

// Private

/** One that was starting when this actor failed has no slot, and would run beside the next one for ever. */
function endUnknown(deps: VersionDeps, self: Me, known: ReadonlySet<string>): void {
  for (const { path } of self.children()) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (known.has(name)) continue;
    deps.journal.warn(`${deps.name}: ${name} was starting and is ended, another takes its place`);
    void self.stopChild(name);
  }
}

async function link(deps: VersionDeps, state: VersionState, role: Role): Promise<void> {
  const { instance } = state.slots[role];
  if (instance === null) return;
  try {
    await deps.linkInstance(role, instance);
  } catch (error) {
    deps.journal.error(`links of ${instance.id} could not be set: ${messageOf(error)}`, {});
  }
}
