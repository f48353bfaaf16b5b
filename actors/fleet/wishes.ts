import { objectionTo } from '../../lib/fleet/rollout/draft.ts';
import { LIMITS, shortened } from '../../lib/fleet/rollout/records.ts';
import type { FleetSession } from '../../lib/fleet/session/session.ts';
import type { FleetWish, FleetWished } from './messages.ts';

/** Writes to the engine what a person asks for; the leader carries it out. Rejects when the engine is not there. */
export async function wished(session: FleetSession, wish: FleetWish): Promise<FleetWished> {
  const { kind, version } = wish;
  // What the leader reads has limits.
  const by = shortened(wish.by, LIMITS.nameCharacters);
  const reason = shortened(wish.reason);
  const { rollout, rolloutProblem, hold, leader } = session.view;
  const of = rollout?.candidate.version ?? '';
  if (session.problem !== null) return refused(of, `the fleet cannot be asked: ${session.problem}`);
  if (kind === 'pause') {
    if (hold !== null) return refused(of, `the fleet is already paused by ${hold.by}`);
    await session.hold({ by, at: new Date().toISOString(), reason });
    const text = 'no host is promoted by itself until `vili fleet resume`; tests go on';
    return done(of, text, told(wish, 'the fleet is paused'));
  }
  // It is for what there is now, whatever the leader has by the time that it reads it.
  const asked = version ?? (of === '' ? null : of);
  const ask = { kind, version: asked, by, reason };
  const objection = rolloutProblem ?? objectionTo(rollout, ask);
  if (kind === 'resume' && hold !== null) {
    await session.release();
    if (objection !== null) {
      return done(of, 'the fleet goes on', told(wish, 'the fleet goes on'));
    }
  } else if (objection !== null) return refused(of, objection);
  if (!(await session.ask(ask))) {
    return refused(of, 'the leader has not carried out the request before yet');
  }
  const who = leader === null ? 'the next leader' : leader.host;
  return done(of, `${who} has been asked: ${WORDS[kind]}`);
}

// Private

const WORDS = {
  resume: 'the rollout goes on without the host that rejected the version',
  promote: 'all hosts go to the version, without waiting for evidence and probation',
  reject: 'no host goes to the version, and those that have gone do as fleet.on_rollback says',
} as const;

function done(version: string, text: string, noted: FleetWished['told'] = null): FleetWished {
  return { done: true, version, text, told: noted };
}

function refused(version: string, text: string): FleetWished {
  return { done: false, version, text, told: null };
}

/** For the history: a hold is nothing that the leader writes. */
function told({ by, reason }: FleetWish, what: string): FleetWished['told'] {
  return { by, text: reason === '' ? what : `${what}: ${reason}` };
}
