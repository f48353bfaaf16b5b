import type { VerdictBasis } from './basis.ts';

/** One condition of a promotion. All must be open; none needs correcting for the others. */
export interface Gate {
  readonly open: (basis: VerdictBasis, elapsedMs: number) => boolean;
  /** 0 to 1. */
  readonly progress: (basis: VerdictBasis, elapsedMs: number) => number;
  /** In words what is still needed; asked only while the gate is closed. */
  readonly missing: (basis: VerdictBasis, elapsedMs: number) => readonly string[];
}
