import type { ByteBudget } from '../../model/byte-budget.ts';
import type { Exchange } from '../../model/exchange.ts';
import type { SpanIds } from '../../model/span/span.ts';
import type { MirrorSettings } from '../settings.ts';
import { conditionsOf } from './conditions.ts';
import { copyHeaders, type Mark } from './copy-headers.ts';
import { compileRewrites } from './copy-path.ts';
import type { ShadowLimits, ShadowRequest } from './requester.ts';

/** A body may be this much larger than running's before it is given up. */
const BODY_SLACK_BYTES = 65_536;
/** A copy may take this many times as long as running, where that is more than the time limit. */
const SLOWER_LIMIT = 2;
/** Methods with a baseline: repeating the request changes nothing. */
const REPEATABLE_METHODS = new Set(['GET', 'HEAD']);

/** `span`: that of this very request, where it has one. */
export type CopyRequest = (exchange: Exchange, mark: Mark, span?: SpanIds | null) => ShadowRequest;

/** Repeats the user's request without its conditions, marked as copy or baseline; only the copy is rewritten. */
export function createCopyRequest(settings: MirrorSettings): CopyRequest {
  const rewritten = compileRewrites(settings.rewrite);
  return (exchange, mark, span = null) => {
    const { method, path, body, requestId, headers } = exchange;
    return {
      method,
      path: mark === 'test' ? rewritten(path) : path,
      body,
      headers: copyHeaders(headers, requestId, settings, mark, conditionsOf(exchange), span),
    };
  };
}

/** Time and bytes that the response may take, given what running took for the same request. */
export function limitsOf(
  settings: MirrorSettings,
  exchange: Exchange,
  budget: ByteBudget,
): ShadowLimits {
  const { compare, timeoutMs } = settings;
  return {
    timeoutMs: Math.max(timeoutMs, exchange.runningMs * SLOWER_LIMIT),
    keepBytes: compare.maxBodyBytes,
    cutBytes: Math.max(compare.maxBodyBytes, exchange.responseBytes) + BODY_SLACK_BYTES,
    expectedBytes: exchange.responseBytes + BODY_SLACK_BYTES,
    budget,
  };
}

/** Whether running may be asked again: repeating changes nothing, and running is not in trouble. */
export function isRepeatable(exchange: Exchange): boolean {
  const isWell = exchange.status !== 0 && exchange.status < 500;
  return isWell && REPEATABLE_METHODS.has(exchange.method);
}
