import { counted } from '../../text/numbers.ts';
import { rejectionParts } from '../decision/budget.ts';
import type { DecisionContext } from '../decision/context.ts';
import { openErrorKinds } from '../decision/criteria.ts';
import { endpointBudget } from '../evidence/endpoint.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { messageIn } from '../explain/wording.ts';
import { discordanceE } from '../math/e-values.ts';
import { type Finding, WORTH_TELLING } from '../report.ts';
import type { VerdictParameters } from '../settings.ts';
import type { ErrorKind } from './error-kinds.ts';

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

const MAX_KINDS = 3;
/** Warnings are told when testing has this many times running's, and more than a few. */
const WARNINGS_FACTOR = 2;
const WARNINGS_SLACK = 10;

/** What the logs say: more errors, new kinds of them, errors at the start, another format. */
export function logFindings(context: DecisionContext): readonly Finding[] {
  const { evidence, parameters } = context;
  const { totals, logFormat } = evidence;
  const parts = rejectionParts(evidence, parameters.budget);
  const findings: Finding[] = [];
  if (totals.logErrors >= WORTH_TELLING) {
    findings.push({ reason: noisierReason(context), strength: parts.logErrors });
  }
  for (const kind of kindsToTell(context)) {
    const own = parameters.budget.errorKinds * endpointBudget(kind.counts.rank);
    findings.push({ reason: kindReason(kind), strength: own * kind.counts.value });
  }
  if (totals.startupErrors > 0) {
    findings.push({ reason: startupReason(context), strength: 0 });
  }
  if (logFormat !== null) {
    findings.push({
      reason: {
        code: 'log-format',
        endpoint: null,
        text:
          `the log format changed: running ${logFormat.running}, testing ${logFormat.testing}, so ` +
          `testing's errors cannot be counted and no log is no good sign`,
        observed: 1,
        limit: 0,
        samples: [],
      },
      strength: 0,
    });
  }
  const warnings = warningsReason(context);
  if (warnings !== null) findings.push({ reason: warnings, strength: 0 });
  return findings;
}

/** Told with every verdict: start-up errors are few, but nobody should miss them. */
export function startupReason({ evidence, parameters }: DecisionContext): Finding['reason'] {
  const { startupErrors } = evidence.totals;
  const example = evidence.startupExample;
  return {
    code: 'startup-errors',
    endpoint: null,
    text:
      `testing logged ${counted(startupErrors, 'ERROR line')} while it started` +
      (example === '' ? '' : `, the first: "${messageIn(example)}"`),
    observed: startupErrors,
    limit: parameters.maxStartupErrors,
    samples: [],
  };
}

/** Many more warnings than running: worth knowing, but no reason for a decision. */
export function warningsReason({
  evidence: { totals },
}: DecisionContext): Finding['reason'] | null {
  const { testingWarnings, runningWarnings } = totals;
  if (testingWarnings <= WARNINGS_FACTOR * runningWarnings + WARNINGS_SLACK) return null;
  return {
    code: 'log-warnings',
    endpoint: null,
    text:
      `testing logged ${counted(testingWarnings, 'WARN line')}, running ${runningWarnings}; ` +
      `warnings are reported and do not decide`,
    observed: testingWarnings,
    limit: WARNINGS_FACTOR * runningWarnings,
    samples: [],
  };
}

// Private

function kindsToTell(context: DecisionContext): readonly ErrorKind[] {
  const open = new Set(openErrorKinds(context));
  const told = [...context.evidence.errorKinds.all()].filter(
    (kind) => open.has(kind) || (kind.counts.value >= WORTH_TELLING && kind.counts.testing > 0),
  );
  return told.sort((left, right) => right.counts.value - left.counts.value).slice(0, MAX_KINDS);
}

function noisierReason({ evidence, settings, parameters }: DecisionContext): Finding['reason'] {
  const { totals } = evidence;
  const seconds = settings.logWindowMs / 1000;
  return {
    code: 'log-errors',
    endpoint: null,
    text:
      `testing logged clearly more ERROR lines than running in ${totals.windowsNoisier} windows ` +
      `of ${seconds} s, running more than testing in ${totals.windowsQuieter} (in all ` +
      `${counted(totals.testingErrors, 'ERROR line')} against ${totals.runningErrors}; up to ` +
      `${parameters.logRatio} times as many such windows are allowed)`,
    observed: totals.windowsNoisier,
    limit: parameters.logRatio * totals.windowsQuieter,
    samples: [],
  };
}

function kindReason(kind: ErrorKind): Finding['reason'] {
  const { testing, running, lines } = kind.counts;
  const never =
    running === 0 ? 'running never had' : `running logged in only ${counted(running, 'window')}`;
  return {
    code: 'new-error-kind',
    endpoint: null,
    text:
      `testing logs a new ${kind.level.toUpperCase()} that ${never}: ` +
      `"${messageIn(kind.example, 160)}" (${counted(lines, 'line')} in ${counted(testing, 'log window')})`,
    observed: testing,
    limit: running,
    samples: [],
  };
}
