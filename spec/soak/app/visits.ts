import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../lib/errors.ts';
import { type Journey, type Reply, startVisitors } from '../../bench/apps/visitor.ts';
import type { Users } from './application.ts';

/** So many failures are kept in words. */
const MAX_FAILURES = 20;

/** Visitors at any time by each journey, and what came of their visits. */
export function startVisits(
  port: number,
  journeys: Readonly<Record<string, { journey: Journey; visitors: number }>>,
): Users {
  const done: Record<string, number> = {};
  const failures: string[] = [];
  let isOver = false;
  const all = Object.entries(journeys).map(([name, { journey, visitors }]) =>
    startVisitors(
      port,
      async (visitor) => {
        try {
          await journey(visitor);
          done[name] = (done[name] ?? 0) + 1;
        } catch (error) {
          if (isOver || failures.length === MAX_FAILURES) return;
          failures.push(`${name}: ${messageOf(error)}`);
        }
      },
      visitors,
    ),
  );
  return {
    counts: () => ({ done, failures }),
    stop: async () => {
      isOver = true;
      await Promise.all(all.map((visitors) => visitors.stop()));
    },
  };
}

/** As long as a person takes, at most. */
export function pause(mostMs: number): Promise<void> {
  return sleep(mostMs * Math.random());
}

/** @throws Error where the response has another status. */
export function requireStatus(reply: Reply, what: string, ...statuses: readonly number[]): Reply {
  if (statuses.includes(reply.status)) return reply;
  throw new Error(`${what}: status ${reply.status} ${reply.text.slice(0, 200)}`);
}
