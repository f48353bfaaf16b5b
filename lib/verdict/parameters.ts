import { nonInferiority } from './math/e-values.ts';

/**
 * The statistics that several signals share; those of one signal are in its file. They are not
 * settings: `npm run bench:verdict` prints the error rates that they give.
 */

/** Bound on P(ever reject) when testing is no worse than running. */
const ALPHA_REJECT = 0.01;
export const REJECT_ODDS = 1 / ALPHA_REJECT;

/** Bound on P(ever promote) when testing fails by the margin more often. */
export const ALPHA_PROMOTE = 0.025;
export const PROMOTE_ODDS = 1 / ALPHA_PROMOTE;

/** Testing may by itself fail this share more often than running fails by itself. */
export const RATIO = 0.25;

/** The share of one-sided pairs that may go against testing under the null hypothesis. */
export const NULL_SHARE = (1 + RATIO) / (2 + RATIO);

/** An e-value that blocks a promotion alone. */
export const BLOCK_ODDS = 10;

/** An endpoint that did worse has to rule out this excess, at these odds. */
const ENDPOINT_MARGIN = 0.2;
export const ENDPOINT_ODDS = 3;
export const endpointTest = nonInferiority(ENDPOINT_MARGIN, RATIO);

/** Pairs of an endpoint before its times are compared. */
export const WARMUP_PER_ENDPOINT = 3;
