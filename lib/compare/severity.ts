import type { Answer } from './outcome.ts';

/** 0 fine, 1 a client error, 2 broken: no answer, or 5xx. */
export type Severity = 0 | 1 | 2;
/** How testing did against running on one request: +1 worse, -1 better, 0 the same. */
export type Comparison = -1 | 0 | 1;

export function severityOf(answer: Answer): Severity {
  if (answer.failure !== null || answer.status < 100 || answer.status >= 500) return 2;
  return answer.status >= 400 ? 1 : 0;
}

/** Running refused the caller, so whatever lets it in may be a hole. */
export function isDenial(running: Answer): boolean {
  return running.failure === null && (running.status === 401 || running.status === 403);
}

/**
 * A 500 that became a 404 is no improvement: better means a good answer where running has none.
 * `refusalStands`: running would refuse the caller again, so letting it in is worse, not better.
 */
export function compareResponses(
  running: Answer,
  testing: Answer,
  refusalStands = true,
): Comparison {
  const before = severityOf(running);
  const after = severityOf(testing);
  if (isDenial(running) && refusalStands && after === 0) return 1;
  if (after > before) return 1;
  return after < before && after === 0 ? -1 : 0;
}

/** A duration that can be computed with, whatever the clock said. */
export function saneMs(ms: number): number {
  return ms > 0 ? Math.min(ms, 86_400_000) : 0;
}
