import type { DifferenceKind } from '../outcome.ts';

/** A place where answers differ without it being held against testing, and why. */
export interface IgnoredField {
  readonly endpoint: string;
  readonly kind: DifferenceKind;
  readonly path: string;
  /** `noise`: running's second answer differs there as well; `rule`: a setting says so. */
  readonly reason: 'noise' | 'rule';
  /** False once testing differs there clearly more often than running from itself. */
  readonly ignored: boolean;
  /** How often it differed, of how many answers: of running asked twice, or of pairs. */
  readonly times: number;
  readonly of: number;
  /** Running's two answers, in short. */
  readonly running?: string;
  readonly again?: string;
}
