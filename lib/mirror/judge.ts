import type { PairOutcome } from '../compare/outcome.ts';
import { comparePair, type Response } from '../compare/pair.ts';
import type { CompareSettings } from '../compare/settings.ts';
import type { Exchange, FailureKind } from '../gate/exchange.ts';
import type { ShadowAnswer } from './requester.ts';

/** Everything known of one user request once both versions (and running again) have answered. */
export interface AnsweredPair {
  readonly exchange: Exchange;
  readonly endpoint: string;
  readonly testing: ShadowAnswer;
  /** Running's second answer, null when it was not asked. */
  readonly control: ShadowAnswer | null;
}

/**
 * The pair as the verdict sees it. `control` is only given when both comparisons, running with
 * testing and running with itself, could be made: else one side's failures would bias the count.
 */
export function judgePair(settings: CompareSettings, pair: AnsweredPair): PairOutcome {
  const { exchange, endpoint, testing } = pair;
  const running = responseOf(exchange);
  const found = comparePair(settings, exchange.method, running, testing);
  const again =
    pair.control === null || !found.comparable
      ? null
      : comparePair(settings, exchange.method, running, pair.control);
  return {
    requestId: exchange.requestId,
    atMs: exchange.atMs,
    endpoint,
    running: { status: exchange.status, ms: exchange.runningMs, failure: exchange.failure },
    testing: { status: testing.status, ms: testing.ms, failure: failureKind(testing) },
    differences: found.differences,
    differs: found.differs,
    control: again?.comparable === true ? { differs: again.differs } : null,
  };
}

// Private

function responseOf(exchange: Exchange): Response {
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

function failureKind(answer: ShadowAnswer): FailureKind | null {
  return answer.failure === 'unsendable' ? null : answer.failure;
}
