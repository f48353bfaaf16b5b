import { ViliError } from '../errors.ts';

/** What an operator sets. Times in milliseconds. */
export interface VerdictSettings {
  /** Least number of pairs before a promotion. */
  readonly minRequests: number;
  /** Least time since the start of the test before a promotion. */
  readonly minTimeMs: number;
  /** How much more often testing may fail than running: 0.005 is half a request in a hundred. */
  readonly margin: number;
  /** Latency is judged only after this many pairs... */
  readonly warmupRequests: number;
  /** ...and after this much time. */
  readonly warmupTimeMs: number;
  /** How long the evidence for a rejection must stand before it is one. */
  readonly confirmTimeMs: number;
  /** The window in which the log errors of both versions are compared. */
  readonly logWindowMs: number;
  /** A test without a result ends as `inconclusive` after this time. */
  readonly deadlineMs: number;
  /** Whether a vanished field or a changed type counts. */
  readonly shape: 'block' | 'report';
  /** Whether a changed value counts. */
  readonly values: 'block' | 'report';
  /** Endpoints judged by themselves; the rest is judged together as one. */
  readonly maxEndpoints: number;
}

/**
 * How the permitted chance of a wrong rejection is split over the kinds of evidence. The weights add
 * up to 1: a weighted mean of e-values is an e-value whatever their dependence (Vovk and Wang 2021).
 */
export interface RejectionBudget {
  readonly paired: number;
  readonly burst: number;
  readonly endpointPaired: number;
  readonly endpointBurst: number;
  readonly auth: number;
  readonly latency: number;
  readonly endpointLatency: number;
  readonly slow: number;
  readonly endpointSlow: number;
  readonly logErrors: number;
  readonly errorKinds: number;
  readonly shape: number;
  readonly endpointShape: number;
}

/** The statistics behind the settings; changing one changes the measured error rates. */
export interface VerdictParameters {
  /** Bound on P(ever reject) when testing is no worse than running. */
  readonly alphaReject: number;
  /** Bound on P(ever promote) when testing fails by the margin more often. */
  readonly alphaPromote: number;
  /** Testing may by itself fail this share more often than running fails by itself. */
  readonly ratio: number;
  /** A one-sided failure rate that no healthy endpoint exceeds. */
  readonly maxFlake: number;
  /** An e-value that alone holds a promotion. */
  readonly holdOdds: number;
  readonly burstHoldOdds: number;
  /** Mean of the latest outcomes of an endpoint (-1 better, +1 worse) that holds a promotion. */
  readonly recentAnswers: number;
  readonly recentHold: number;
  /** An endpoint that did worse must rule out this excess, at these odds. */
  readonly endpointMargin: number;
  readonly endpointOdds: number;
  /** Lead of worse over better that counts as "did worse" when running itself fails now and then. */
  readonly endpointLead: number;
  /** Share of traffic on endpoints never tried (estimated by Good-Turing) that may remain. */
  readonly maxUnseenShare: number;
  /** Testing's median may be slower by this share, plus the slack. */
  readonly latencyMargin: number;
  readonly latencySlackMs: number;
  /** Very slow: more than this many times running's 95th percentile, plus the slack. */
  readonly slowFactor: number;
  readonly slowSlackMs: number;
  readonly slowMargin: number;
  readonly warmupPerEndpoint: number;
  /** Testing may have more log errors than running in this ratio; the gate's margin in windows. */
  readonly logRatio: number;
  readonly logMargin: number;
  readonly maxStartupErrors: number;
  /** A new kind of error holds until it is shown to occur in a smaller share of windows. */
  readonly errorKindMargin: number;
  readonly maxErrorKinds: number;
  /** Requests running refuses (401, 403) that testing lets in: the rate allowed. */
  readonly letInRate: number;
  /** After letting one in, this rate must be ruled out before a promotion. */
  readonly letInMargin: number;
  /**
   * One hiccup is one piece of evidence: after a one-sided failure the counts of that kind rest for
   * these times, in proportion less when `confirmTimeMs` is shorter than 30 s.
   */
  readonly pairedRestMs: number;
  readonly slowRestMs: number;
  readonly burstRestMs: number;
  /**
   * Failures of running so close together on one endpoint are one, told again by a client that
   * retries: testing gets credit for the first. Both limits hold, so that a busy endpoint, where
   * failures of different clients lie as close, loses little.
   */
  readonly creditRestMs: number;
  readonly creditRestPairs: number;
  /** Evidence that has fallen to this share of its peak does not stand any more. */
  readonly fallenShare: number;
  /** Share of pairs still open that holds a promotion. */
  readonly maxOpenShare: number;
  /** Answers of running before the test that make its history a yardstick, and the memory in the test. */
  readonly minHistory: number;
  readonly healthMemory: number;
  readonly healthOdds: number;
  readonly budget: RejectionBudget;
}

/** The parameters as measured (`npm run bench:verdict` prints the error rates they give). */
export const defaultVerdictParameters: VerdictParameters = {
  alphaReject: 0.01,
  alphaPromote: 0.025,
  ratio: 0.25,
  maxFlake: 0.05,
  holdOdds: 10,
  burstHoldOdds: 3,
  recentAnswers: 8,
  recentHold: 0.3,
  endpointMargin: 0.2,
  endpointOdds: 3,
  endpointLead: 3,
  maxUnseenShare: 0.02,
  latencyMargin: 0.25,
  latencySlackMs: 2,
  slowFactor: 2,
  slowSlackMs: 20,
  slowMargin: 0.02,
  warmupPerEndpoint: 3,
  logRatio: 1.5,
  logMargin: 0.3,
  maxStartupErrors: 5,
  errorKindMargin: 0.1,
  maxErrorKinds: 200,
  letInRate: 0.01,
  letInMargin: 0.05,
  pairedRestMs: 2000,
  slowRestMs: 1000,
  burstRestMs: 200,
  creditRestMs: 1000,
  creditRestPairs: 4,
  fallenShare: 0.03,
  maxOpenShare: 0.01,
  minHistory: 200,
  healthMemory: 1000,
  healthOdds: 100,
  budget: {
    paired: 0.15,
    burst: 0.09,
    endpointPaired: 0.15,
    endpointBurst: 0.2,
    auth: 0.04,
    latency: 0.05,
    endpointLatency: 0.05,
    slow: 0.05,
    endpointSlow: 0.05,
    logErrors: 0.07,
    errorKinds: 0.02,
    shape: 0.03,
    endpointShape: 0.05,
  },
};

/** @throws ViliError `VILI_VERDICT_SETTINGS` for settings no test can be made of. */
export function checkVerdictSettings(settings: VerdictSettings): void {
  const { margin, logWindowMs, maxEndpoints } = settings;
  if (!(margin > 0 && margin < 1)) throw refused('margin', margin, 'between 0 and 1');
  if (!(logWindowMs > 0)) throw refused('logWindowMs', logWindowMs, 'above 0');
  if (!(maxEndpoints >= 1)) throw refused('maxEndpoints', maxEndpoints, 'at least 1');
}

// Private

function refused(name: string, value: number, rule: string): ViliError {
  const message = `verdict setting ${name} is ${value}, it must be ${rule}`;
  return new ViliError('VILI_VERDICT_SETTINGS', message);
}

/** `confirmTimeMs` as shipped, for which the rests are meant. */
const USUAL_CONFIRM_MS = 30_000;
const LEAST_REST_SHARE = 1 / 15;

/**
 * Who confirms in a shorter time says that hiccups are shorter too, so the rests after a failure
 * shrink along: a test of seconds would otherwise count almost nothing.
 */
export function withScaledCooldowns(
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
