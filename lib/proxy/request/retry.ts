import type { RequestHead } from '../http/request-head.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { isRefused, isStale } from '../upstream/errors.ts';
import type { RequestBody } from './body.ts';

/** Whether a request whose reused connection turned out to be dead may be sent once more. */
export function mayRepeat(
  error: Error,
  client: UpstreamClient,
  head: RequestHead,
  body: RequestBody | null,
): boolean {
  return client.sent > 1 && isRepeatable(body) && head.isIdempotent && isStale(error);
}

/** Whether a request whose connection running refused, so that nothing was sent, may wait. */
export function mayWait(error: Error, body: RequestBody | null): boolean {
  return isRefused(error) && isRepeatable(body);
}

/** Whether a request that running has and does not respond to may be sent to another one. */
export function mayMoveOn({ method }: RequestHead, body: RequestBody | null): boolean {
  return SAFE.has(method) && isRepeatable(body);
}

// Private

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

function isRepeatable(body: RequestBody | null): boolean {
  return body === null || body.repeatable;
}
