import type { Random } from './random.ts';
import { bad, good, type Scenario } from './scenarios.ts';
import type { Draft, Twist } from './twist.ts';

/**
 * Sessions in the memory of running, which no other process can know: a good version refuses them all. And sessions
 * that both share, of which a bad version refuses a part.
 */
export const ownStateScenarios: readonly Scenario[] = [
  good('sessions unknown to testing, 5 % of requests', { twist: ownSessions(0.05) }),
  good('sessions unknown to testing, 20 % of requests', { twist: ownSessions(0.2) }),
  good('sessions unknown to testing, 50 % of requests', { twist: ownSessions(0.5) }),
  good('sessions unknown to testing, 80 % of requests', { twist: ownSessions(0.8) }),
  good('shared sessions, 50 % of requests', { twist: sharedSessions(0.5, 0) }),
  bad('shared sessions, 10 % of them refused', { twist: sharedSessions(0.3, 0.1) }),
  bad('shared sessions, half of them refused', { twist: sharedSessions(0.3, 0.5) }),
  bad('own sessions, +5 % failures elsewhere', {
    extraFailures: 0.05,
    twist: ownSessions(0.2),
  }),
  bad('own sessions, all denied are let in', { twist: letsIn(0.3) }),
];

// Private

function ownSessions(share: number): Twist {
  return (random: Random) => (draft: Draft) => {
    if (!random.chance(share)) return;
    draft.stranger = { status: 401 };
    if (draft.testing.status === 200) draft.testing.status = 401;
  };
}

function sharedSessions(share: number, refused: number): Twist {
  return (random: Random) => (draft: Draft) => {
    if (!random.chance(share)) return;
    draft.stranger = { status: 401 };
    if (!random.chance(refused)) return;
    for (const one of [draft, draft.again]) one.testing.status = 401;
  };
}

/** Some requests carry no session, or one without the right: running denies them, testing does not. */
function letsIn(share: number): Twist {
  return (random: Random) => (draft: Draft) => {
    if (!random.chance(share)) return;
    draft.stranger = { status: 401 };
    if (random.chance(0.1)) {
      draft.running.status = 403;
      draft.again.running.status = 403;
    }
  };
}
