import { randomBytes } from 'node:crypto';
import type { Peer } from './forwarded.ts';
import { framingProblem } from './framing.ts';
import { type Rejection, refuse } from './rejection.ts';
import { type HeadRules, RequestFields } from './request-headers.ts';
import { readTarget } from './request-line.ts';

const REQUEST_ID_MAX_LENGTH = 200;
const REQUEST_ID = 'X-Request-Id';

/** The parts of node's request that a head is read from. */
export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly httpVersionMajor: number;
  readonly httpVersionMinor: number;
}

/** A user's request as running will see it, or the reason why it will not. */
export class RequestHead {
  readonly method: string;
  readonly path: string;
  readonly fields: RequestFields;
  readonly requestId: string;
  readonly refusal: Rejection | null;

  /** `requestId` becomes a header where the client has set none. */
  constructor(
    method: string,
    path: string,
    fields: RequestFields,
    requestId: string,
    refusal: Rejection | null,
  ) {
    this.method = method;
    this.path = path;
    this.fields = fields;
    this.requestId = requestId;
    this.refusal = refusal;
  }

  /** Flat; with the request id. */
  get headers(): readonly string[] {
    const { sent, requestId } = this.fields;
    return requestId === '' ? [...sent.flat, REQUEST_ID, this.requestId] : sent.flat;
  }

  /** The same as header lines. */
  get lines(): string {
    const { sent, requestId } = this.fields;
    return requestId === '' ? `${sent.lines}${REQUEST_ID}: ${this.requestId}\r\n` : sent.lines;
  }

  get bodyBytes(): number {
    return this.fields.bodyBytes;
  }

  /** The same request, not to be forwarded. */
  refused(refusal: Rejection): RequestHead {
    return new RequestHead(this.method, this.path, this.fields, this.requestId, refusal);
  }
}

/** Reads and filters a request's head. */
export function readRequestHead(raw: RawRequest, peer: Peer, rules: HeadRules): RequestHead {
  const target = readTarget(raw.url, raw.method);
  const fields = new RequestFields(raw.rawHeaders, peer, rules, target?.authority ?? null);
  const refusal =
    raw.httpVersionMajor !== 1
      ? refuse(505, 'a version that is not HTTP/1')
      : target === null
        ? refuse(400, 'request target of no known form')
        : null;
  return new RequestHead(
    raw.method,
    target === null ? raw.url : target.path,
    fields,
    requestIdOf(fields, rules),
    tooMany(fields, rules) ?? refusal ?? rejectionOf(fields, rules, raw.httpVersionMinor),
  );
}

/** Why a request with these headers is not forwarded, else null. */
export function rejectionOf(
  fields: RequestFields,
  rules: HeadRules,
  httpMinor: number,
): Rejection | null {
  return tooMany(fields, rules) ?? framingProblem(fields, httpMinor) ?? loopProblem(fields, rules);
}

/** The id that the client chose, as far as it is of a decent length, or one of the gate's own. */
export function requestIdOf({ requestId }: RequestFields, rules: HeadRules): string {
  return requestId === '' ? rules.nextRequestId() : requestId.slice(0, REQUEST_ID_MAX_LENGTH);
}

// Private

function tooMany({ count }: RequestFields, { maxCount }: HeadRules): Rejection | null {
  return count > maxCount ? refuse(431, 'too many headers') : null;
}

/** A copy that the tested version sent back to users' port would be copied again, without end. */
function loopProblem({ token: found }: RequestFields, { token }: HeadRules): Rejection | null {
  return token !== '' && found === token ? refuse(508, 'a copy came back') : null;
}

const PREFIX_BYTES = 8;
const RADIX = 36;

/** Ids that are unique without asking for randomness per request: a random prefix and a count. */
export function createRequestIds(): () => string {
  const prefix = randomBytes(PREFIX_BYTES).toString('hex');
  let count = 0;
  return () => `${prefix}-${(++count).toString(RADIX)}`;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Whether sending the request twice does what sending it once does (RFC 9110 section 9.2.2). */
export function isIdempotent(method: string): boolean {
  return METHODS.has(method);
}
