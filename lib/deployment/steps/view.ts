import type { PromotionStep } from '../../model/promotion/user-share.ts';
import { percent } from '../../text/numbers.ts';
import { durationOf } from '../../text/times.ts';
import type { Rules } from '../events.ts';
import type { Complaint, Deployment } from '../state.ts';
import { steppingOf } from './share.ts';
import { heldBy, leftOf } from './steps.ts';
import { keyText, stepText } from './words.ts';

/** What people are shown of a promotion in steps. */
export interface StepsView {
  /** The version that has a share of the users, and the one that has the others. */
  readonly version: string;
  readonly running: string;
  readonly steps: readonly PromotionStep[];
  /** The step under way, from 1 on, its share of the users, 0 to 1, and what is left of it. */
  readonly step: number;
  readonly share: number;
  readonly leftMs: number;
  /** What names a client: `address`, or a header or cookie. */
  readonly clients: string;
  /** Why the step lasts; null while its time runs. */
  readonly held: string | null;
  readonly complaint: Complaint | null;
  /** All of it in one sentence. */
  readonly text: string;
}

/** Null outside a promotion in steps, and before users have the version. */
export function stepsView(state: Deployment, { nowMs }: Rules): StepsView | null {
  const { running, testing } = state;
  const stepping = steppingOf(state);
  if (stepping === null || running === null || testing === null) return null;
  const { steps, at, key, complaint = null } = stepping;
  const leftMs = leftOf(stepping, nowMs);
  const held = heldBy(state);
  const next = steps[at + 1];
  const then = next === undefined ? 'then all users' : `then ${percent(next.share)}`;
  const { name } = testing.release;
  const worse = complaint === null ? '' : `; to take them back: vili rollback`;
  const time = held === null ? `${durationOf(leftMs)} left, ${then}` : `held, since ${held}`;
  return {
    version: name,
    running: running.release.name,
    steps,
    step: at + 1,
    share: steps[at]?.share ?? 0,
    leftMs,
    clients: keyText(key),
    held,
    complaint,
    text: `${name} has ${stepText(stepping)}: ${time}${worse}`,
  };
}
