import type { FlatHeaders } from './headers.ts';
import type { ExchangeSpan } from './span/span.ts';

/** Where a servlet listens. `instance` names it in events, e.g. `inventory-1.4.2/1_running`. */
export interface Target {
  readonly instance: string;
  readonly host: string;
  readonly port: number;
  /** It is spoken to by TLS; absent: in the clear. */
  readonly tls?: TargetTls;
}

/** What a servlet proves itself by; it goes with its target, so that threads and processes need no file. */
export interface TargetTls {
  /** PEM of the authorities that may have signed its certificate; '' for those that node trusts. */
  readonly ca: string;
  /** Its certificate is not checked. */
  readonly insecure: boolean;
}

/** Why a side gave no usable response. `malformed`: it did not speak HTTP. */
export const FAILURE_KINDS = ['refused', 'timeout', 'reset', 'closed', 'malformed'] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

/**
 * One user request with running's response, complete, as the proxy hands it to the mirror. Hop-by-hop headers
 * have been removed.
 */
export interface Exchange {
  readonly requestId: string;
  readonly method: string;
  /** Path and query, verbatim. */
  readonly path: string;
  /** What one path of many operations is asked for, as in GraphQL; '' for none. */
  readonly operation: string;
  /** The endpoint; '' until the mirror names it: there is one learner of endpoints, whatever the processes. */
  endpoint: string;
  readonly headers: FlatHeaders;
  /** Null when the request had no body. */
  readonly body: Buffer | null;
  /** Wall clock when the request was sent to running, ms since the epoch. */
  readonly atMs: number;
  /** Running's status; 0 when it did not respond, `failure` then says why. */
  readonly status: number;
  readonly failure: FailureKind | null;
  readonly responseHeaders: FlatHeaders;
  /** Null when larger than the limit of a compared body; `responseDigest` then stands for it. */
  readonly responseBody: Buffer | null;
  readonly responseBytes: number;
  /** Hex SHA-1 of a body that was too large to keep, else null. */
  readonly responseDigest: string | null;
  /** From sending the request to the last byte of running's response, ms. */
  readonly runningMs: number;
  /** Its span, `TRACE-SPAN`, where it goes to the collector of traces: the copy's is below it. */
  readonly trace?: string;
}

/** The mirror as the proxy sees it. All calls are cheap, never block and never throw. */
export interface ExchangeSink {
  /** True when a copy would be dropped anyway; the proxy then does not even collect it. */
  full(): boolean;
  /** Takes the exchange or drops it; either way the sink counts it exactly once. */
  submit(exchange: Exchange): void;
  /** Counts a copy that `full()` prevented, or that exceeded the copy budget, so that the counts add up. */
  shed(noRoom?: 'queue-full'): void;
  /** Told of responses that may change what running knows of a client; not counted. */
  note?(response: NotedResponse): void;
}

/** A response of running that sets a cookie, or that does what a client writes. */
export interface NotedResponse {
  readonly method: string;
  /** Path and query, verbatim. */
  readonly path: string;
  readonly headers: FlatHeaders;
  readonly status: number;
  readonly responseHeaders: FlatHeaders;
  /** Null when it is large, or not of a kind that hands out tokens. */
  readonly responseBody: Buffer | null;
  /** Whether a copy went to the mirror. */
  readonly isCopied: boolean;
}

/** Methods that change nothing (RFC 9110, 9.2.1). */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/** How running responded to one request, for its history; health probes are left out. */
export interface TrafficObservation {
  readonly atMs: number;
  readonly endpointMethod: string;
  /** Path and query, verbatim. */
  readonly path: string;
  readonly operation: string;
  /** The media type of the response; '' for none. */
  readonly kind: string;
  readonly bytes: number;
  /** 0 when running did not respond. */
  readonly status: number;
  readonly failure: FailureKind | null;
  readonly ms: number;
  /** Whether a copy went to the mirror, so that a pair may come of it. */
  readonly copied: boolean;
  /** The servlet that responded, `inventory-1.4.2/1_running`. */
  readonly instance: string;
  /** Who asked: an address, or a mark of the session where `mirror.sticky` or `promotion.sticky` names its header or cookie. */
  readonly client: string;
  /** Absent where it does not go to the collector of traces. */
  readonly span?: ExchangeSpan;
}
