/**
 * The statistics of unpaired evidence. They are not settings: `npm run bench:verdict -- --probation` prints the
 * error rates that they give.
 */

/** Bound on P(ever called worse) while the version on trial is no worse than control. */
const ALPHA_WORSE = 0.005;
export const WORSE_ODDS = 1 / ALPHA_WORSE;

/** Responses are taken together for this long: within a block they may depend on each other. */
export const BLOCK_MS = 500;
/** What one block can multiply the odds by: one hiccup is little evidence, however many users it meets. */
export const BLOCK_LOG_MAX = Math.log(6);
/** Where most of everything fails, as in an outage of something that all need. */
export const OUTAGE_LOG_MAX = Math.log(2);
/** And what one client can in one block. */
export const CLIENT_LOG_MAX = Math.log(4);

/** A client that failed says nothing until so many others have failed after it. */
export const OTHERS_BETWEEN = 3;
/**
 * An address that sent this share of control's requests is a proxy or a load generator with many users behind it:
 * it rests for this time only, and not at all where it sent nearly all of them.
 */
export const HEAVY_SHARE = 0.2;
export const HEAVY_REST_MS = 10_000;
export const ALONE_SHARE = 0.8;
/** Of its responses in one block, so many have to fail before it rests. */
export const HEAVY_REST_FROM = 0.5;

/** The version on trial may fail this many times as often as control, beside the margin. */
export const RATIO = 2;
/** No null rate is assumed above this; control that fails more often at the moment says nothing of the version. */
export const HIGHEST_NULL_RATE = 0.45;
export const SHARED_TROUBLE_RATE = 0.3;
/** Client blocks of control from which on its own rate counts. */
export const ENOUGH_UNITS = 100;

/** Alternatives, as shares of the way from the null rate to 1, and how much is bet on each. */
export const REACH = [0.015, 0.05, 0.2, 0.9] as const;
export const BETS = [0.35, 0.25, 0.2, 0.2] as const;

/** Of each kind's part of the budget, so much is for all endpoints together; the rest for each alone. */
export const OVERALL_SHARE = 0.35;

/**
 * Complete evidence has to be seen again: after a pause, in which a hiccup passes, what comes then has to reach these odds
 * by itself. What hits most users at once is more often the surroundings than the version, and a failover of a database
 * takes its time: without a control that does well at the same moment the pause is longer then. Slowness may pass, too.
 */
export const AGAIN_ODDS = 10;
export const PAUSE_MS = 2000;
export const OUTAGE_PAUSE_MS = 10_000;
export const SLOW_PAUSE_MS = 30_000;
/** An outage: in the last blocks, over all endpoints, so many clients failed, and this share of all. */
export const OUTAGE_RATE = 0.3;
export const OUTAGE_CLIENTS = 3;
export const OUTAGE_BLOCKS = 4;

/** Bounds of memory. Beyond them endpoints are judged together, and further responses of a block do not count. */
export const ENDPOINTS_MAX = 500;
export const BLOCK_UNITS_MAX = 10_000;
export const HEAVY_KEPT = 32;
