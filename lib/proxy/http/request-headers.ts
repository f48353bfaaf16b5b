import { type FlatHeaders, HOP_BY_HOP, pairsOf } from '../../model/headers.ts';
import { appendForwarded, isReporting, type Peer } from './forwarded.ts';
import type { FramingFacts } from './framing.ts';
import { HeaderBlock, joinValues, TOKEN } from './headers.ts';
import type { PreviewRules } from '../preview/rules.ts';
import { itemsOf, stripNominated } from './hop-by-hop.ts';

const SHORTEST_SPECIAL = 2;
const LONGEST_SPECIAL = 17;
const NO_NAMES: readonly string[] = [];
/** `trailers` in `TE`, with or without parameters. */
const TRAILERS_ACCEPTED = /(?:^|,)\s*trailers\s*(?:[,;]|$)/i;
/**
 * Names that must be known before the body: where the message ends, where it goes, who sends it, and what ends
 * at this hop (RFC 9110 section 6.5.1).
 */
const NOT_IN_TRAILERS =
  /^(?:host|content-(?:length|encoding|type|range)|proxy-.*|expect|max-forwards|authorization|cookie)$/i;
const NOMINATES_ID = /(?:^|,)\s*x-request-id\s*(?:,|$)/i;

/** The length of a chunked body. */
export const CHUNKED = -1;

/** What applies to the heads of all requests of a proxy. */
export interface HeadRules {
  readonly maxCount: number;
  /** Lower case. */
  readonly markHeader: string;
  /** Lower case; contains `token` in copies that Vili made. */
  readonly tokenHeader: string;
  /** How requests ask for the version under test; null or absent: not at all. */
  readonly preview?: PreviewRules | null;
  readonly scheme: string;
  readonly nextRequestId: () => string;
}

/**
 * The headers of a request: what is forwarded to running, and the facts that decide the rest. Read in one pass
 * and never changed: without an `authority` it is also valid for the next request with the same headers.
 */
export class RequestHeaders implements FramingFacts {
  /** End-to-end headers as received, plus `X-Forwarded-*`. */
  readonly sent: HeaderBlock;
  /** Number of headers received. */
  readonly count: number;
  hosts = 0;
  host = '';
  contentLengths = 0;
  contentLength = '';
  transferEncodings = 0;
  transferEncoding = '';
  /** The `Connection` headers, joined; '' when absent. */
  connection = '';
  /** The `Expect` header, '' when absent. */
  expectation = '';
  /** The `Upgrade` header, '' when absent. */
  upgrade = '';
  /** The id that a trusted peer chose; '' when absent. */
  requestId = '';
  userAgent = '';
  /** The `traceparent` header, '' when absent; what is there twice is not valid. */
  traceparent = '';
  contentType = '';
  /** The `SOAPAction` header, '' when absent. */
  soapAction = '';
  /** The token of a copy that Vili made. */
  token = '';
  /** It has the token of those who may see the version under test. */
  isPreview = false;
  acceptsTrailers = false;
  /** Names of trailers that may follow the body; empty unless it is chunked. */
  readonly trailers: readonly string[];
  trailer = '';
  private readonly forwarded = { for: '', proto: '', host: '', forwarded: '' };
  private readonly trusted: boolean;

  /** `authority` replaces Host where the request target names one. */
  constructor(raw: FlatHeaders, peer: Peer, rules: HeadRules, authority: string | null) {
    this.trusted = peer.trusted;
    this.count = raw.length / 2;
    const headers: string[] = [];
    for (let index = 0; index < raw.length; index += 2) {
      const name = raw[index] ?? '';
      const value = this.withoutPreview(name, raw[index + 1] ?? '', rules);
      if (value === null) continue;
      if (!this.isMark(name, value, rules) && this.keeps(name, value)) headers.push(name, value);
    }
    if (authority !== null) this.replaceHost(headers, authority);
    stripNominated(headers, this.connection);
    if (NOMINATES_ID.test(this.connection)) this.requestId = '';
    appendForwarded(headers, peer, this.forwarded, this.host, rules.scheme);
    this.sent = new HeaderBlock(headers);
    this.trailers = this.transferEncodings > 0 ? announcedTrailers(this, rules) : NO_NAMES;
  }

  get namesHost(): boolean {
    return this.hosts !== 0;
  }

  /** Bytes; 0 for none, `CHUNKED` when only the body's own framing shows its length. */
  get bodyBytes(): number {
    if (this.transferEncodings > 0) return CHUNKED;
    return this.contentLengths === 0 ? 0 : Number(this.contentLength);
  }

  /** The clients that a trusted peer names, '' when it names none. */
  get forwardedFor(): string {
    return this.forwarded.for;
  }

  // Private

  private replaceHost(headers: string[], authority: string): void {
    for (let index = 0; index < headers.length; index += 2) {
      if (headers[index]?.toLowerCase() === 'host') headers[index + 1] = authority;
    }
    if (this.hosts !== 0) this.host = authority;
  }

  /** False for a header that ends at this hop, or that only a trusted peer may send. */
  private keeps(name: string, value: string): boolean {
    const { length } = name;
    if (!this.trusted && isReporting(name)) return false;
    if (length < SHORTEST_SPECIAL || length > LONGEST_SPECIAL) return true;
    const lowerName = name.toLowerCase();
    switch (lowerName) {
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
      case 'content-type':
        this.contentType = value.toLowerCase();
        return true;
      case 'soapaction':
        this.soapAction = value;
        return true;
      case 'traceparent':
        this.traceparent = joinValues(this.traceparent, value);
        return true;
      case 'user-agent':
        this.userAgent = value;
        return true;
      case 'connection':
        this.connection = joinValues(this.connection, value);
        return false;
      case 'te':
        this.acceptsTrailers ||= TRAILERS_ACCEPTED.test(value);
        return false;
      case 'upgrade':
        this.upgrade = joinValues(this.upgrade, value);
        return false;
      case 'trailer':
        this.trailer = joinValues(this.trailer, value);
        return false;
      // The proxy itself responds to it.
      case 'expect':
        this.expectation = joinValues(this.expectation, value);
        return false;
      default:
        return !HOP_BY_HOP.has(lowerName) && !this.isForwarded(name, value);
    }
  }

  /** The marks of a copy end here, whoever sent them. */
  private isMark(name: string, value: string, { markHeader, tokenHeader }: HeadRules): boolean {
    const { length } = name;
    if (length === markHeader.length) return name.toLowerCase() === markHeader;
    if (length !== tokenHeader.length || name.toLowerCase() !== tokenHeader) return false;
    this.token = value;
    return true;
  }

  /** The value without what may hold the token, which ends here, right or wrong; null: nothing is left. */
  private withoutPreview(name: string, value: string, { preview }: HeadRules): string | null {
    if (preview == null) return value;
    if (preview.isHeader(name)) {
      this.isPreview ||= preview.isToken(value);
      return null;
    }
    if (!preview.isCookies(name)) return value;
    const { rest, isToken } = preview.withoutCookie(value);
    this.isPreview ||= isToken;
    return rest;
  }

  private isForwarded(name: string, value: string): boolean {
    const { forwarded } = this;
    switch (name.toLowerCase()) {
      case 'x-forwarded-for':
        forwarded.for = joinValues(forwarded.for, value);
        return true;
      case 'x-forwarded-proto':
        forwarded.proto = joinValues(forwarded.proto, value);
        return true;
      case 'x-forwarded-host':
        forwarded.host = joinValues(forwarded.host, value);
        return true;
      case 'forwarded':
        forwarded.forwarded = joinValues(forwarded.forwarded, value);
        return true;
      default:
        return false;
    }
  }
}

/** The trailers received (flat) that were announced, unchanged. */
export function trailersToSend(
  received: FlatHeaders,
  names: readonly string[],
): [string, string][] {
  const announced = new Set(names.map((name) => name.toLowerCase()));
  return pairsOf(received).filter(([name]) => announced.has(name.toLowerCase()));
}

// Private

/** The names that `Trailer` announces and that may follow a body. */
function announcedTrailers(
  { trailer, connection }: RequestHeaders,
  { markHeader, tokenHeader, preview }: HeadRules,
): string[] {
  const own = [markHeader, tokenHeader, ...(preview == null ? [] : [preview.header])];
  const ending = new Set([...own, ...itemsOf(connection.toLowerCase())]);
  return itemsOf(trailer)
    .filter((name) => TOKEN.test(name) && !NOT_IN_TRAILERS.test(name) && !isReporting(name))
    .filter((name) => !ending.has(name.toLowerCase()) && !HOP_BY_HOP.has(name.toLowerCase()));
}
