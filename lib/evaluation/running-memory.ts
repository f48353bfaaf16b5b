import type { LogBatch, LogKind } from '../logs/follow/batch.ts';
import type { EarlierKinds } from '../verdict/signals/logs/kinds.ts';
import type { InstanceUsage, Levels } from '../model/servlet-facts.ts';
import { ResponseRing, type RunningResponse } from './response-ring.ts';
import { RunningUsage } from './running-usage.ts';
import { BoundedMap } from '../model/bounded-map.ts';

/** Responses of running kept from before a test: enough for its failure rates and its latency. */
const RESPONSES_MAX = 2000;
const KINDS_MAX = 2000;

/** Kinds are counted in windows of this length, as during a test. */
const WINDOW_MS = 10_000;
/** Of the kinds, so many go into a test with how often they were logged, the most frequent. */
const EARLIER_MAX = 200;

interface KnownKind {
  readonly level: string;
  windows: number;
  lastWindow: number;
  /** The number of its only instance; 0: several. */
  instance: number;
}

/**
 * What is known of running, whatever is tested: its latest responses, the kinds of error it
 * logs, and what its process takes. A test begins with them, so that running's own failures do not count against testing.
 */
export class RunningMemory {
  readonly #responses = new ResponseRing(RESPONSES_MAX);
  readonly #kinds = new BoundedMap<string, KnownKind>(KINDS_MAX);
  /** When its log was first seen, and the instance that logs now. */
  #sinceMs: number | null = null;
  #instance = '';
  #instances = 0;
  readonly #usage = new RunningUsage();

  responded(batch: readonly RunningResponse[]): void {
    for (const response of batch) this.#responses.add(response);
  }

  logged(batch: LogBatch, instance = ''): void {
    this.#sinceMs ??= batch.fromMs;
    if (this.#instances === 0 || instance !== this.#instance) this.#instances += 1;
    this.#instance = instance;
    const window = Math.floor(batch.toMs / WINDOW_MS);
    for (const { signature, level } of errorKinds(batch)) {
      const known = this.#kinds.peek(signature);
      this.#kinds.set(signature, this.#counted(known, level, window));
    }
  }

  sampled(usage: InstanceUsage): void {
    this.#usage.add(usage);
  }

  /** What its process took at most; null when too little is known. */
  usagePeaks(): Levels | null {
    return this.#usage.peaks();
  }

  errorKinds(): readonly string[] {
    return [...this.#kinds.keys()];
  }

  /** Whether running has logged anything. */
  get hasLog(): boolean {
    return this.#sinceMs !== null;
  }

  /** How often running logged its kinds of error until now. */
  earlierKinds(nowMs: number): EarlierKinds {
    const sinceMs = this.#sinceMs ?? nowMs;
    const kinds = [...this.#kinds.entries()].map(([signature, { level, windows, instance }]) => ({
      signature,
      level,
      windows,
      instance,
    }));
    kinds.sort((one, other) => other.windows - one.windows);
    const windows = Math.max(0, Math.ceil((nowMs - sinceMs) / WINDOW_MS));
    return { windows, kinds: kinds.slice(0, EARLIER_MAX) };
  }

  latestResponses(): readonly RunningResponse[] {
    return this.#responses.toArray();
  }

  // Private

  #counted(known: KnownKind | undefined, level: string, window: number): KnownKind {
    if (known === undefined) {
      return { level, windows: 1, lastWindow: window, instance: this.#instances };
    }
    if (known.lastWindow !== window) known.windows += 1;
    known.lastWindow = window;
    if (known.instance !== this.#instances) known.instance = 0;
    return known;
  }
}

/** The kinds without warnings, since only a new kind of error matters. */
export function errorKinds(batch: LogBatch): readonly LogKind[] {
  return batch.kinds.filter((kind) => kind.level !== 'warn');
}
