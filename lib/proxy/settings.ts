import type { MirrorRule, StickyKey } from '../model/traffic-rules.ts';
import type { TlsSettings } from './downstream/tls.ts';
import type { HoldSettings } from './request/hold.ts';
import type { PreviewSettings } from './preview/rules.ts';
import type { UpstreamSettings } from './upstream/types.ts';

/** Which requests are copied. */
export interface CopyRules {
  readonly methods: readonly string[];
  readonly rules: readonly MirrorRule[];
  /** Share of the requests that are copied, 0 to 1. */
  readonly sample: number;
  /** Keeps a user always in or always out of the sample; null draws for each request. */
  readonly sticky: StickyKey | null;
}

/** All settings of the proxy. Limits are inclusive; times in ms, sizes in bytes. */
export interface ProxySettings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Descriptor of a socket that listens already, used in place of host and port; null or absent: none. */
  readonly inheritedFd?: number | null;
  /** Null for plain HTTP. With TLS, HTTP/2 is offered as well. */
  readonly tls: TlsSettings | null;
  /** A request head beyond either limit is rejected with 431. */
  readonly header: { readonly maxBytes: number; readonly maxCount: number };
  readonly request: {
    /** From the first byte (or the connection) to the end of the head; then 408. */
    readonly headTimeoutMs: number;
    /** Silence of a client that should send or read; then 408 or the end of its connection. */
    readonly idleTimeoutMs: number;
    /** How long a connection may wait for its next request. */
    readonly keepAliveMs: number;
    /** Further connections are closed at once. */
    readonly maxConnections: number;
  };
  readonly upstream: UpstreamSettings;
  readonly hold: HoldSettings;
  /** Probes are forwarded, but not evidence. */
  readonly health: {
    /** `*` matches anything. */
    readonly paths: readonly string[];
    /** Parts of the user agents of what probes. */
    readonly agents: readonly string[];
  };
  readonly mirror: CopyRules & {
    /** Requests with a larger body are not copied. */
    readonly maxBodyBytes: number;
    /** Bodies of all requests and responses being copied, together; beyond it copies are dropped. */
    readonly maxCollectedBytes: number;
    /** Name of the header that marks a copy; removed from users' requests. */
    readonly header: string;
    /** Identifies what testing sends with the headers of a copy, which is never copied; '' for none. */
    readonly token: string;
  };
  /** Who may see the version under test; null or absent: nobody. */
  readonly preview?: PreviewSettings | null;
  /** The share of requests without a trace that get one; null or absent: no request has a span. */
  readonly spans?: { readonly share: number } | null;
  /** Only the digest of a larger response is kept. */
  readonly compareMaxBodyBytes: number;
  /** Addresses, networks in CIDR notation, `loopback`, `linklocal` or `uniquelocal`. */
  readonly trustedProxies: readonly string[];
  /** HTML for the proxy's own 5xx responses; `{status}` and `{reason}` are filled in; '' for the default. */
  readonly errorPage: string;
}
