import type { Judgement } from './judgement.ts';

/** One condition of a promotion. All must be open; none needs correcting for the others. */
export interface Gate {
  readonly open: (judgement: Judgement, elapsedMs: number) => boolean;
  /** 0 to 1. */
  readonly progress: (judgement: Judgement, elapsedMs: number) => number;
  /** In words what is still needed; asked only while the gate is closed. */
  readonly missing: (judgement: Judgement, elapsedMs: number) => readonly string[];
}
