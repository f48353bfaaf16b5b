import { randomBytes } from 'node:crypto';
import type { FlatHeaders } from '../../model/headers.ts';
import type { Peer } from './forwarded.ts';
import { framingProblem } from './framing.ts';
import { type Rejection, reject } from './rejection.ts';
import { type HeadRules, RequestHeaders } from './request-headers.ts';
import { readTarget } from './request-line.ts';

const REQUEST_ID = 'X-Request-Id';
const REQUEST_ID_MAX_LENGTH = 200;
const ID_PREFIX_BYTES = 8;
const ID_RADIX = 36;
/** RFC 9110 section 9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** The parts of node's request that a head is read from. */
export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: FlatHeaders;
  readonly httpVersionMajor: number;
  readonly httpVersionMinor: number;
}

/** A user's request as running will see it, or the reason why running will not. */
export class RequestHead {
  readonly method: string;
  readonly path: string;
  readonly fields: RequestHeaders;
  readonly requestId: string;
  readonly rejection: Rejection | null;

  /** `requestId` becomes a header where no trusted peer has set one. */
  constructor(
    method: string,
    path: string,
    fields: RequestHeaders,
    requestId: string,
    rejection: Rejection | null,
  ) {
    this.method = method;
    this.path = path;
    this.fields = fields;
    this.requestId = requestId;
    this.rejection = rejection;
  }

  /** Flat; with the request id. */
  get headers(): FlatHeaders {
    const { sent, requestId } = this.fields;
    return requestId === '' ? [...sent.flat, REQUEST_ID, this.requestId] : sent.flat;
  }

  /** The same as header lines. */
  get lines(): string {
    const { sent, requestId } = this.fields;
    return requestId === '' ? `${sent.lines}${REQUEST_ID}: ${this.requestId}\r\n` : sent.lines;
  }

  get userAgent(): string {
    return this.fields.userAgent;
  }

  get bodyBytes(): number {
    return this.fields.bodyBytes;
  }

  /** Whether sending the request twice has the same effect as sending it once. */
  get isIdempotent(): boolean {
    return IDEMPOTENT.has(this.method);
  }

  /** The same request, not to be forwarded. */
  rejected(rejection: Rejection): RequestHead {
    return new RequestHead(this.method, this.path, this.fields, this.requestId, rejection);
  }
}

/** Reads and filters the head of a request. */
export function readRequestHead(raw: RawRequest, peer: Peer, rules: HeadRules): RequestHead {
  const target = readTarget(raw.url, raw.method);
  const fields = new RequestHeaders(raw.rawHeaders, peer, rules, target?.authority ?? null);
  const rejection =
    raw.httpVersionMajor !== 1
      ? reject(505, 'a version that is not HTTP/1')
      : target === null
        ? reject(400, 'request target of no known form')
        : null;
  return new RequestHead(
    raw.method,
    target === null ? raw.url : target.path,
    fields,
    requestIdOf(fields, rules),
    tooMany(fields, rules) ?? rejection ?? rejectionOf(fields, rules, raw.httpVersionMinor),
  );
}

/** Why a request with these headers is not forwarded, else null. */
export function rejectionOf(
  fields: RequestHeaders,
  rules: HeadRules,
  httpMinor: number,
): Rejection | null {
  return tooMany(fields, rules) ?? framingProblem(fields, httpMinor);
}

/** The id that a trusted peer chose, cut to a reasonable length, or a new one. */
export function requestIdOf({ requestId }: RequestHeaders, rules: HeadRules): string {
  return requestId === '' ? rules.nextRequestId() : requestId.slice(0, REQUEST_ID_MAX_LENGTH);
}

/** Creates ids that are unique without drawing randomness per request: a random prefix and a counter. */
export function createRequestIds(): () => string {
  const prefix = randomBytes(ID_PREFIX_BYTES).toString('hex');
  let count = 0;
  return () => `${prefix}-${(++count).toString(ID_RADIX)}`;
}

// Private

function tooMany({ count }: RequestHeaders, { maxCount }: HeadRules): Rejection | null {
  return count > maxCount ? reject(431, 'too many headers') : null;
}
