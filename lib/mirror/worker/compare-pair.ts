import { blockingKinds } from '../../compare/findings.ts';
import { createMask } from '../../compare/mask/mask.ts';
import type { IgnoredField } from '../../compare/noise/ignored.ts';
import { createNoiseMemory, differenceKey } from '../../compare/noise/noise.ts';
import type { Difference, DifferenceKind, PairOutcome } from '../../compare/outcome.ts';
import {
  type Comparison,
  comparePair,
  type PairContext,
  type ResponseContent,
} from '../../compare/pair.ts';
import { createRuleHits } from '../../compare/rules/hits.ts';
import { createRuleBook } from '../../compare/rules/rules.ts';
import type { CompareSettings } from '../../compare/settings.ts';
import type { Exchange, FailureKind } from '../../model/exchange.ts';
import { isDenied } from '../request/copy-request.ts';
import type { ShadowResponse } from '../request/requester.ts';

/** Everything known of one user request once both versions (and running again) have answered. */
export interface CompletedPair {
  readonly exchange: Exchange;
  readonly endpoint: string;
  readonly testing: ShadowResponse;
  /** Running's second answer, null when it was not asked. */
  readonly baseline: ShadowResponse | null;
}

/** Judges the pairs of one test, and learns from running's second answers what is noise. */
export interface PairComparer {
  /**
   * The pair as the verdict sees it. `control` is only given when both comparisons, running with
   * testing and running with itself, could be made: else one side's failures would bias the count.
   */
  compare(pair: CompletedPair): PairOutcome;
  /** What is ignored, or no longer so, since the last call. */
  takeIgnored(): readonly IgnoredField[];
  /** What was learned of noise, if that is more than at the last call. */
  noise(): string | null;
  /** Takes what an earlier one had learned of this test. */
  restoreNoise(saved: string): void;
}

export function createPairComparer(settings: CompareSettings): PairComparer {
  const noise = createNoiseMemory(settings.maxEndpoints);
  const rulesFor = createRuleBook(settings.rules);
  const mask = createMask(settings.mask);
  const hits = createRuleHits(settings.maxEndpoints);
  const counts = blockingKinds(settings);

  return {
    compare(pair) {
      const { exchange, endpoint, testing, baseline } = pair;
      const running = responseOf(exchange);
      const context: PairContext = {
        rules: rulesFor(exchange.method, exchange.path),
        isMasked: (place) => mask.isMasked(place),
        isMaskedHeader: (name) => mask.isMaskedHeader(name),
        isNoise: (key) => noise.isNoise(endpoint, key),
      };
      const compare = (other: ResponseContent) =>
        comparePair(settings, exchange.method, running, other, context);
      const found = compare(testing);
      hits.count(endpoint, found.skipped);
      const again = baseline === null || !found.comparable ? null : compare(baseline);
      if (again?.comparable !== true) return outcomeOf(pair, found, null);
      noise.learn(endpoint, found, again);
      // What both differ from running in is noise of this very request: it says nothing.
      const ours = without(found, again, counts);
      const theirs = without(again, found, counts);
      return outcomeOf(pair, ours, { differs: theirs.differs });
    },
    noise: () => noise.checkpoint(),
    restoreNoise: (saved) => noise.restore(saved),
    takeIgnored: () => [...noise.takeChanges(), ...hits.takeChanges()],
  };
}

// Private

type Remaining = Pick<Comparison, 'differences' | 'differs'>;

function outcomeOf(
  { exchange, endpoint, testing, baseline: again }: CompletedPair,
  { differences, differs }: Remaining,
  baseline: PairOutcome['baseline'],
): PairOutcome {
  const { requestId, atMs, status, runningMs, failure } = exchange;
  return {
    requestId,
    atMs,
    endpoint,
    running: { status, ms: runningMs, failure },
    testing: { status: testing.status, ms: testing.ms, failure: failureKind(testing) },
    differences,
    differs,
    baseline,
    deniedAgain:
      isDenied(status) && again !== null && again.failure === null ? isDenied(again.status) : null,
  };
}

function without(
  found: Comparison,
  other: Comparison,
  counts: (kind: DifferenceKind) => boolean,
): Remaining {
  if (found.differences.length === 0 || other.differences.length === 0) return found;
  const keys = new Set(other.differences.map(keyOf));
  const differences = found.differences.filter((difference) => !keys.has(keyOf(difference)));
  const differs = found.differs && differences.some(({ kind }) => counts(kind));
  return { differences, differs };
}

function keyOf({ kind, path }: Difference): string {
  return differenceKey(kind, path);
}

function responseOf(exchange: Exchange): ResponseContent {
  const isEmpty = exchange.responseBody === null && exchange.responseBytes === 0;
  return {
    status: exchange.status,
    headers: exchange.responseHeaders,
    bytes: isEmpty ? Buffer.alloc(0) : exchange.responseBody,
    length: exchange.responseBytes,
    digest: exchange.responseDigest,
    cut: false,
  };
}

function failureKind(answer: ShadowResponse): FailureKind | null {
  return answer.failure === 'unsendable' ? null : answer.failure;
}
