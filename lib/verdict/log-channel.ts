import { discordanceE } from './e-values.ts';
import type { Evidence } from './evidence.ts';
import type { VerdictParameters } from './settings.ts';

/** What both versions logged in one window of `logWindowMs`. */
export interface LogWindow {
  readonly atMs: number;
  readonly testingErrors: number;
  readonly runningErrors: number;
  readonly testingWarnings: number;
  readonly runningWarnings: number;
}

/** Clearly more: at least this many times the other side's errors, and one more. */
const CLEARLY_MORE = 2;
const LARGEST_COUNT = 1e9;

/**
 * One window is one observation, however many lines it has: a burst is one episode. Only errors
 * decide; warnings are counted for the report.
 */
export function observeLogWindow(
  evidence: Evidence,
  window: LogWindow,
  parameters: VerdictParameters,
): void {
  const { totals } = evidence;
  const testing = saneCount(window.testingErrors);
  const running = saneCount(window.runningErrors);
  totals.windows++;
  totals.testingErrors += testing;
  totals.runningErrors += running;
  totals.testingWarnings += saneCount(window.testingWarnings);
  totals.runningWarnings += saneCount(window.runningWarnings);
  if (testing >= CLEARLY_MORE * running + 1) totals.windowsNoisier++;
  else if (running >= CLEARLY_MORE * testing + 1) totals.windowsQuieter++;
  else totals.windowsSame++;
  updateLogErrors(evidence, parameters);
}

/** Testing's errors while it starts count like a few noisy windows; running's start is long past. */
export function observeStartupErrors(
  evidence: Evidence,
  count: number,
  parameters: VerdictParameters,
): void {
  const { totals } = evidence;
  const room = Math.max(0, parameters.maxStartupErrors - totals.startupErrors);
  totals.windowsNoisier += Math.min(room, saneCount(count));
  totals.startupErrors += saneCount(count);
  updateLogErrors(evidence, parameters);
}

/** The share of one-sided windows that may go against testing. */
function logNullShare(parameters: VerdictParameters): number {
  return parameters.logRatio / (1 + parameters.logRatio);
}

// Private

function updateLogErrors(evidence: Evidence, parameters: VerdictParameters): void {
  const { totals } = evidence;
  totals.logErrors = discordanceE(
    totals.windowsNoisier,
    totals.windowsQuieter,
    logNullShare(parameters),
  );
}

function saneCount(count: number): number {
  return count > 0 ? Math.floor(Math.min(count, LARGEST_COUNT)) : 0;
}
