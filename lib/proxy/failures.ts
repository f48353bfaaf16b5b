import type { UserFailure, UserOutcome } from '../model/users/failure.ts';
import { BoundedMap } from '../model/bounded-map.ts';

/** After such a pause failures of the same kind are counted anew. */
const PAUSE_MS = 300_000;
/** How many kinds are kept; the one that has not occurred for longest goes first. */
const KINDS_MAX = 20;
/** A kind is reported at once, and then at most this often. */
const REPORT_MS = 10_000;

type Entry = { -readonly [K in keyof UserFailure]: UserFailure[K] } & {
  reportedAtMs: number;
  reportedCount: number;
};

/** What went wrong for users, by side, cause and outcome; costs nothing while nothing does. */
export class FailureLog {
  private readonly entries = new BoundedMap<string, Entry>(KINDS_MAX);
  private readonly now: () => number;
  private readonly onFailure: (failure: UserFailure) => void;
  private timer: NodeJS.Timeout | null = null;

  /** `now`: wall clock, ms, since these times are told; it may be corrected. `onFailure` gets what is worth a line in the log. */
  constructor(now: () => number, onFailure: (failure: UserFailure) => void) {
    this.now = now;
    this.onFailure = onFailure;
  }

  add(instance: string, cause: string, outcome: UserOutcome, requestId: string): void {
    const nowMs = this.now();
    const key = keyOf({ instance, cause, outcome });
    const before = this.entries.peek(key);
    const goesOn = before !== undefined && nowMs - before.lastMs < PAUSE_MS;
    const entry: Entry = goesOn ? before : begun(instance, cause, outcome, nowMs);
    entry.count++;
    entry.lastMs = nowMs;
    entry.requestId = requestId;
    // The latest kind is the last one of the map.
    this.entries.set(key, entry);
    if (nowMs - entry.reportedAtMs >= REPORT_MS) this.report(entry, nowMs);
    else this.timer ??= setTimeout(() => this.flush(), REPORT_MS).unref();
  }

  /** Reports what has not been reported yet. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const nowMs = this.now();
    for (const entry of this.entries.values()) {
      if (entry.count > entry.reportedCount) this.report(entry, nowMs);
    }
  }

  /** The latest kind last. */
  snapshot(): readonly UserFailure[] {
    return [...this.entries.values()].map(failureOf);
  }

  // Private

  private report(entry: Entry, nowMs: number): void {
    entry.reportedAtMs = nowMs;
    entry.reportedCount = entry.count;
    this.onFailure(failureOf(entry));
  }
}

/** The failures of two proxies together. */
export function addFailures(
  a: readonly UserFailure[],
  b: readonly UserFailure[],
): readonly UserFailure[] {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  const sums = new Map(a.map((failure) => [keyOf(failure), failure]));
  for (const failure of b) {
    const other = sums.get(keyOf(failure));
    sums.set(keyOf(failure), other === undefined ? failure : joined(other, failure));
  }
  const latest = [...sums.values()].sort((one, other) => one.lastMs - other.lastMs);
  return latest.slice(-KINDS_MAX);
}

// Private

function begun(instance: string, cause: string, outcome: UserOutcome, sinceMs: number): Entry {
  const none = { count: 0, requestId: '', reportedAtMs: Number.NEGATIVE_INFINITY };
  return { ...none, instance, cause, outcome, sinceMs, lastMs: sinceMs, reportedCount: 0 };
}

function keyOf({ instance, cause, outcome }: Pick<UserFailure, 'instance' | 'cause' | 'outcome'>) {
  return `${instance} ${cause} ${outcome}`;
}

function failureOf({ reportedAtMs: _at, reportedCount: _count, ...failure }: Entry): UserFailure {
  return failure;
}

/** Of two spells a pause apart only the later one counts. */
function joined(a: UserFailure, b: UserFailure): UserFailure {
  const [earlier, later] = a.lastMs <= b.lastMs ? [a, b] : [b, a];
  if (later.sinceMs - earlier.lastMs >= PAUSE_MS) return later;
  const sinceMs = Math.min(a.sinceMs, b.sinceMs);
  return { ...later, count: a.count + b.count, sinceMs };
}
