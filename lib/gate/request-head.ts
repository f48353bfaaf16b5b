import { appendForwarded, type Peer } from './forwarded.ts';
import { type FramingFacts, framingProblem } from './framing.ts';
import { joined, stripNominated } from './hop-by-hop.ts';
import { type Refusal, refuse } from './refusal.ts';
import { readTarget } from './request-target.ts';
import { announcedTrailers } from './request-trailers.ts';

const REQUEST_ID_MAX_LENGTH = 200;
const SHORTEST_SPECIAL = 2;
const LONGEST_SPECIAL = 17;
const NO_NAMES: readonly string[] = [];

/** The length of a body that comes in chunks. */
export const CHUNKED = -1;

/** The parts of node's request that a head is read from. */
export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly httpVersionMajor: number;
  readonly httpVersionMinor: number;
}

/** What is the same for all requests of a gate. */
export interface HeadRules {
  readonly maxCount: number;
  /** Lower case. */
  readonly markHeader: string;
  /** Lower case; holds `token` in copies that Vili made. */
  readonly tokenHeader: string;
  /** Known to nobody but this daemon and the servlets it sends copies to; '' for none. */
  readonly token: string;
  readonly scheme: string;
  readonly nextRequestId: () => string;
}

/** A user's request as running will see it, or the reason why it will not. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  /** Flat, end-to-end headers as received plus `X-Forwarded-*` and the request id. */
  readonly headers: string[];
  readonly namesHost: boolean;
  readonly requestId: string;
  /** Bytes; 0 for none, `CHUNKED` when only the body itself tells. */
  readonly bodyBytes: number;
  readonly acceptsTrailers: boolean;
  /** Names of trailers that may follow the body; none without chunks. */
  readonly trailers: readonly string[];
  /** The `Upgrade` header, '' when absent. */
  readonly upgrade: string;
  /** The `Connection` headers, joined; '' when absent. */
  readonly connection: string;
  /** The `Expect` header, '' when absent. */
  readonly expectation: string;
  readonly refusal: Refusal | null;
}

/** Reads and filters a request's head in one pass over the flat header array. */
export function readRequestHead(raw: RawRequest, peer: Peer, rules: HeadRules): RequestHead {
  const found = new Found(raw.rawHeaders, peer, rules);
  const target = readTarget(raw.url, raw.method);
  if (target !== null && target.authority !== null) found.replaceHost(target.authority);
  const { headers } = found;
  stripNominated(headers, found.connection);
  appendForwarded(headers, peer, found.forwarded, found.host, rules.scheme);
  let requestId = found.requestId;
  if (requestId === '') {
    requestId = rules.nextRequestId();
    headers.push('X-Request-Id', requestId);
  }
  const chunked = found.transferEncodings > 0;
  return {
    method: raw.method,
    path: target === null ? raw.url : target.path,
    headers,
    namesHost: found.hosts !== 0,
    requestId: requestId.slice(0, REQUEST_ID_MAX_LENGTH),
    bodyBytes: chunked ? CHUNKED : found.contentLengths === 0 ? 0 : Number(found.contentLength),
    acceptsTrailers: found.acceptsTrailers,
    trailers: chunked ? announcedTrailers(found.trailer, rules) : NO_NAMES,
    upgrade: found.upgrade,
    connection: found.connection,
    expectation: found.expectation,
    refusal:
      raw.rawHeaders.length > rules.maxCount * 2
        ? refuse(431, 'too many headers')
        : raw.httpVersionMajor !== 1
          ? refuse(505, 'a version that is not HTTP/1')
          : target === null
            ? refuse(400, 'request target of no known form')
            : (framingProblem(found, raw.httpVersionMinor) ??
              loopProblem(found.token, rules.token)),
  };
}

// Private

/** A copy that the tested version sent back to users' port would be copied again, without end. */
function loopProblem(found: string, token: string): Refusal | null {
  return token !== '' && found === token ? refuse(508, 'a copy came back') : null;
}

/** One pass over the headers: what may go on, and the facts that decide about the rest. */
class Found implements FramingFacts {
  readonly headers: string[] = [];
  hosts = 0;
  host = '';
  contentLengths = 0;
  contentLength = '';
  transferEncodings = 0;
  transferEncoding = '';
  connection = '';
  expectation = '';
  upgrade = '';
  trailer = '';
  requestId = '';
  token = '';
  acceptsTrailers = false;
  readonly forwarded = { for: '', proto: '', host: '', forwarded: '' };
  private readonly trusted: boolean;

  constructor(raw: readonly string[], peer: Peer, rules: HeadRules) {
    this.trusted = peer.trusted;
    const { headers } = this;
    for (let index = 0; index < raw.length; index += 2) {
      const name = raw[index] ?? '';
      const value = raw[index + 1] ?? '';
      if (!this.isOurs(name, value, rules) && this.keeps(name, value)) headers.push(name, value);
    }
  }

  replaceHost(authority: string): void {
    const { headers } = this;
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index] ?? '';
      if (name.length === 4 && name.toLowerCase() === 'host') headers[index + 1] = authority;
    }
    if (this.hosts !== 0) this.host = authority;
  }

  /** False for a header that ends here. Only names of a length that can matter are looked at. */
  private keeps(name: string, value: string): boolean {
    const { length } = name;
    if (length < SHORTEST_SPECIAL || length > LONGEST_SPECIAL) return true;
    switch (name.toLowerCase()) {
      case 'host':
        this.hosts++;
        this.host = value;
        return true;
      case 'content-length':
        this.contentLengths++;
        this.contentLength = value;
        return true;
      case 'transfer-encoding':
        this.transferEncodings++;
        this.transferEncoding = value;
        return false;
      case 'x-request-id':
        if (this.requestId === '') this.requestId = value;
        return true;
      case 'connection':
        this.connection = joined(this.connection, value);
        return false;
      case 'te':
        this.acceptsTrailers ||= /(?:^|,)\s*trailers\s*(?:[,;]|$)/i.test(value);
        return false;
      case 'upgrade':
        this.upgrade = joined(this.upgrade, value);
        return false;
      case 'trailer':
        this.trailer = joined(this.trailer, value);
        return false;
      // It is answered by the gate.
      case 'expect':
        this.expectation = joined(this.expectation, value);
        return false;
      // HTTP2-Settings belongs to an upgrade that the gate refuses.
      case 'keep-alive':
      case 'proxy-connection':
      case 'http2-settings':
        return false;
      default:
        return !this.isForwarded(name, value);
    }
  }

  /** The marks of a copy end here, whoever wrote them. */
  private isOurs(name: string, value: string, { markHeader, tokenHeader }: HeadRules): boolean {
    const { length } = name;
    if (length === markHeader.length) return name.toLowerCase() === markHeader;
    if (length !== tokenHeader.length || name.toLowerCase() !== tokenHeader) return false;
    this.token = value;
    return true;
  }

  private isForwarded(name: string, value: string): boolean {
    const { forwarded } = this;
    switch (name.toLowerCase()) {
      case 'x-forwarded-for':
        if (this.trusted) forwarded.for = joined(forwarded.for, value);
        return true;
      case 'x-forwarded-proto':
        if (this.trusted) forwarded.proto = joined(forwarded.proto, value);
        return true;
      case 'x-forwarded-host':
        if (this.trusted) forwarded.host = joined(forwarded.host, value);
        return true;
      case 'forwarded':
        if (this.trusted) forwarded.forwarded = joined(forwarded.forwarded, value);
        return true;
      default:
        return false;
    }
  }
}
