import { readList, readNumbers, readRecord, readText } from '../evidence/checkpoint.ts';
import { endpointBudget } from '../evidence/endpoint.ts';
import { discordanceE } from '../math/e-values.ts';

const MAX_TEXT = 500;
/** Before the first occurrence; every window starts at or after 0. */
const NEVER = -1;

export interface ErrorKindCounts {
  /** Order of discovery. */
  rank: number;
  /** Windows in which only testing, only running logged it. */
  testing: number;
  running: number;
  value: number;
  /** Log windows that had passed when it was first seen. */
  sinceWindow: number;
  testingAt: number;
  runningAt: number;
  lines: number;
}

export interface ErrorKind {
  readonly signature: string;
  readonly level: string;
  readonly example: string;
  readonly counts: ErrorKindCounts;
}

/**
 * Kinds of error that running did not have before the test. A kind that turns up is a symmetric event
 * when the versions are the same: it is as likely to show in testing only as in running only, each
 * time again. So each kind is a discordance test of its own with a budget by order of discovery, and
 * occurrences within one log window are one. A kind that running logs too is nobody's fault; the
 * caller may then either tell so or stop telling, both keep the error rate (a run of k occurrences
 * on one side has the chance 2^-k).
 */
export class ErrorKinds {
  readonly #max: number;
  readonly #kinds = new Map<string, ErrorKind>();

  constructor(max: number) {
    this.#max = max;
  }

  all(): IterableIterator<ErrorKind> {
    return this.#kinds.values();
  }

  /** Takes one occurrence; returns by how much the mean over all kinds changes. */
  observe(
    side: 'testing' | 'running',
    kind: { signature: string; level: string; count: number; example: string },
    at: { ms: number; windowMs: number; windows: number },
  ): number {
    const found = this.#of(kind, at.windows);
    if (found === null) return 0;
    const { counts } = found;
    if (side === 'testing') counts.lines += Math.max(1, Math.min(kind.count, 1e9) || 1);
    const seenAt = side === 'testing' ? counts.testingAt : counts.runningAt;
    const window = Math.floor(at.ms / at.windowMs);
    if (seenAt === window) return 0;
    if (side === 'testing') {
      counts.testingAt = window;
      counts.testing++;
    } else {
      counts.runningAt = window;
      counts.running++;
    }
    const before = counts.value;
    counts.value = discordanceE(counts.testing, counts.running, 0.5);
    return endpointBudget(counts.rank) * (counts.value - before);
  }

  checkpoint(): unknown {
    return [...this.#kinds.values()].map((kind) => ({ ...kind, counts: { ...kind.counts } }));
  }

  restore(data: unknown, where: string): void {
    for (const [index, one] of readList(data, where, this.#max).entries()) {
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

  // Private

  #of(
    kind: { signature: string; level: string; example: string },
    windows: number,
  ): ErrorKind | null {
    const signature = kind.signature.slice(0, MAX_TEXT);
    const known = this.#kinds.get(signature);
    if (known !== undefined) return known;
    if (this.#kinds.size >= this.#max) return null;
    const fresh: ErrorKind = {
      signature,
      level: kind.level.slice(0, MAX_TEXT),
      example: kind.example.slice(0, MAX_TEXT),
      counts: blankCounts(this.#kinds.size + 1, windows),
    };
    this.#kinds.set(signature, fresh);
    return fresh;
  }
}

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
