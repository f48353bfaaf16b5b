import type { Reason } from '../../../model/reason.ts';
import { counted } from '../../../text/numbers.ts';
import { durationOf } from '../../../text/times.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { type Balance, hasReached, MANY, moreSame, shareDone } from '../../decision/progress.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';
import { perThousand } from '../../explain/cells.ts';
import { inSoMany } from '../../explain/wording.ts';
import { discordanceE, nonInferiority } from '../../math/e-values.ts';
import { PROMOTE_ODDS } from '../../parameters.ts';
import type { SignalRow } from '../../report.ts';
import { Marks } from '../../sharing/marks.ts';
import { type LogState, logStates } from './log-format.ts';
import { type LogWindow, type Signal, type TableInput, WORTH_REPORTING } from '../signal.ts';

const CODE = 'log-errors';
const BUDGET = { logErrors: 0.07 };
/** Clearly more: at least this many times the other side's errors, and one more. */
const CLEARLY_MORE = 2;
/** So many times as many noisier windows as running are allowed. */
const RATIO = 1.5;
const NULL_SHARE = RATIO / (1 + RATIO);
/** The excess of noisier windows that has to be ruled out before a promotion. */
const MARGIN = 0.3;
/** ERROR lines beyond the ratio before the table asks for a look. */
const WATCH_SLACK = 2;
const LARGEST_COUNT = 1e9;
const marginTest = nonInferiority(MARGIN, 0);

const totalsPart = new TotalsPart(() => ({
  /** Windows by who logged clearly more errors, start-up errors among the noisier ones. */
  windowsSame: 0,
  windowsNoisier: 0,
  windowsQuieter: 0,
  logErrors: 1,
  /** Windows without the start-up ones. */
  windows: 0,
  testingErrors: 0,
  runningErrors: 0,
  /** When windows were noisier or quieter: for the sum of several hosts. */
  windowMarks: new Marks(),
}));

/**
 * ERROR lines. One window is one observation, however many lines it has: a burst is one episode.
 */
export const logErrors: Signal = {
  codes: [CODE],
  shownBy: 'logs',
  budget: BUDGET,
  observeLogs,
  recount: ({ evidence }) => update(evidence),
  against,
  suspicion: {
    value: (evidence) => totalsPart.of(evidence).logErrors,
    words: (evidence) => {
      const { windowsNoisier, windowsQuieter } = totalsPart.of(evidence);
      return (
        `testing logged clearly more ERROR in ${windowsNoisier} windows, ` +
        `running ${inSoMany(windowsQuieter)}`
      );
    },
  },
  criterion: {
    kind: 'proof',
    isMet: ({ evidence }) => hasReached(marginTest, balanceOf(evidence), PROMOTE_ODDS),
    progress: ({ evidence }) => {
      const [same, noisier, quieter] = balanceOf(evidence);
      return shareDone(same + noisier + quieter, windowsMissing(evidence));
    },
    missing: ({ evidence, settings }) => {
      const { windowsNoisier } = totalsPart.of(evidence);
      const { running, testing } = logStates(evidence);
      const more = windowsMissing(evidence);
      const time = more >= MANY ? 'much more time' : durationOf(more * settings.logWindowMs, true);
      if (running === 'none' && testing === 'none')
        return [`${time} of the test (no log was found)`];
      return windowsNoisier === 0
        ? [`${time} of logs`]
        : [`${time} of logs (testing logged clearly more ERROR in ${windowsNoisier} windows)`];
    },
  },
  findings: (context) => {
    const { evidence } = context;
    if (totalsPart.of(evidence).logErrors < WORTH_REPORTING) return [];
    return [{ reason: noisierReason(context), strength: against(evidence) }];
  },
  atPromotion: ({ evidence }) => {
    const [same, noisier, quieter] = balanceOf(evidence);
    const windows = counted(same + noisier + quieter, 'log window');
    return {
      code: CODE,
      endpoint: null,
      text:
        notComparedText(evidence) ??
        (noisier + quieter === 0
          ? `neither version logged clearly more ERROR lines in any of ${windows}.`
          : `of ${windows}, testing logged clearly more ERROR lines ` +
            `${inSoMany(noisier)} and running ${inSoMany(quieter)}.`),
      observed: noisier,
      limit: RATIO * quieter,
      samples: [],
    };
  },
  rows: (input) => [row(input)],
};

/** Counts errors of testing outside of any window as so many noisier windows. */
export function countNoisier(evidence: Evidence, windows: number): void {
  totalsPart.of(evidence).windowsNoisier += windows;
  update(evidence);
}

/** The log windows so far. */
export function windowsOf(evidence: Evidence): number {
  return totalsPart.of(evidence).windows;
}

/** A number of lines that is safe to calculate with. */
export function saneCount(count: number): number {
  return count > 0 ? Math.floor(Math.min(count, LARGEST_COUNT)) : 0;
}

// Private

function observeLogs({ evidence }: DecisionContext, window: LogWindow): void {
  const totals = totalsPart.of(evidence);
  const testing = saneCount(window.testingErrors);
  const running = saneCount(window.runningErrors);
  totals.windows++;
  totals.testingErrors += testing;
  totals.runningErrors += running;
  const isNoisier = testing >= CLEARLY_MORE * running + 1;
  const isQuieter = running >= CLEARLY_MORE * testing + 1;
  if (isNoisier) totals.windowsNoisier++;
  else if (isQuieter) totals.windowsQuieter++;
  else totals.windowsSame++;
  if (isNoisier || isQuieter) totals.windowMarks.note(evidence.totals.lastPairAt, isNoisier);
  update(evidence);
}

function update(evidence: Evidence): void {
  const totals = totalsPart.of(evidence);
  totals.logErrors = discordanceE(totals.windowsNoisier, totals.windowsQuieter, NULL_SHARE);
}

function against(evidence: Evidence): number {
  return BUDGET.logErrors * totalsPart.of(evidence).logErrors;
}

function balanceOf(evidence: Evidence): Balance {
  const { windowsSame, windowsNoisier, windowsQuieter } = totalsPart.of(evidence);
  return [windowsSame, windowsNoisier, windowsQuieter];
}

function windowsMissing(evidence: Evidence): number {
  return moreSame(marginTest, balanceOf(evidence), PROMOTE_ODDS);
}

function noisierReason({ evidence, settings }: DecisionContext): Reason {
  const { windowsNoisier, windowsQuieter, testingErrors, runningErrors } = totalsPart.of(evidence);
  const seconds = settings.logWindowMs / 1000;
  return {
    code: CODE,
    endpoint: null,
    text:
      `testing logged clearly more ERROR lines than running in ${windowsNoisier} windows ` +
      `of ${seconds} s, running more than testing ${inSoMany(windowsQuieter)} (in all ` +
      `${counted(testingErrors, 'ERROR line')} against ${runningErrors > 0 ? runningErrors : 'none'}; up to ` +
      `${RATIO} times as many such windows are allowed)`,
    observed: windowsNoisier,
    limit: RATIO * windowsQuieter,
    samples: [],
  };
}

/** A sentence where errors could not be compared, which must not read like none. */
function notComparedText(evidence: Evidence): string | null {
  const { running, testing } = logStates(evidence);
  if (running === 'read' && testing === 'read') return null;
  if (running === 'none' && testing === 'none') {
    return 'no log of either version was found, so errors in logs were not compared.';
  }
  const words = { read: 'a log', none: 'no log', unreadable: 'a log without levels' };
  return `running has ${words[running]} and testing ${words[testing]}, so errors in logs were not compared.`;
}

function cellOf(state: LogState, lines: number, pairs: number): string {
  if (state === 'none') return 'no log';
  return state === 'unreadable' ? 'no level' : perThousand(lines, pairs);
}

function row({ context, measured: { pairs, running, testing }, stateOf }: TableInput): SignalRow {
  const [ours, theirs] = [running.errorLines, testing.errorLines];
  // The other things that logs show have no row of their own.
  const state = stateOf(
    CODE,
    'new-error-kind',
    'renamed-error-kind',
    'startup-errors',
    'log-format',
  );
  const logs = logStates(context.evidence);
  const isSilent = logs.running === 'none' && logs.testing === 'none';
  const isCompared = logs.running === 'read' && logs.testing === 'read';
  const isWatched = !isCompared || theirs > RATIO * ours + WATCH_SLACK;
  return {
    code: CODE,
    name: 'log errors / 1k',
    running: cellOf(logs.running, ours, pairs),
    testing: cellOf(logs.testing, theirs, pairs),
    limit: `x${RATIO}`,
    state: state !== 'ok' ? state : isSilent ? '-' : isWatched ? 'watch' : 'ok',
  };
}
