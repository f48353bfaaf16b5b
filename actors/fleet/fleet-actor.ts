import type { Behaviour } from '../../lib/actor/index.ts';
import { messageOf } from '../../lib/errors.ts';
import { hostRecordOf } from '../../lib/fleet/host/record.ts';
import { Absences } from '../../lib/fleet/rollout/absent.ts';
import { objectionToRetest } from '../../lib/fleet/rollout/decided.ts';
import { LIMITS } from '../../lib/fleet/rollout/records.ts';
import { fleetReportOf } from '../../lib/fleet/view/view.ts';
import { lead } from './lead.ts';
import type { FleetFound, FleetMessage } from './messages.ts';
import { obey } from './obey.ts';
import { type FleetDeps, type FleetSelf, type FleetState, NOTHING_KNOWN, note } from './state.ts';
import { wished } from './wishes.ts';

const TICK_MS = 1000;
/** The lease is kept alive, and evidence put, this often; a record that is another one is put at the next tick. */
const BEAT_MS = 5000;
/**
 * This host as one of several: tells the others what it is and knows, carries out what the rollout says, and writes it
 * while it leads. The users' path never waits for it.
 */
export function fleetActor(deps: FleetDeps): Behaviour<FleetMessage, FleetState> {
  return {
    start(self) {
      const changes = { isTold: false };
      const session = deps.open(() => {
        // One message is enough for all that has changed until it is handled.
        if (!changes.isTold) self.send(self.address, { type: 'changed' });
        changes.isTold = true;
      });
      self.signal.addEventListener('abort', () => void session.end());
      session.begin();
      self.every(TICK_MS, { type: 'tick' });
      return { ...NOTHING_KNOWN, session, changes, absences: new Absences() };
    },

    handle(state, message, self) {
      switch (message.type) {
        case 'tick':
          return look(deps, self, watched(deps, state));
        case 'found':
          return found(deps, self, { ...state, isLooking: false }, message.found);
        case 'changed':
          state.changes.isTold = false;
          return consider(deps, self, state);
        case 'beaten':
          return consider(
            deps,
            self,
            beaten(deps, { ...state, isBeating: false }, message.problem),
          );
        case 'written':
          if (message.isWritten) {
            for (const { text } of message.events) note(deps, self, message.version, text);
          }
          return { ...state, isWriting: false };
        case 'acted':
          if (message.isDone) deps.journal.notice(`fleet: ${message.text}`);
          else if (message.text !== state.failure) deps.journal.error(`fleet: ${message.text}`);
          return { ...state, failure: message.isDone ? state.failure : message.text };
        case 'examined':
          // Another host leads by now, and says it.
          if (state.session.leadership === null) return state;
          if (message.trouble !== null && message.trouble !== state.trouble) {
            deps.journal.error(`fleet: ${message.trouble}`);
          }
          return { ...state, trouble: message.trouble };
        case 'describe': {
          const seen = watched(deps, state);
          self.send(message.reply, reportOf(deps, seen));
          return seen;
        }
        case 'retest':
          self.send(message.reply, objectionToRetest(state.session.view.rollout, message.build));
          return state;
        case 'wish': {
          const { wish, reply } = message;
          self.pipe(
            wished(state.session, wish),
            (outcome) => ({ type: 'wished', reply, outcome }),
            (error) => ({
              type: 'wished',
              reply,
              outcome: { done: false, version: '', text: messageOf(error), told: null },
            }),
          );
          return state;
        }
        case 'wished': {
          const { told, ...reply } = message.outcome;
          if (told !== null) note(deps, self, reply.version, told.text, told.by);
          self.send(message.reply, reply);
          return state;
        }
      }
    },

    stop({ session }) {
      return session.end();
    },
  };
}

// Private

/** Since when the engine is not there: the tick or the question that found it first. */
function watched({ wallNow }: FleetDeps, state: FleetState): FleetState {
  const { session, goneSinceMs } = state;
  const isGone = session.problem !== null;
  if (isGone === (goneSinceMs !== null)) return state;
  return { ...state, goneSinceMs: isGone ? wallNow() : null };
}

function look(deps: FleetDeps, self: FleetSelf, state: FleetState): FleetState {
  if (state.isLooking) return state;
  const isDue = deps.now() - state.beatAtMs >= BEAT_MS - TICK_MS;
  self.pipe(
    deps.look(isDue ? sizeOf(state) : null),
    (it) => ({ type: 'found', found: it }),
    () => ({ type: 'found', found: null }),
  );
  return { ...state, isLooking: true };
}

/** How many hosts decide, those that are away too; the most there can be while nothing is known of them. */
function sizeOf({ session: { view } }: FleetState): number {
  const size = Math.max(view.hosts.length, view.rollout?.members.length ?? 0);
  return size === 0 ? LIMITS.hosts : size;
}

function found(
  deps: FleetDeps,
  self: FleetSelf,
  before: FleetState,
  it: FleetFound | null,
): FleetState {
  if (it === null) return before;
  const { deployment, closed, evidence } = it;
  const { token, failure } = before;
  const record = hostRecordOf({ ...deps.self, deployment, closed, failure, token });
  const isGoingBack = deployment.rollback != null;
  const state = { ...before, record, isGoingBack, evidence: evidence ?? before.evidence };
  return consider(deps, self, beat(deps, self, state, JSON.stringify(record)));
}

function beat(deps: FleetDeps, self: FleetSelf, state: FleetState, record: string): FleetState {
  const { session, evidence, sentRecord, beatAtMs, isBeating } = state;
  const nowMs = deps.now();
  const isDue = nowMs - beatAtMs >= BEAT_MS || record !== sentRecord;
  if (isBeating || !isDue) return state;
  self.pipe(
    session.beat({ record, evidence }),
    () => ({ type: 'beaten', problem: null }),
    (error) => ({ type: 'beaten', problem: messageOf(error) }),
  );
  return { ...state, isBeating: true, beatAtMs: nowMs, sentRecord: record };
}

/** Told once when the engine is gone, and once when it is back. */
function beaten({ journal }: FleetDeps, state: FleetState, problem: string | null): FleetState {
  const { told, session } = state;
  if (problem !== null && told === null) {
    journal.error(`fleet: ${problem}; nothing is promoted by itself until it is back`);
  }
  if (problem === null && told !== null) journal.notice('fleet: etcd is there');
  // What did not arrive is put again.
  const sentRecord = problem === null ? state.sentRecord : '';
  return { ...state, told: problem, sentRecord, session };
}

/** Carries out what the rollout says, and goes on with it while this host leads. */
function consider(deps: FleetDeps, self: FleetSelf, state: FleetState): FleetState {
  if (state.record === null) return state;
  return lead(deps, self, obey(deps, self, state, state.record));
}

function reportOf(deps: FleetDeps, state: FleetState) {
  const { session, trouble, judgement, order, failure, goneSinceMs } = state;
  const { waves, quorum } = deps.rules();
  return fleetReportOf({
    fleet: deps.fleet,
    host: deps.self.host,
    endpoints: deps.endpoints,
    problem: session.problem,
    since: goneSinceMs === null ? null : new Date(goneSinceMs).toISOString(),
    trouble,
    view: session.view,
    waves,
    quorum,
    verdict: judgement,
    waits: order.act === 'wait' || order.act === 'stray' ? order.text : failure,
  });
}
