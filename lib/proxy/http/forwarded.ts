import proxyAddr from 'proxy-addr';
import { messageOf, ViliError } from '../../errors.ts';

const MAPPED_PREFIX = '::ffff:';

/**
 * The headers with which proxies report who asks, for what and under which id; `*` ends a prefix. Only a trusted peer
 * may send them. docs/proxying.md prints the list, and a spec compares both.
 */
export const REPORTING_HEADERS: readonly string[] = [
  'Forwarded',
  'X-Forwarded-*',
  'X-Original-*',
  'X-Envoy-*',
  'X-Request-Id',
  'X-Real-IP',
  'X-Client-IP',
  'X-Cluster-Client-IP',
  'Client-IP',
  'True-Client-IP',
  'CF-Connecting-IP',
  'CF-Connecting-IPv6',
  'Fastly-Client-IP',
  'X-Azure-ClientIP',
  'X-ProxyUser-IP',
  'X-Remote-IP',
  'X-Remote-Addr',
  'X-Host',
  'X-HTTP-Host-Override',
  'X-Rewrite-URL',
  'X-Scheme',
  'X-Url-Scheme',
  'Front-End-Https',
];
/** CGI and WSGI make the same variable of `-` and `_`, so that one name can stand for the other. */
const REPORTING = new RegExp(
  `^(?:${REPORTING_HEADERS.map((name) => name.replaceAll('-', '[-_]').replace('*', '.*')).join('|')})$`,
  'i',
);

/** Whether a header of this name reports what only a trusted proxy can know. */
export function isReporting(name: string): boolean {
  return REPORTING.test(name);
}

/** The other end of a user's connection. */
export interface Peer {
  readonly address: string;
  /** Whether its `REPORTING_HEADERS` are believed. */
  readonly trusted: boolean;
}

/** The forwarding headers of a request, each '' when absent or not trusted. */
export interface ForwardedFacts {
  readonly for: string;
  readonly proto: string;
  readonly host: string;
  readonly forwarded: string;
}

/**
 * Compiles the trust list once; the result is called once per connection.
 * @throws ViliError VILI_GATE_TRUST when an entry is neither an address nor a network.
 */
export function compileTrust(list: readonly string[]): (address: string) => boolean {
  if (list.length === 0) return () => false;
  try {
    const trust = proxyAddr.compile([...list]);
    return (address) => trust(address, 0);
  } catch (error) {
    const text = `trusted proxies ${list.join(', ')}: ${messageOf(error)}`;
    throw new ViliError('VILI_GATE_TRUST', text, { cause: error });
  }
}

/** The peer as proxies write it: an IPv4 address in dotted form, on a dual-stack socket too. */
export function peerOf(address: string | undefined, trust: (address: string) => boolean): Peer {
  const text = address ?? 'unknown';
  const isMapped = text.startsWith(MAPPED_PREFIX) && text.includes('.');
  const shown = isMapped ? text.slice(MAPPED_PREFIX.length) : text;
  return { address: shown, trusted: trust(shown) };
}

/**
 * Appends what running should know about the client. The values a trusted peer sent are kept and the peer is
 * appended to them (RFC 7239 and the older X-Forwarded-* convention); those of any other peer were removed.
 */
export function appendForwarded(
  headers: string[],
  peer: Peer,
  received: ForwardedFacts,
  host: string,
  scheme: string,
): void {
  headers.push(
    'X-Forwarded-For',
    received.for === '' ? peer.address : `${received.for}, ${peer.address}`,
    'X-Forwarded-Proto',
    received.proto === '' ? scheme : received.proto,
  );
  const forwardedHost = received.host === '' ? host : received.host;
  if (forwardedHost !== '') headers.push('X-Forwarded-Host', forwardedHost);
  if (received.forwarded !== '') {
    const node = peer.address.includes(':') ? `"[${peer.address}]"` : peer.address;
    headers.push('Forwarded', `${received.forwarded}, for=${node};proto=${scheme}`);
  }
}
