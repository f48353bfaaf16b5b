/** What a user got in place of a response of running. `broken`: the beginning of one. */
export const USER_OUTCOMES = ['502', '503', '504', 'broken'] as const;

export type UserOutcome = (typeof USER_OUTCOMES)[number];

/** Failures of one kind that users met, without a longer pause in between. */
export interface UserFailure {
  /** Running's servlet, e.g. `inventory-1.4.2/1_running`; '' when no request reached one. */
  readonly instance: string;
  /** A failure kind, or a limit of the proxy. */
  readonly cause: string;
  readonly outcome: UserOutcome;
  readonly count: number;
  /** The first and the last, wall clock, ms since the epoch. */
  readonly sinceMs: number;
  readonly lastMs: number;
  /** Of the last one. */
  readonly requestId: string;
}
