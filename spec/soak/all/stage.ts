import type { Daemon } from '../../support/daemon.ts';
import type { DaemonWorld } from '../../support/daemon-world.ts';
import type { SoakFault } from '../kit/release.ts';
import type { Victim } from './plan.ts';

/** A version that came. */
export interface Dropped {
  /** `shop-1.0.7` */
  readonly name: string;
  readonly fault: SoakFault;
}

/** A servlet that was killed, from before the signal until it was gone, by the clock of the host. */
export interface Killed {
  readonly version: string;
  readonly victim: Victim;
  readonly fromMs: number;
  readonly goneMs: number;
}

/** What happens in a soak, and what must be known of it to judge what comes of it. */
export interface Stage {
  readonly world: DaemonWorld;
  readonly daemon: Daemon;
  /** The small disk; null: it cannot be filled. */
  readonly disk: string | null;
  readonly beganMs: number;
  readonly dropped: Dropped[];
  readonly killed: Killed[];
  /** When the disk was full. */
  readonly full: { readonly fromMs: number; untilMs: number }[];
  /** What took place, and how often. */
  readonly counts: Map<string, number>;
  readonly line: (text: string) => void;
  readonly problem: (text: string) => void;
}

/** By the clock of the host, as users in another process have it too; it does not jump. */
export function hostMs(): number {
  return performance.timeOrigin + performance.now();
}
