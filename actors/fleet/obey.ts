import { messageOf } from '../../lib/errors.ts';
import { orderFor } from '../../lib/fleet/rollout/orders.ts';
import type { HostRecord } from '../../lib/fleet/rollout/records.ts';
import { reasonOf } from '../../lib/model/reason.ts';
import { type FleetDeps, type FleetSelf, type FleetState, note } from './state.ts';

/** An order that this host has not carried out is given to its deployer again after this time. */
const REPEAT_MS = 5000;

/** Carries out what the rollout says to this host. Without the engine it begins nothing. */
export function obey(
  deps: FleetDeps,
  self: FleetSelf,
  state: FleetState,
  record: HostRecord,
): FleetState {
  const { session, given } = state;
  if (!session.isAlive) {
    const text = `the engine of the fleet is not there (${session.problem})`;
    return { ...state, order: record.testing === null ? { act: 'none' } : { act: 'wait', text } };
  }
  const { rollout, hold } = session.view;
  const { waves, isManual } = deps.rules();
  const held = hold && `the fleet is paused by ${hold.by}: vili fleet resume`;
  const context = { token: state.token, held, waveCount: waves.length };
  const order = orderFor(rollout, record, context);
  const token = Math.max(state.token, rollout?.token ?? 0);
  const next = { ...state, order, token };
  if (rollout === null || order.act === 'none' || order.act === 'wait') return next;
  const key = `${order.act} ${rollout.id} ${rollout.candidate.sha256}`;
  if (given.key === key && deps.now() - given.atMs < REPEAT_MS) return next;
  const isByHand = rollout.decidedBy !== 'vili';
  if (order.act === 'stray') {
    if (given.key !== key) note(deps, self, rollout.candidate.version, order.text);
  } else if (order.act === 'roll-back') {
    self.pipe(
      deps.rollBack(rollout.candidate.version, order.reasons.join(' ')),
      (text) => ({ type: 'acted', text }),
      (error) => ({ type: 'acted', text: `users cannot go back: ${messageOf(error)}` }),
    );
  } else if (order.act === 'promote' && !mayGo(record, isManual && !isByHand)) return next;
  else {
    const { version: name } = rollout.candidate;
    const by = isByHand ? rollout.decidedBy : 'vili';
    const reasons = order.reasons.map((text) => reasonOf('fleet', text));
    const event = { type: 'verdict', name, decision: order.act, by, reasons } as const;
    self.send(deps.deployer, { ...event, isByFleet: true }, { correlation: name });
  }
  return { ...next, given: { key, atMs: deps.now() } };
}

// Private

function mayGo({ waits, isSwitching, testing }: HostRecord, isManual: boolean): boolean {
  return waits === null && !isSwitching && testing?.isReady === true && !isManual;
}
