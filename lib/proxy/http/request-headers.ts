import { appendForwarded, type Peer } from './forwarded.ts';
import type { FramingFacts } from './framing.ts';
import { Fields } from './headers.ts';
import { joined, stripNominated } from './hop-by-hop.ts';

const SHORTEST_SPECIAL = 2;
const LONGEST_SPECIAL = 17;
const NO_NAMES: readonly string[] = [];

/** The length of a body that comes in chunks. */
export const CHUNKED = -1;

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

/**
 * The headers of a request: what goes on to running, and the facts that decide about the rest. Read in one
 * pass, and never changed: without an `authority` it holds for the next request with the same headers too.
 */
export class RequestFields implements FramingFacts {
  /** End-to-end headers as received, plus `X-Forwarded-*`. */
  readonly sent: Fields;
  /** Of all headers as they came. */
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
  /** As the client chose it; '' when it did not. */
  requestId = '';
  /** What marks a copy that Vili made. */
  token = '';
  acceptsTrailers = false;
  /** Names of trailers that may follow the body; none without chunks. */
  readonly trailers: readonly string[];
  private trailer = '';
  private readonly forwarded = { for: '', proto: '', host: '', forwarded: '' };
  private readonly trusted: boolean;

  /** `authority` stands for Host, where the request target names one. */
  constructor(raw: readonly string[], peer: Peer, rules: HeadRules, authority: string | null) {
    this.trusted = peer.trusted;
    this.count = raw.length / 2;
    const headers: string[] = [];
    for (let index = 0; index < raw.length; index += 2) {
      const name = raw[index] ?? '';
      const value = raw[index + 1] ?? '';
      if (!this.isOurs(name, value, rules) && this.keeps(name, value)) headers.push(name, value);
    }
    if (authority !== null) this.replaceHost(headers, authority);
    stripNominated(headers, this.connection);
    appendForwarded(headers, peer, this.forwarded, this.host, rules.scheme);
    this.sent = new Fields(headers);
    this.trailers = this.transferEncodings > 0 ? announcedTrailers(this.trailer, rules) : NO_NAMES;
  }

  get namesHost(): boolean {
    return this.hosts !== 0;
  }

  /** Bytes; 0 for none, `CHUNKED` when only the body itself tells. */
  get bodyBytes(): number {
    if (this.transferEncodings > 0) return CHUNKED;
    return this.contentLengths === 0 ? 0 : Number(this.contentLength);
  }

  // Private

  private replaceHost(headers: string[], authority: string): void {
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

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/**
 * What must be known before the body: where the message ends, where it goes, who sends it, and what
 * ends at this hop (RFC 9110 section 6.5.1).
 */
const NOT_IN_TRAILERS =
  /^(?:host|content-(?:length|encoding|type|range)|transfer-encoding|connection|keep-alive|proxy-.*|te|trailer|upgrade|expect|max-forwards|authorization|cookie|forwarded|x-forwarded-.*|x-request-id|http2-settings)$/i;

/** The names that `Trailer` announces and that may come behind a body. */
export function announcedTrailers(
  announced: string,
  { markHeader, tokenHeader }: HeadRules,
): string[] {
  if (announced === '') return [];
  return announced
    .split(',')
    .map((name) => name.trim())
    .filter((name) => TOKEN.test(name) && !NOT_IN_TRAILERS.test(name))
    .filter((name) => ![markHeader, tokenHeader].includes(name.toLowerCase()));
}

/** Of the trailers that came (flat), those that were announced, as they came. */
export function trailersToSend(
  raw: readonly string[],
  names: readonly string[],
): [string, string][] {
  const announced = new Set(names.map((name) => name.toLowerCase()));
  const trailers: [string, string][] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (announced.has(name.toLowerCase())) trailers.push([name, raw[index + 1] ?? '']);
  }
  return trailers;
}
