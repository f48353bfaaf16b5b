import { decimal, percent } from '../../text/numbers.ts';
import { milliseconds } from '../../text/times.ts';

/** How the cells of the table of signals are written: short, for 80 columns. */

const NONE = '-';

/** What testing's times may be, in terms of running's. */
export interface TimeLimit {
  readonly factor: number;
  readonly slackMs: number;
}

/** The share of so many, `-` of none. */
export function shareIn(count: number, of: number): string {
  return of === 0 ? NONE : percent(count / of);
}

/** Lines per thousand requests. */
export function perThousand(lines: number, pairs: number): string {
  return pairs === 0 ? NONE : decimal((1000 * lines) / pairs);
}

export function time(ms: number | null): string {
  return ms === null ? NONE : milliseconds(ms);
}

/** `x1.25 +2 ms`. */
export function timeLimit({ factor, slackMs }: TimeLimit): string {
  return `x${factor} +${slackMs} ms`;
}
