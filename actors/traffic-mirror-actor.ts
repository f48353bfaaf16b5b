import type { Address, Behaviour } from '../lib/actor/index.ts';
import type { ClusterEvent } from '../lib/cluster/slot.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { MirrorEvent } from '../lib/mirror/events.ts';
import type { Mirror } from '../lib/mirror/mirror.ts';
import { probationIdOf } from '../lib/mirror/probation-id.ts';
import type { Target, TrafficObservation } from '../lib/model/exchange.ts';
import type { UserShare } from '../lib/model/promotion/user-share.ts';
import type { DeclaredDifference } from '../lib/model/traffic-rules.ts';
import type { ProxyService } from '../lib/proxy/proxy.ts';
import type { CopyRules } from '../lib/proxy/settings.ts';
import type {
  ComparatorMessage,
  DeployerMessage,
  TrafficCounts,
  TrafficMirrorMessage,
} from './messages.ts';
import type { MetricsMessage } from './metrics/messages.ts';

export interface TrafficMirrorDeps {
  /** Proxy and mirror outlive this actor: its restart never closes the users' socket. */
  readonly proxy: ProxyService;
  readonly mirror: Mirror;
  readonly comparator: Address<ComparatorMessage>;
  readonly deployer: Address<DeployerMessage>;
  readonly metrics: Address<MetricsMessage>;
  /** Which requests are copied for a test that begins now. */
  readonly copyRules: () => CopyRules;
  /** Those for a version on probation: nothing that was asked for is done twice. */
  readonly safeCopyRules: () => CopyRules;
  /** The processes of all servlets now. */
  readonly servletPids: () => readonly number[];
  /** Whether anybody may see the version under test. */
  readonly hasPreview?: boolean;
  readonly journal: Journal;
}

interface TrafficMirrorState {
  readonly running: Target | null;
  /** Users whose requests go elsewhere. */
  readonly share: UserShare | null;
  readonly test: Test | null;
  /** That of a test that may not have begun yet. */
  readonly noise: Noise | null;
}

type Noise = Pick<Extract<TrafficMirrorMessage, { type: 'noise' }>, 'name' | 'noise'>;

interface Test {
  /** What the mirror calls it. */
  readonly id: string;
  /** Copies go to previous, and running is judged by it. */
  readonly isReversed: boolean;
  readonly target: Target | null;
  /** Differences that do not count. */
  readonly declared: readonly DeclaredDifference[];
  /** Which requests are copied for it; null while there is no running version to compare with. */
  readonly copies: CopyRules | null;
}

/** Owns the route: which version responds to users, and whether copies go to a version under test. */
export function trafficMirrorActor(
  deps: TrafficMirrorDeps,
): Behaviour<TrafficMirrorMessage, TrafficMirrorState> {
  const { proxy, mirror, comparator, deployer, journal } = deps;
  return {
    start(self) {
      const unsubscribe = proxy.onTraffic((batch) => {
        self.address.tell({ type: 'observed', batch });
      });
      self.signal.addEventListener('abort', unsubscribe, { once: true });
      if (self.incarnation > 1) self.send(deployer, { type: 'resync' });
      const { running, share = null } = proxy.route();
      return { running, share, test: null, noise: null };
    },

    async handle(state, message, self) {
      switch (message.type) {
        case 'route':
          return route(deps, state, message.target);
        case 'share':
          setRoute(deps, { ...state, share: message.share }, state.test?.copies ?? null);
          return { ...state, share: message.share };
        case 'mirror':
          return mirrorTo(deps, state, message);
        case 'mirror-off':
          setRoute(deps, { ...state, test: null }, null);
          await mirror.end();
          return { ...state, test: null, noise: null };
        case 'noise':
          mirror.restoreNoise(message.name, message.noise);
          return { ...state, noise: message };
        case 'speed':
          mirror.setSpeedMissing(message.isMissing);
          return state;
        case 'drain': {
          const { target, timeoutMs, reply } = message;
          void proxy.drain(target, timeoutMs).then((drained) => reply.tell(drained));
          return state;
        }
        case 'counts':
          void sendCounts(deps, message.reply);
          return state;
        case 'observed': {
          const batch = ofRunning(message.batch, state);
          mirror.observed(batch);
          self.send(comparator, { type: 'observed', batch });
          return state;
        }
        case 'outcomes':
          self.send(comparator, message);
          self.send(deps.metrics, message);
          return state;
        case 'mirror-event':
          logMirrorEvent(journal, message.event);
          return state;
        case 'cluster-event':
          logClusterEvent(journal, message.event);
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
  deps.mirror.routed(target);
  setRoute(deps, next, test?.copies ?? null);
  if (target === null || test === null) return next;
  if (test.copies === null) return begin(deps, next, test);
  deps.mirror.retarget({ running: target });
  return next;
}

function setRoute(
  { proxy, servletPids, hasPreview = false }: TrafficMirrorDeps,
  { running, share, test }: Pick<TrafficMirrorState, 'running' | 'share' | 'test'>,
  copies: CopyRules | null,
): void {
  const preview = test === null || test.isReversed ? null : test.target;
  const users = { running, ...(share && { share }), ...(hasPreview && { preview }) };
  if (copies === null) proxy.setRoute({ ...users, mirroring: false });
  else proxy.setRoute({ ...users, mirroring: true, servlets: servletPids(), copies });
}

/** What users of a share got says nothing of running. */
function ofRunning(
  batch: readonly TrafficObservation[],
  { share }: TrafficMirrorState,
): readonly TrafficObservation[] {
  if (share === null) return batch;
  return batch.filter(({ instance }) => instance !== share.target.instance);
}

/** The same test continues when its servlet moved to another port; any other begins afresh. */
function mirrorTo(
  deps: TrafficMirrorDeps,
  state: TrafficMirrorState,
  { name, target, against, declared = [] }: Extract<TrafficMirrorMessage, { type: 'mirror' }>,
): TrafficMirrorState {
  const { test } = state;
  const isReversed = against !== undefined;
  const id = isReversed ? probationIdOf(name) : name;
  if (test?.id !== id || test.copies === null) {
    return begin(deps, state, { id, isReversed, target, declared, copies: null });
  }
  deps.mirror.retarget({ testing: target });
  const next = { ...state, test: { ...test, target } };
  // Another process of testing.
  setRoute(deps, next, test.copies);
  return next;
}

/** After a restart of Vili testing may be ready before running is: the test begins with both. */
function begin(deps: TrafficMirrorDeps, state: TrafficMirrorState, test: Test): TrafficMirrorState {
  const { running, noise } = state;
  const { id, isReversed, declared } = test;
  if (running === null || test.target === null) return { ...state, test };
  deps.mirror.begin({ id, testing: test.target, running, isReversed, declared });
  if (noise?.name === id) deps.mirror.restoreNoise(noise.name, noise.noise);
  const copies = isReversed ? deps.safeCopyRules() : deps.copyRules();
  const next = { ...state, test: { ...test, copies } };
  setRoute(deps, next, copies);
  return next;
}

/** The proxy counts first: the mirror already has what the proxy has submitted by then. */
async function sendCounts(deps: TrafficMirrorDeps, reply: Address<TrafficCounts>): Promise<void> {
  const proxy = await deps.proxy.counts();
  reply.tell({ proxy, mirror: deps.mirror.counts() });
}

function logMirrorEvent(journal: Journal, event: MirrorEvent): void {
  const thread = `the mirror worker for ${event.testId}`;
  if (event.kind === 'started') {
    journal.info(`${thread} started`, { restarts: event.restarts });
  } else {
    const { reason, message, lost, restartInMs } = event;
    journal.warn(`${thread} was lost (${reason}): ${message}`, { lost, restartInMs });
  }
}

function logClusterEvent(journal: Journal, event: ClusterEvent): void {
  const { process, pid } = event;
  if (event.kind === 'started') {
    journal.info(`proxy process ${process} serves`, { gatePid: pid, restarts: event.restarts });
    return;
  }
  const { reason, connections, restartInMs } = event;
  const text = `proxy process ${process} ended (${reason}): ${connections} connections of users broke`;
  journal.error(text, { gatePid: pid, restartInMs });
}
