import type { ByteBudget } from '../../model/byte-budget.ts';
import type { Exchange } from '../../model/exchange.ts';
import type { MirrorSettings } from '../settings.ts';
import { copyHeaders, type Mark } from './copy-headers.ts';
import { compileRewrites } from './copy-path.ts';
import type { ShadowLimits, ShadowRequest, ShadowResponse } from './requester.ts';

/** A body may be this much larger than running's before reading it is given up. */
const BODY_SLACK_BYTES = 65_536;
/** A copy may take this many times what running took, where that is more than the time limit. */
const SLOWER_LIMIT = 2;
/** Asked again only where asking changes nothing. */
const CONTROLLED_METHODS = new Set(['GET', 'HEAD']);

/** What a testing that is known to be down answers. */
export const REFUSED: ShadowResponse = {
  status: 0,
  failure: 'refused',
  ms: 0,
  headers: [],
  bytes: null,
  length: 0,
  digest: null,
  cut: false,
  extraBytes: 0,
};

export type CopyRequest = (exchange: Exchange, mark: Mark) => ShadowRequest;

/** Makes the user's request again, marked as copy or control; only the copy is rewritten. */
export function createCopyRequest(settings: MirrorSettings): CopyRequest {
  const rewritten = compileRewrites(settings.rewrite);
  return ({ method, path, body, requestId, headers }, mark) => ({
    method,
    path: mark === 'test' ? rewritten(path) : path,
    body,
    headers: copyHeaders(headers, requestId, settings, mark),
  });
}

/** Time and bytes that the answer may take, seen from what running took for the same. */
export function limitsOf(
  settings: MirrorSettings,
  exchange: Exchange,
  room: ByteBudget,
): ShadowLimits {
  const { compare, timeoutMs } = settings;
  return {
    timeoutMs: Math.max(timeoutMs, exchange.runningMs * SLOWER_LIMIT),
    keepBytes: compare.maxBodyBytes,
    cutBytes: Math.max(compare.maxBodyBytes, exchange.responseBytes) + BODY_SLACK_BYTES,
    expectedBytes: exchange.responseBytes + BODY_SLACK_BYTES,
    room,
  };
}

/** Whether the caller was turned away; a refusal that passes by itself is no door to guard. */
export function isDenied(status: number): boolean {
  return status === 401 || status === 403;
}

/** Whether running may be asked a second time: nothing changes by it, and it is not in trouble. */
export function isRepeatable(exchange: Exchange): boolean {
  const isWell = exchange.status !== 0 && exchange.status < 500;
  return isWell && CONTROLLED_METHODS.has(exchange.method);
}
