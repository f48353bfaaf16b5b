import { isAside, type PairOutcome } from '../../compare/outcome.ts';
import type { ShadowResponse } from '../request/requester.ts';
import type { MirrorSettings } from '../settings.ts';
import type { DropReason, Report } from '../wire/protocol.ts';
import { type CompletedPair, PairComparer } from './compare-pair.ts';
import { Sampler } from './sampler.ts';
import { Tally } from './tally.ts';

/** What is known of noise is reported at most this often. */
const NOISE_MS = 1000;

/** What came of copies since the last report: compared, counted, a few kept as samples. */
export class Results {
  readonly #now: () => number;
  readonly #tally = new Tally();
  readonly #comparer: PairComparer;
  readonly #sampler: Sampler;
  #noiseTakenAtMs = Number.NEGATIVE_INFINITY;

  /** `now`: monotonic clock, ms. */
  constructor({ compare, samples, token }: MirrorSettings, now: () => number) {
    this.#now = now;
    this.#comparer = new PairComparer(compare, now);
    this.#sampler = new Sampler(samples, compare, token);
  }

  add(pair: CompletedPair): PairOutcome {
    const outcome = this.#comparer.compare(pair);
    if (!isAside(outcome)) this.#sampler.consider(pair, outcome);
    this.#tally.add(outcome);
    return outcome;
  }

  /** Where two responses to the request of a pair differ; `one` null: running's first. */
  places(
    pair: Pick<CompletedPair, 'exchange' | 'endpoint'>,
    one: ShadowResponse | null,
    other: ShadowResponse,
  ): ReadonlySet<string> {
    return this.#comparer.places(pair, one, other);
  }

  /** The ports on which running and testing listen. */
  servletsAt(ports: readonly number[]): void {
    this.#comparer.servletsAt(ports);
  }

  drop(reason: DropReason, count = 1): void {
    this.#tally.drop(reason, count);
  }

  /** Ends a tick; `isDisturbed`: this thread was held up in it. */
  tick(isDisturbed: boolean): void {
    this.#tally.tick(isDisturbed);
  }

  /** How many pairs wait to be reported. */
  get waiting(): number {
    return this.#tally.waiting;
  }

  /** Everything since the last call, or null when there is nothing. */
  take(): Omit<Report, 'overdue' | 'paused' | 'translated' | 'spans'> | null {
    const taken = this.#tally.take();
    if (taken === null) return null;
    return {
      ...taken,
      noise: this.#takeNoise(),
      ignored: this.#comparer.takeIgnored(),
      samples: this.#sampler.take(),
    };
  }

  /** Starts from what was learned of noise before. */
  restoreNoise(saved: string): void {
    this.#comparer.restoreNoise(saved);
  }

  // Private

  #takeNoise(): string | null {
    const nowMs = this.#now();
    if (nowMs - this.#noiseTakenAtMs < NOISE_MS) return null;
    this.#noiseTakenAtMs = nowMs;
    return this.#comparer.noise();
  }
}
