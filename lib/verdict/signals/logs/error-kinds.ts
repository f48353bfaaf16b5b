import type { LogKind } from '../../../logs/follow/batch.ts';
import type { Reason } from '../../../model/reason.ts';
import { counted } from '../../../text/numbers.ts';
import { durationOf } from '../../../text/times.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { type Balance, hasReached, moreSame } from '../../decision/progress.ts';
import { readList, readNumbers, readRecord, readText } from '../../evidence/checkpoint.ts';
import { endpointBudget } from '../../evidence/endpoint.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';
import { messageIn } from '../../explain/wording.ts';
import { discordanceE, nonInferiority } from '../../math/e-values.ts';
import { PROMOTE_ODDS } from '../../parameters.ts';
import { type Finding, type Signal, WORTH_REPORTING } from '../signal.ts';
import { windowsOf } from './log-errors.ts';

const CODE = 'new-error-kind';
const BUDGET = { errorKinds: 0.02 };
const NULL_SHARE = 0.5;
const MAX_KINDS = 200;
/** A new kind blocks until it is shown to occur in a smaller share of windows. */
const MARGIN = 0.1;
const MAX_NAMED = 3;
const MAX_TEXT = 500;
/** The window of an occurrence that has not come yet; every window starts at or after 0. */
const NEVER = -1;
const marginTest = nonInferiority(MARGIN, 0);

interface ErrorKind {
  readonly signature: string;
  readonly level: string;
  readonly example: string;
  readonly counts: ErrorKindCounts;
}

interface ErrorKindCounts {
  /** Order of discovery. */
  rank: number;
  /** Windows in which testing, running logged it. */
  testing: number;
  running: number;
  value: number;
  /** Log windows that had passed when it was first seen. */
  sinceWindow: number;
  testingAt: number;
  runningAt: number;
  lines: number;
}

/** The kinds by signature, in a checkpoint as a list. */
class ErrorKinds {
  readonly #kinds = new Map<string, ErrorKind>();

  all(): IterableIterator<ErrorKind> {
    return this.#kinds.values();
  }

  /** Null for a new kind when there are too many already. */
  of({ signature, level, example }: LogKind, windows: number): ErrorKind | null {
    const key = signature.slice(0, MAX_TEXT);
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    if (this.#kinds.size >= MAX_KINDS) return null;
    const fresh: ErrorKind = {
      signature: key,
      level: level.slice(0, MAX_TEXT),
      example: example.slice(0, MAX_TEXT),
      counts: blankCounts(this.#kinds.size + 1, windows),
    };
    this.#kinds.set(key, fresh);
    return fresh;
  }

  checkpoint(): unknown {
    return [...this.all()].map((kind) => ({ ...kind, counts: { ...kind.counts } }));
  }

  restore(data: unknown, where: string): void {
    for (const [index, one] of readList(data, where, MAX_KINDS).entries()) {
      const at = `${where}[${index}]`;
      const record = readRecord(one, at);
      const signature = readText(record['signature'], `${at}.signature`);
      this.#kinds.set(signature, {
        signature,
        level: readText(record['level'], `${at}.level`),
        example: readText(record['example'], `${at}.example`),
        counts: readNumbers(blankCounts(1, 0), record['counts'], `${at}.counts`),
      });
    }
  }
}

const totalsPart = new TotalsPart(() => ({
  errorKinds: new ErrorKinds(),
  sums: { errorKinds: 1 },
}));

/**
 * Kinds of error that running did not have before the test. When the versions are the same, a kind
 * that turns up is as likely to show in testing only as in running only, each time again. So each kind
 * is a discordance test of its own with a budget by order of discovery, and occurrences within one log
 * window are one. A kind that running logs too is nobody's fault; the caller may then report it
 * further or stop, both keep the error rate (a run of k occurrences on one side has the chance 2^-k).
 */
export const newErrorKinds: Signal = {
  codes: [CODE],
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
  findings: ({ evidence }) => {
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
      });
  },
};

/** Takes in one occurrence at a time of the test in ms. */
export function observeErrorKind(
  { evidence, settings }: DecisionContext,
  side: 'testing' | 'running',
  kind: LogKind,
  atMs: number,
): void {
  if (kind.level === 'warn') return;
  const { errorKinds, sums } = totalsPart.of(evidence);
  const counts = errorKinds.of(kind, windowsOf(evidence))?.counts;
  if (counts === undefined) return;
  if (side === 'testing') counts.lines += Math.max(1, Math.min(kind.count, 1e9) || 1);
  const window = Math.floor(atMs / settings.logWindowMs);
  if (counts[`${side}At`] === window) return;
  counts[`${side}At`] = window;
  counts[side]++;
  const before = counts.value;
  counts.value = discordanceE(counts.testing, counts.running, NULL_SHARE);
  sums.errorKinds += endpointBudget(counts.rank) * (counts.value - before);
}

// Private

function blankCounts(rank: number, windows: number): ErrorKindCounts {
  return {
    rank,
    testing: 0,
    running: 0,
    value: 1,
    sinceWindow: windows,
    testingAt: NEVER,
    runningAt: NEVER,
    lines: 0,
  };
}

/** New kinds that are neither running's too nor shown to be rare: even one occurrence counts. */
function openKinds(evidence: Evidence): readonly ErrorKind[] {
  const open: ErrorKind[] = [];
  for (const kind of totalsPart.of(evidence).errorKinds.all()) {
    if (kind.counts.testing === 0 || kind.counts.running > 0) continue;
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
