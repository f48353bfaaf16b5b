import type {
  SampleCopy,
  SampleLines,
  SampleLogLine,
  SampleLogs,
} from '../../compare/sample/sample.ts';
import { isNotable, type LogBatch } from '../../logs/follow/batch.ts';

/** A pair's lines are read a while after they were written: later on a busy host. Reading is waited for as long as this. */
const WAIT_MAX_MS = 5000;
/** The resolution of clocks and batches. */
const SLACK_MS = 300;
/** Lines kept of each side, and lines shown of it with a sample. */
const KEPT_MAX = 1500;
const SHOWN_MAX = 10;
const WAITING_MAX = 500;
/** A shorter request id or path may occur in a line by chance. */
const SPECIFIC_ID_LENGTH = 8;
const SPECIFIC_PATH_LENGTH = 4;

type Side = 'running' | 'testing';

interface KeptLine extends SampleLogLine {
  readonly fromMs: number;
  readonly toMs: number;
}

/** When a side handled a request; most lines are logged at the end. */
interface Span {
  readonly fromMs: number;
  readonly endMs: number;
}

interface Waiting {
  readonly id: string;
  readonly requestId: string;
  readonly path: string;
  readonly sinceMs: number;
  readonly spans: Readonly<Record<Side, Span>>;
}

/** What both versions logged lately, to be added to samples; bounded. */
export class LogContext {
  readonly #lines: Record<Side, KeptLine[]> = { running: [], testing: [] };
  /** What each side wrote before is read. */
  readonly #readToMs: Record<Side, number> = { running: -Infinity, testing: -Infinity };
  #waiting: Waiting[] = [];

  readonly #toWall: (steadyMs: number) => number;

  constructor(toWall: (steadyMs: number) => number = (same) => same) {
    this.#toWall = toWall;
  }

  logged(side: Side, { fromMs, toMs, readToMs, latest }: LogBatch): void {
    const lines = this.#lines[side];
    const at = isoOf(this.#toWall(toMs));
    this.readTo(side, readToMs);
    for (const { level, text } of latest) lines.push({ at, level, text, fromMs, toMs });
    if (lines.length > KEPT_MAX) lines.splice(0, lines.length - KEPT_MAX);
  }

  readTo(side: Side, toMs: number): void {
    this.#readToMs[side] = Math.max(this.#readToMs[side], toMs);
  }

  /** Waits for the lines of a sample; by `nowMs` testing has responded, perhaps to a second request too. */
  expect({ id, requestId, path, atMs, runningMs }: SampleCopy, nowMs: number): void {
    if (this.#waiting.length >= WAITING_MAX) return;
    const spans = {
      running: { fromMs: atMs, endMs: atMs + runningMs },
      // The copy is sent once running has responded, and may have waited for others.
      testing: { fromMs: Math.min(nowMs, atMs + runningMs), endMs: nowMs },
    };
    this.#waiting.push({ id, requestId, path, sinceMs: nowMs, spans });
  }

  /** The lines of samples once they were read, or with `all` of every sample; each once. */
  take(nowMs: number, all = false): readonly { readonly id: string; readonly logs: SampleLogs }[] {
    const isRead = (side: Side, { spans }: Waiting): boolean =>
      this.#readToMs[side] > spans[side].endMs + SLACK_MS;
    const isDue = (it: Waiting): boolean =>
      all || nowMs - it.sinceMs >= WAIT_MAX_MS || (isRead('running', it) && isRead('testing', it));
    const due = this.#waiting.filter(isDue);
    if (due.length > 0) this.#waiting = this.#waiting.filter((it) => !isDue(it));
    return due.map((it) => ({
      id: it.id,
      logs: { running: this.#around(it, 'running'), testing: this.#around(it, 'testing') },
    }));
  }

  // Private

  #around({ requestId, path, spans }: Waiting, side: Side): SampleLines {
    const { fromMs, endMs } = spans[side];
    const isSpecific = requestId.length >= SPECIFIC_ID_LENGTH;
    const kept = this.#lines[side];
    const isOwn = ({ text }: KeptLine): boolean => isSpecific && text.includes(requestId);
    const hasOwn = kept.some(isOwn);
    // An error seldom names its request; a line with the path may be another's where the own ones are known.
    const isRelevant = ({ level, text }: KeptLine): boolean =>
      isNotable(level) || (!hasOwn && path.length >= SPECIFIC_PATH_LENGTH && text.includes(path));
    const found = kept.flatMap((line) => {
      const isNear = line.toMs >= fromMs - SLACK_MS && line.fromMs <= endMs + SLACK_MS;
      if (!isOwn(line) && !(isNear && isRelevant(line))) return [];
      const awayMs = Math.max(0, line.fromMs - endMs, endMs - line.toMs);
      return [{ line, rank: isOwn(line) ? 0 : 1, awayMs }];
    });
    const byMerit = [...found].sort((a, b) => a.rank - b.rank || a.awayMs - b.awayMs);
    const shown = new Set(byMerit.slice(0, SHOWN_MAX));
    const lines = found.filter((it) => shown.has(it)).map(({ line }) => line);
    return {
      lines: lines.map(({ at, level, text }) => ({ at, level, text })),
      more: found.length - lines.length,
    };
  }
}

// Private

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
