import type { VerdictParameters } from './settings.ts';

/** `confirmTimeMs` as shipped, for which the rests are meant. */
const USUAL_CONFIRM_MS = 30_000;
const LEAST_REST_SHARE = 1 / 15;

/**
 * Who confirms in a shorter time says that hiccups are shorter too, so the rests after a failure
 * shrink along: a test of seconds would otherwise count almost nothing.
 */
export function withScaledRests(
  parameters: VerdictParameters,
  confirmTimeMs: number,
): VerdictParameters {
  const scale = Math.min(1, Math.max(LEAST_REST_SHARE, confirmTimeMs / USUAL_CONFIRM_MS));
  return {
    ...parameters,
    pairedRestMs: parameters.pairedRestMs * scale,
    slowRestMs: parameters.slowRestMs * scale,
    burstRestMs: parameters.burstRestMs * scale,
    creditRestMs: parameters.creditRestMs * scale,
  };
}
