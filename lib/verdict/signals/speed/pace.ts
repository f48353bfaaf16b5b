import type { AskedAgain } from '../../../compare/outcome.ts';
import { saneMs } from '../../../compare/severity.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';

/** Added to every time: a few milliseconds more mean nothing. */
const SLACK_MS = 2;
/** Added to the logarithms: checkpoints hold no negative numbers. */
const ABOVE_ZERO = 25;
/** Weight of the newest response in what is recent. */
const RECENT = 1 / 32;
/** Responses before anything is known of it. */
const FEW = 32;
/** Recently testing's excess, as a logarithm, is lower than over the whole test by at least so much. */
const FASTER = 0.15;
/** Evidence that has fallen to this share of its peak comes from a slowness that is over. */
const FALLEN_SHARE = 0.03;

const totalsPart = new TotalsPart(() => ({
  paced: 0,
  /** Means of the logarithm of testing's time in relation to running's. */
  recentPace: 0,
  usualPace: 0,
  /** The largest evidence that slowness has been. */
  speedPeak: 0,
}));

/** Takes in both times of a second response. */
export function observePace(evidence: Evidence, { running, testing }: AskedAgain): void {
  const own = totalsPart.of(evidence);
  const ratio = (saneMs(testing.ms) + SLACK_MS) / (saneMs(running.ms) + SLACK_MS);
  const log = ABOVE_ZERO + Math.log(ratio);
  const count = ++own.paced;
  own.recentPace += (log - own.recentPace) * Math.max(RECENT, 1 / count);
  own.usualPace += (log - own.usualPace) / count;
}

/**
 * Whether testing is getting faster, or has become fast: code is compiled while it runs, caches fill.
 * Slowness does not reject then; it still holds the promotion. `speedE`: the evidence that it is.
 */
export function isGettingFaster(evidence: Evidence, speedE: number): boolean {
  const own = totalsPart.of(evidence);
  own.speedPeak = Math.max(own.speedPeak, speedE);
  if (speedE < FALLEN_SHARE * own.speedPeak) return true;
  return own.paced > FEW && own.recentPace < own.usualPace - FASTER;
}
