import type { Failure, LoadResult } from './load-protocol.ts';

const FIRST_CAPACITY = 65_536;
const MAX_FAILURES = 1000;

/** The columns of a growing result: no object per request, so that garbage collection takes no time. */
export class LoadRecords {
  #times = new Float64Array(FIRST_CAPACITY * 4);
  #names = new Uint16Array(FIRST_CAPACITY * 2);
  #count = 0;
  readonly #phases: string[] = [];
  readonly #versions: string[] = ['none'];
  readonly #failures: Failure[] = [];

  /** Adds a request that is due. Returns its number for `head`, `done` and `fail`. */
  add(phase: string, dueMs: number, begunMs: number): number {
    const at = this.#count;
    if (at * 4 === this.#times.length) this.#grow();
    this.#times.set([dueMs, begunMs, Number.NaN, Number.NaN], at * 4);
    this.#names[at * 2] = indexIn(this.#phases, phase);
    this.#count += 1;
    return at;
  }

  head(at: number, nowMs: number, version: string): void {
    this.#times[at * 4 + 2] = nowMs;
    this.#names[at * 2 + 1] = indexIn(this.#versions, version);
  }

  done(at: number, nowMs: number): void {
    this.#times[at * 4 + 3] = nowMs;
  }

  /** Keeps the text of the first thousand only; the columns have all of them. */
  fail(at: number, nowMs: number, request: string, problem: string): void {
    if (this.#failures.length >= MAX_FAILURES) return;
    const phase = this.#phases[this.#names[at * 2] ?? 0] ?? '';
    const begunMs = this.#times[at * 4 + 1] ?? nowMs;
    const hostMs = (ms: number): number => performance.timeOrigin + ms;
    const times = { fromMs: hostMs(begunMs), untilMs: hostMs(nowMs) };
    this.#failures.push({ phase, request, problem, ...times });
  }

  result(): LoadResult {
    const time = (column: number): Float64Array =>
      Float64Array.from({ length: this.#count }, (_, at) => this.#times[at * 4 + column] ?? 0);
    const name = (column: number): Uint16Array =>
      Uint16Array.from({ length: this.#count }, (_, at) => this.#names[at * 2 + column] ?? 0);
    return {
      phases: this.#phases,
      versions: this.#versions,
      phase: name(0),
      version: name(1),
      dueMs: time(0),
      begunMs: time(1),
      headMs: time(2),
      doneMs: time(3),
      failures: this.#failures,
    };
  }

  // Private

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    times.set(this.#times);
    this.#times = times;
    const names = new Uint16Array(this.#names.length * 2);
    names.set(this.#names);
    this.#names = names;
  }
}

// Private

function indexIn(names: string[], name: string): number {
  const at = names.indexOf(name);
  return at >= 0 ? at : names.push(name) - 1;
}
