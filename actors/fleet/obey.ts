import { messageOf } from '../../lib/errors.ts';
import { type Order, orderFor, waitingFor } from '../../lib/fleet/rollout/orders.ts';
import type { HostRecord } from '../../lib/fleet/rollout/records.ts';
import { reasonOf } from '../../lib/model/reason.ts';
import { type FleetDeps, type FleetSelf, type FleetState, note } from './state.ts';

/** An order that this host has not carried out is given to its deployer again after this time. */
const REPEAT_MS = 5000;
/** To take users back is tried so often, each time after twice the time: for some ten minutes. */
const BACK_TRIES = 8;

/** Carries out what the rollout says to this host. Without the engine it begins nothing. */
export function obey(
  deps: FleetDeps,
  self: FleetSelf,
  state: FleetState,
  record: HostRecord,
): FleetState {
  const { session } = state;
  if (!session.isAlive) {
    const text = `the engine of the fleet is not there (${session.problem})`;
    return { ...state, order: record.testing === null ? { act: 'none' } : { act: 'wait', text } };
  }
  const { rollout, rolloutProblem, hold, leader } = session.view;
  if (rolloutProblem !== null) return { ...state, order: waitingFor(record, rolloutProblem) };
  const { waves, isManual } = deps.rules();
  const held = hold && `the fleet is paused by ${hold.by}: vili fleet resume`;
  const context = { leader: leader?.token ?? null, held, waveCount: waves.length };
  const order = orderFor(rollout, record, context);
  const failure = order.act === 'roll-back' ? state.failure : null;
  const next = { ...state, order, failure };
  if (rollout === null || order.act === 'none' || order.act === 'wait') return next;
  const { version, sha256 } = order.act === 'roll-back' ? order.build : rollout.candidate;
  const key = `${order.act} ${rollout.id} ${sha256}`;
  const isAgain = state.given.key === key;
  const times = isAgain ? state.given.times : 0;
  if (isAgain && !isDueAgain(order, state, deps.now())) return next;
  const isByHand = rollout.decidedBy !== 'vili';
  if (order.act === 'stray') {
    if (!isAgain) note(deps, self, version, order.text);
  } else if (order.act === 'roll-back') {
    self.pipe(
      deps.rollBack(version, order.reasons.join(' ')),
      (text) => ({ type: 'acted', isDone: true, text }),
      (error) => ({ type: 'acted', isDone: false, text: failureText(version, times + 1, error) }),
    );
  } else if (order.act === 'promote' && !mayGo(record, isManual && !isByHand)) return next;
  else {
    const by = isByHand ? rollout.decidedBy : 'vili';
    const reasons = order.reasons.map((text) => reasonOf('fleet', text));
    const event = { type: 'verdict', name: version, decision: order.act, by, reasons } as const;
    self.send(deps.deployer, { ...event, isByFleet: true }, { correlation: version });
  }
  const given = { key, atMs: deps.now(), times: times + 1 };
  const isLate = isAgain && order.act === 'roll-back';
  return {
    ...next,
    token: rollout.token,
    given,
    failure: isLate ? (failure ?? lateText(version)) : failure,
  };
}

// Private

/** What failed is not tried for ever; what is under way is not begun again. */
function isDueAgain({ act }: Order, { given, isGoingBack }: FleetState, nowMs: number): boolean {
  const sinceMs = nowMs - given.atMs;
  if (act !== 'roll-back') return sinceMs >= REPEAT_MS;
  return !isGoingBack && given.times < BACK_TRIES && sinceMs >= REPEAT_MS * 2 ** (given.times - 1);
}

function lateText(version: string): string {
  return `users have not got back from ${version} as the fleet says: the history says why; it is tried again`;
}

function failureText(version: string, times: number, error: unknown): string {
  const then =
    times < BACK_TRIES ? 'it is tried again' : 'Vili tries no more: vili rollback VERSION there';
  return `users cannot go back from ${version} as the fleet says (${messageOf(error)}); ${then}`;
}

function mayGo({ waits, isSwitching, testing }: HostRecord, isManual: boolean): boolean {
  return waits === null && !isSwitching && testing?.isReady === true && !isManual;
}
