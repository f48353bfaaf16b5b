import type { UserRequest } from '../downstream/types.ts';
import type { RequestHead } from '../http/request-head.ts';
import { CHUNKED, trailersToSend } from '../http/request-headers.ts';
import type { TrailerSource, UpstreamRequest } from '../upstream/types.ts';
import type { RequestBody } from './body.ts';

/** A user's request as it goes to running; made for each attempt. `mark`: a line for its head, or ''. */
export function outgoing(
  { method, path, lines, fields }: RequestHead,
  request: UserRequest,
  body: RequestBody | null,
  mark: string,
): UpstreamRequest {
  return {
    method,
    path,
    lines: mark === '' ? lines : lines + mark,
    namesHost: fields.namesHost,
    body: body === null ? null : body.source(),
    chunked: fields.bodyBytes === CHUNKED,
    trailers: trailersOf(request, fields.trailers),
    acceptsTrailers: fields.acceptsTrailers && request.httpVersionMinor !== 0,
    upgrade: '',
  };
}

// Private

function trailersOf(request: UserRequest, names: readonly string[]): TrailerSource | null {
  if (names.length === 0) return null;
  return { names, read: () => trailersToSend(request.rawTrailers, names) };
}
