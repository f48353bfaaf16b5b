import type { DifferenceKind } from '../outcome.ts';

/** A place where differences between responses do not count against testing, and why. */
export interface IgnoredField {
  readonly endpoint: string;
  readonly kind: DifferenceKind;
  readonly path: string;
  /** `noise`: running's second response differs there too; `rule`: a setting says so. */
  readonly reason: 'noise' | 'rule';
  /** False once testing differs there clearly more often than running does from itself. */
  readonly ignored: boolean;
  /** How often the place differed, of how many pairs: for `noise` those with a baseline. */
  readonly times: number;
  readonly of: number;
  /** Running's two responses, in short. */
  readonly running?: string;
  readonly again?: string;
}
