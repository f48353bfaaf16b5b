import type { Random } from './random.ts';
import type { TrafficSettings } from './traffic.ts';

/** One request on its way to the judges; a twist may change all that is not readonly. */
export interface Draft {
  readonly index: number;
  readonly atSeconds: number;
  readonly rank: number;
  readonly running: { status: number; ms: number };
  readonly testing: { status: number; ms: number };
  /** The responses of both when they are asked again, at the same moment. */
  readonly again: Readonly<Record<'running' | 'testing', { status: number; ms: number }>>;
  /** What running gives without the session that the request carries; null: it carries none. */
  stranger: { status: number } | null;
  /** The client left before it had its response: no judge gets to see this request. */
  left: boolean;
  /** The same client sends the same request again at once, so many times, to the same effect. */
  repeats: number;
}

/** Created for each run, so that it may remember what happened before. */
export type Twist = (random: Random, traffic: TrafficSettings) => (draft: Draft) => void;
