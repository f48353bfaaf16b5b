import type { Difference, PairOutcome, ResponseSummary } from '../../lib/compare/outcome.ts';
import type { VerdictSettings } from '../../lib/verdict/settings.ts';
import { Verdict } from '../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS } from './default-settings.ts';

export const START_MS = 1_700_000_000_000;

export function responseOf(status: number, ms = 10): ResponseSummary {
  return { status, ms, failure: null };
}

let nextId = 0;

/**
 * A pair of two good responses by default, put to both again with the same result; `atMs` counts from
 * the start of the test.
 */
export function pairOf(
  changes: Partial<Omit<PairOutcome, 'atMs'>> & { atMs?: number } = {},
): PairOutcome {
  const { running = responseOf(200), testing = responseOf(200) } = changes;
  const isFine = (one: ResponseSummary) => one.failure === null && one.status < 400;
  return {
    requestId: `request-${++nextId}`,
    endpoint: 'GET /items/{id}',
    running,
    testing,
    again: isFine(running) && isFine(testing) ? { running, testing } : null,
    differences: [],
    differs: false,
    baseline: null,
    ...changes,
    atMs: START_MS + (changes.atMs ?? 0),
  };
}

/** A test in progress that can be driven in small steps of time. */
export class ShadowRun {
  readonly verdict: Verdict;
  readonly #settings: VerdictSettings;
  nowMs = 0;

  constructor(settings: Partial<VerdictSettings> = {}) {
    this.#settings = { ...DEFAULT_VERDICT_SETTINGS, ...settings };
    this.verdict = new Verdict(this.#settings, START_MS);
  }

  /** Feeds `count` pairs, `everyMs` apart, with quiet log windows, and decides after each. */
  feed(count: number, everyMs: number, make: (index: number) => Partial<PairOutcome> = () => ({})) {
    for (let index = 0; index < count; index++) {
      this.pass(everyMs);
      const { atMs: _, ...changes } = make(index);
      this.verdict.pair(pairOf({ ...changes, atMs: this.nowMs }));
      this.verdict.decision(START_MS + this.nowMs);
    }
    return this;
  }

  /** Lets time pass and ends the log windows in between. */
  pass(ms: number, logged: { testingErrors?: number; runningErrors?: number } = {}) {
    const { logWindowMs } = this.#settings;
    const before = Math.floor(this.nowMs / logWindowMs);
    this.nowMs += ms;
    for (let window = before; window < Math.floor(this.nowMs / logWindowMs); window++) {
      this.verdict.logWindow({
        atMs: START_MS + (window + 1) * logWindowMs,
        testingErrors: 0,
        runningErrors: 0,
        testingWarnings: 0,
        runningWarnings: 0,
        ...logged,
      });
    }
    return this;
  }

  decide() {
    return this.verdict.decide(START_MS + this.nowMs);
  }
}

export function missingField(path: string): Difference {
  return { kind: 'missing', path, running: '12.5' };
}
