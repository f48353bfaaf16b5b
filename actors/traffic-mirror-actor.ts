import type { Address, Behaviour } from '../lib/actor/index.ts';
import type { ClusterEvent } from '../lib/cluster/slot.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { MirrorEvent } from '../lib/mirror/events.ts';
import type { Mirror } from '../lib/mirror/mirror.ts';
import type { Target } from '../lib/model/exchange.ts';
import type { ProxyService } from '../lib/proxy/proxy.ts';
import type {
  ComparatorMessage,
  DeployerMessage,
  TrafficCounts,
  TrafficMirrorMessage,
} from './messages.ts';

export interface TrafficMirrorDeps {
  /** Both live longer than this actor: its restart never closes the users' socket. */
  readonly proxy: ProxyService;
  readonly mirror: Mirror;
  readonly comparator: Address<ComparatorMessage>;
  readonly deployer: Address<DeployerMessage>;
  readonly journal: Journal;
}

interface TrafficMirrorState {
  readonly running: Target | null;
  readonly test: Test | null;
  /** Of a test that may not have begun yet. */
  readonly noise: Noise | null;
}

type Noise = Pick<Extract<TrafficMirrorMessage, { type: 'noise' }>, 'name' | 'noise'>;

interface Test {
  readonly name: string;
  readonly target: Target | null;
  /** False while there is no running to compare it with. */
  readonly begun: boolean;
}

/** Owns the route: who answers the users, and whether copies go to a version under test. */
export function trafficMirrorActor(
  deps: TrafficMirrorDeps,
): Behaviour<TrafficMirrorMessage, TrafficMirrorState> {
  return {
    async start(self) {
      await deps.proxy.listen();
      const unsubscribe = deps.proxy.onTraffic((batch) => {
        self.address.tell({ type: 'observed', batch });
      });
      self.signal.addEventListener('abort', unsubscribe, { once: true });
      if (self.incarnation > 1) self.send(deps.deployer, { type: 'resync' });
      return { running: deps.proxy.route().running, test: null, noise: null };
    },

    async handle(state, message, self) {
      switch (message.type) {
        case 'route':
          return route(deps, state, message.target);
        case 'mirror':
          return mirror(deps, state, message);
        case 'mirror-off':
          deps.proxy.setRoute({ running: state.running, mirroring: false });
          await deps.mirror.end();
          return { ...state, test: null, noise: null };
        case 'noise':
          deps.mirror.restoreNoise(message.name, message.noise);
          return { ...state, noise: message };
        case 'drain': {
          const { reply } = message;
          void deps.proxy.drain(message.target, message.timeoutMs).then((it) => reply.tell(it));
          return state;
        }
        case 'counts':
          void tellCounts(deps, message.reply);
          return state;
        case 'observed':
          self.send(deps.comparator, message);
          return state;
        case 'outcomes':
          self.send(deps.comparator, message);
          return state;
        case 'mirror-event':
          reportMirrorEvent(deps.journal, message.event);
          return state;
        case 'cluster-event':
          reportClusterEvent(deps.journal, message.event);
          return state;
      }
    },
  };
}

// Private

function route(
  deps: TrafficMirrorDeps,
  state: TrafficMirrorState,
  target: Target | null,
): TrafficMirrorState {
  const { test } = state;
  const next = { ...state, running: target };
  deps.proxy.setRoute({ running: target, mirroring: test?.begun === true });
  if (target === null || test === null) return next;
  if (!test.begun) return begin(deps, next, test);
  deps.mirror.retarget({ running: target });
  return next;
}

/** The same test goes on when its servlet moved to another port; another one begins afresh. */
function mirror(
  deps: TrafficMirrorDeps,
  state: TrafficMirrorState,
  { name, target }: Pick<Test, 'name' | 'target'>,
): TrafficMirrorState {
  const known = state.test;
  if (known?.name !== name || !known.begun) {
    return begin(deps, state, { name, target, begun: false });
  }
  deps.mirror.retarget({ testing: target });
  return { ...state, test: { ...known, target } };
}

/** After a restart of Vili testing may be ready before running is: the test begins with both. */
function begin(deps: TrafficMirrorDeps, state: TrafficMirrorState, test: Test): TrafficMirrorState {
  const { running } = state;
  if (running === null || test.target === null) return { ...state, test };
  deps.mirror.begin({ id: test.name, testing: test.target, running });
  const { noise } = state;
  if (noise?.name === test.name) deps.mirror.restoreNoise(noise.name, noise.noise);
  deps.proxy.setRoute({ running, mirroring: true });
  return { ...state, test: { ...test, begun: true } };
}

/** The gate's first: what it has submitted by then is known to the far side. */
async function tellCounts(deps: TrafficMirrorDeps, reply: Address<TrafficCounts>): Promise<void> {
  const proxy = await deps.proxy.counts();
  reply.tell({ proxy, mirror: deps.mirror.counts() });
}

function reportMirrorEvent(journal: Journal, event: MirrorEvent): void {
  const { testId } = event;
  if (event.kind === 'started') {
    journal.info(`the comparing thread for ${testId} started`, { restarts: event.restarts });
    return;
  }
  const { reason, message, lost, restartInMs } = event;
  const text = `the comparing thread for ${testId} was lost (${reason}): ${message}`;
  journal.warn(text, { lost, restartInMs });
}

function reportClusterEvent(journal: Journal, event: ClusterEvent): void {
  const { process, pid } = event;
  if (event.kind === 'started') {
    journal.info(`proxy process ${process} serves`, { gatePid: pid, restarts: event.restarts });
    return;
  }
  const { reason, connections, restartInMs } = event;
  const text = `proxy process ${process} ended (${reason}): ${connections} connections of users broke`;
  journal.error(text, { gatePid: pid, restartInMs });
}
