import proxyAddr from 'proxy-addr';
import { messageOf, ViliError } from '../../errors.ts';

const MAPPED_PREFIX = '::ffff:';

/** The other end of a user's connection. */
export interface Peer {
  readonly address: string;
  /** Whether its `X-Forwarded-*` and `Forwarded` headers are believed. */
  readonly trusted: boolean;
}

/** What a request said about the way it came, and what running is told. */
export interface ForwardedFacts {
  readonly for: string;
  readonly proto: string;
  readonly host: string;
  readonly forwarded: string;
}

/**
 * Compiles the trust list once; the result is asked once per connection.
 * @throws ViliError VILI_GATE_TRUST when an entry is neither an address nor a network.
 */
export function compileTrust(list: readonly string[]): (address: string) => boolean {
  if (list.length === 0) return () => false;
  try {
    const trust = proxyAddr.compile([...list]);
    return (address) => trust(address, 0);
  } catch (error) {
    throw new ViliError(
      'VILI_GATE_TRUST',
      `trusted proxies ${list.join(', ')}: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** The peer as proxies write it: IPv4 in plain form also on a dual-stack socket. */
export function peerOf(address: string | undefined, trust: (address: string) => boolean): Peer {
  const text = address ?? 'unknown';
  const plain =
    text.startsWith(MAPPED_PREFIX) && text.includes('.') ? text.slice(MAPPED_PREFIX.length) : text;
  return { address: plain, trusted: trust(plain) };
}

/**
 * Appends what running should know about the client. A trusted peer's words are kept and the peer
 * is appended (RFC 7239 and the older X-Forwarded-* custom); anyone else's have been left out.
 */
export function appendForwarded(
  headers: string[],
  peer: Peer,
  said: ForwardedFacts,
  host: string,
  scheme: string,
): void {
  headers.push(
    'X-Forwarded-For',
    said.for === '' ? peer.address : `${said.for}, ${peer.address}`,
    'X-Forwarded-Proto',
    said.proto === '' ? scheme : said.proto,
  );
  const forwardedHost = said.host === '' ? host : said.host;
  if (forwardedHost !== '') headers.push('X-Forwarded-Host', forwardedHost);
  if (said.forwarded !== '') {
    const node = peer.address.includes(':') ? `"[${peer.address}]"` : peer.address;
    headers.push('Forwarded', `${said.forwarded}, for=${node};proto=${scheme}`);
  }
}
