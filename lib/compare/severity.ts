import type { ResponseSummary } from './outcome.ts';

const LONGEST_MS = 86_400_000;

/** 0: fine; 1: a client error; 2: broken, which is a 5xx or no response at all. */
export type Severity = 0 | 1 | 2;

/** How testing did against running on one request: +1 worse, -1 better, 0 the same. */
export type SeverityChange = -1 | 0 | 1;

export function severityOf({ status, failure }: ResponseSummary): Severity {
  return failure === null ? severityOfStatus(status) : 2;
}

/** Status 0 stands for no response. */
export function severityOfStatus(status: number): Severity {
  if (status < 100 || status >= 500) return 2;
  return status >= 400 ? 1 : 0;
}

/** Running denied the caller access, so whatever lets the caller in may be a hole. */
export function isDenied({ status, failure }: ResponseSummary): boolean {
  return failure === null && isDeniedStatus(status);
}

/** Not 429, which passes by itself and guards nothing. */
export function isDeniedStatus(status: number): boolean {
  return status === 401 || status === 403;
}

/**
 * Whether one side did worse in a way that may pass: what was there is deleted, a link is used up, a
 * session is over. Never a 5xx or a missing response of either side.
 */
export function mayPass(
  { status, failure }: Pick<ResponseSummary, 'status' | 'failure'>,
  other: number,
): boolean {
  const [before, after] = [
    failure === null ? severityOfStatus(status) : 2,
    severityOfStatus(other),
  ];
  return before !== after && before !== 2 && after !== 2;
}

/**
 * A 500 that became a 404 is not an improvement: better means a good response where running has
 * none. `denialStands`: running would deny the caller again, so letting it in is worse, not better.
 */
export function compareSeverity(
  running: ResponseSummary,
  testing: ResponseSummary,
  denialStands = true,
): SeverityChange {
  const before = severityOf(running);
  const after = severityOf(testing);
  if (isDenied(running) && denialStands && after === 0) return 1;
  if (after > before) return 1;
  return after < before && after === 0 ? -1 : 0;
}

/** A duration that is safe to calculate with, whatever the clock returned. */
export function saneMs(ms: number): number {
  return ms > 0 ? Math.min(ms, LONGEST_MS) : 0;
}
