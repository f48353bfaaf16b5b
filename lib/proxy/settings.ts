import type { TlsSettings } from './downstream/tls.ts';

/** What is copied to testing: the first rule that matches decides, then `methods`, then `sample`. */
export interface MirrorRule {
  /** A method in upper case, or `*`. */
  readonly method: string;
  /** A path template: `{name}` stands for one segment, `*` for anything. */
  readonly path: string;
  readonly on: boolean;
}

/** A header or a cookie whose value stands for a user. */
export interface StickyKey {
  readonly kind: 'header' | 'cookie';
  readonly name: string;
}

/** Everything the gate can be told. All limits are inclusive; times in ms, sizes in bytes. */
export interface ProxySettings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Null: users speak plain HTTP. With TLS HTTP/2 is offered too. */
  readonly tls: TlsSettings | null;
  /** A request head beyond either limit is answered 431. */
  readonly header: { readonly maxBytes: number; readonly maxCount: number };
  readonly request: {
    /** From the first byte (or the connection) to the end of the head; then 408. */
    readonly headTimeoutMs: number;
    /** Silence of a client whose turn it is to send or to read; then 408 or the end. */
    readonly idleTimeoutMs: number;
    /** How long a connection may wait for its next request. */
    readonly keepAliveMs: number;
    /** Connections beyond are closed at once. */
    readonly maxConnections: number;
  };
  readonly upstream: {
    readonly connectTimeoutMs: number;
    /** From the whole request to the head of running's answer; then 504. Exact to about 2 s. */
    readonly headTimeoutMs: number;
    /** Silence in the middle of running's answer; then the client's connection breaks. */
    readonly idleTimeoutMs: number;
    /** Connections to one running; requests beyond wait for one up to `connectTimeoutMs`. */
    readonly maxConnections: number;
  };
  /** Requests that wait for a restarting running; beyond any limit they get 503. */
  readonly hold: {
    readonly maxMs: number;
    readonly maxRequests: number;
    /** Heads, and bodies as far as they can be in memory, of all held requests together. */
    readonly maxBytes: number;
  };
  /** Paths of probes, `*` stands for anything: forwarded, but no evidence. */
  readonly healthPaths: readonly string[];
  readonly mirror: {
    readonly methods: readonly string[];
    readonly rules: readonly MirrorRule[];
    /** Share of the requests that are copied, 0 to 1. */
    readonly sample: number;
    /** What keeps a user always in or always out of the sample; null: every request by itself. */
    readonly sticky: StickyKey | null;
    /** Requests with a larger body are not copied. */
    readonly maxBodyBytes: number;
    /** What the bodies of requests and answers take that are being copied, all together; beyond, copies are dropped. */
    readonly maxCollectedBytes: number;
    /** Name of the header that marks a copy; removed from users' requests. */
    readonly header: string;
    /** By which a copy that comes back is known, and refused with 508; '' for none. */
    readonly token: string;
  };
  /** Larger answers are kept as a digest only. */
  readonly compareMaxBodyBytes: number;
  /** Addresses, networks in CIDR or `loopback`, `linklocal`, `uniquelocal`. */
  readonly trustedProxies: readonly string[];
  /** HTML for the gate's own 5xx answers, `{status}` and `{reason}` are filled in; '' for a plain one. */
  readonly errorPage: string;
}
