import type { LogKind } from '../../../logs/follow/batch.ts';
import type { Reason } from '../../../model/reason.ts';
import { counted } from '../../../text/numbers.ts';
import { durationOf } from '../../../text/times.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { type Balance, hasReached, moreSame } from '../../decision/progress.ts';
import { endpointBudget } from '../../evidence/endpoint.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';
import { messageIn } from '../../explain/wording.ts';
import { discordanceE, nonInferiority } from '../../math/e-values.ts';
import { PROMOTE_ODDS } from '../../parameters.ts';
import { type Finding, type Signal, WORTH_REPORTING } from '../signal.ts';
import { countOccurrence, type EarlierKinds, type ErrorKind, ErrorKinds } from './kinds.ts';
import { windowsOf } from './log-errors.ts';
import { type Renamed, renamedKinds } from './renamed.ts';

const CODE = 'new-error-kind';
const RENAMED = 'renamed-error-kind';
const BUDGET = { errorKinds: 0.02 };
const NULL_SHARE = 0.5;
/** A new kind blocks until it is shown to occur in a smaller share of windows. */
const MARGIN = 0.1;
const MAX_NAMED = 3;
const marginTest = nonInferiority(MARGIN, 0);

const totalsPart = new TotalsPart(() => ({
  errorKinds: new ErrorKinds(),
  sums: { errorKinds: 1 },
  /** Log windows in which running was watched before the test. */
  windowsBefore: 0,
}));

/**
 * Kinds of error that running did not have before the test. When the versions are the same, a kind
 * that turns up is as likely to show in testing only as in running only, each time again. So each kind
 * is a discordance test of its own with a budget by order of discovery, and occurrences within one log
 * window are one. A kind that running logs too is nobody's fault; the caller may then report it
 * further or stop, both keep the error rate (a run of k occurrences on one side has the chance 2^-k).
 */
export const newErrorKinds: Signal = {
  codes: [CODE, RENAMED],
  isLocal: true,
  shownBy: 'logs',
  budget: BUDGET,
  against: (evidence) => BUDGET.errorKinds * totalsPart.of(evidence).sums.errorKinds,
  criterion: {
    kind: 'objection',
    isMet: ({ evidence }) => openKinds(evidence).length === 0,
    progress: ({ evidence }) =>
      Math.min(
        1,
        ...openKinds(evidence).map((kind) => {
          const passed = windowsSince(evidence, kind);
          return passed / (passed + windowsMissing(evidence, kind));
        }),
      ),
    missing: ({ evidence, settings }) =>
      openKinds(evidence)
        .slice(0, MAX_NAMED)
        .map((kind) => {
          const ms = windowsMissing(evidence, kind) * settings.logWindowMs;
          return (
            `${durationOf(ms, true)} without the new ${kind.level.toUpperCase()} in testing's log ` +
            `"${messageIn(kind.example, 60)}", which running never had`
          );
        }),
  },
  findings: ({ evidence }): readonly Finding[] => {
    const open = new Set(openKinds(evidence));
    return [...totalsPart.of(evidence).errorKinds.all()]
      .filter(
        (kind) =>
          open.has(kind) || (kind.counts.value >= WORTH_REPORTING && kind.counts.testing > 0),
      )
      .sort((left, right) => right.counts.value - left.counts.value)
      .slice(0, MAX_NAMED)
      .map((kind): Finding => {
        const own = BUDGET.errorKinds * endpointBudget(kind.counts.rank);
        return { reason: reasonOf(kind), strength: own * kind.counts.value };
      })
      .concat(renamedReasons(evidence).map((reason) => ({ reason, strength: 0 })));
  },
  atPromotion: ({ evidence }) => {
    const [reason] = renamedReasons(evidence);
    return reason === undefined ? null : { ...reason, text: `${reason.text}.` };
  },
};

/** What running logged before the test: such kinds are not new, and a new one may be one of them under another name. */
export function setEarlierKinds({ evidence }: DecisionContext, earlier: EarlierKinds): void {
  const totals = totalsPart.of(evidence);
  totals.windowsBefore = Math.max(0, Math.floor(earlier.windows) || 0);
  for (const kind of earlier.kinds) totals.errorKinds.addEarlier(kind);
}

/** Takes in one occurrence at a time of the test in ms. */
export function observeErrorKind(
  { evidence, settings }: DecisionContext,
  side: 'testing' | 'running',
  kind: LogKind,
  atMs: number,
): void {
  if (kind.level === 'warn') return;
  const { errorKinds } = totalsPart.of(evidence);
  const found = errorKinds.of(kind, windowsOf(evidence));
  if (found === null) return;
  const { counts } = found;
  if (side === 'testing') counts.lines += Math.max(1, Math.min(kind.count, 1e9) || 1);
  if (countOccurrence(counts, side, Math.floor(atMs / settings.logWindowMs))) update(evidence);
}

// Private

/** All values anew, since what running logs under another name counts too. */
function update(evidence: Evidence): void {
  const { errorKinds, sums } = totalsPart.of(evidence);
  errorKinds.changes += 1;
  const renamed = renamedIn(evidence);
  let sum = 1;
  for (const kind of errorKinds.all()) {
    const { counts } = kind;
    if (counts.rank === 0) continue;
    const running = counts.running + (renamed.get(kind)?.running ?? 0);
    counts.value = discordanceE(counts.testing, running, NULL_SHARE);
    sum += endpointBudget(counts.rank) * (counts.value - 1);
  }
  sums.errorKinds = sum;
}

/** Kept until a kind is logged or a window passes, since a decision is asked for after every pair. */
const kept = new WeakMap<ErrorKinds, { at: string; renamed: ReadonlyMap<ErrorKind, Renamed> }>();

function renamedIn(evidence: Evidence): ReadonlyMap<ErrorKind, Renamed> {
  const { errorKinds, windowsBefore } = totalsPart.of(evidence);
  const windows = windowsOf(evidence);
  const at = `${errorKinds.changes} ${windows}`;
  const known = kept.get(errorKinds);
  if (known?.at === at) return known.renamed;
  let during = windows;
  for (const { counts } of errorKinds.all()) {
    during = Math.max(during, counts.testingAt + 1, counts.runningAt + 1);
  }
  const renamed = renamedKinds(errorKinds.all(), { before: windowsBefore, during });
  kept.set(errorKinds, { at, renamed });
  return renamed;
}

/** New kinds that are neither running's too nor shown to be rare: even one occurrence counts. */
function openKinds(evidence: Evidence): readonly ErrorKind[] {
  const open: ErrorKind[] = [];
  const renamed = renamedIn(evidence);
  for (const kind of totalsPart.of(evidence).errorKinds.all()) {
    const { testing, running, before } = kind.counts;
    if (testing === 0 || running > 0 || before > 0) continue;
    if (renamed.get(kind)?.isPlausible === true) continue;
    if (!hasReached(marginTest, balanceOf(evidence, kind), PROMOTE_ODDS)) open.push(kind);
  }
  return open;
}

function windowsSince(evidence: Evidence, { counts }: ErrorKind): number {
  return Math.max(counts.testing, windowsOf(evidence) - counts.sinceWindow + 1);
}

function balanceOf(evidence: Evidence, kind: ErrorKind): Balance {
  const { testing } = kind.counts;
  return [windowsSince(evidence, kind) - testing, testing, 0];
}

function windowsMissing(evidence: Evidence, kind: ErrorKind): number {
  return moreSame(marginTest, balanceOf(evidence, kind), PROMOTE_ODDS);
}

/** Told, since only a person can know; never a reason to reject. */
function renamedReasons(evidence: Evidence): readonly Reason[] {
  return [...renamedIn(evidence).values()]
    .filter(({ isPlausible }) => isPlausible)
    .slice(0, MAX_NAMED)
    .map(({ kind: { level, example, counts }, former }) => ({
      code: RENAMED,
      endpoint: null,
      text:
        `renamed? testing logs an ${level.toUpperCase()} that running never had, about as often as one that ` +
        `testing does not log: "${messageIn(example, 80)}" in ${counted(counts.testing, 'log window')}, ` +
        `running's is "${messageIn(former.example, 80)}"`,
      observed: counts.testing,
      limit: former.counts.running,
      samples: [],
    }));
}

function reasonOf({ level, example, counts }: ErrorKind): Reason {
  const { testing, running, lines } = counts;
  const never =
    running === 0 ? 'running never had' : `running logged in only ${counted(running, 'window')}`;
  return {
    code: CODE,
    endpoint: null,
    text:
      `testing logs a new ${level.toUpperCase()} that ${never}: ` +
      `"${messageIn(example, 160)}" (${counted(lines, 'line')} in ${counted(testing, 'log window')})`,
    observed: testing,
    limit: running,
    samples: [],
  };
}
