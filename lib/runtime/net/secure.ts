import { isIP, type OnReadOpts } from 'node:net';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { codeOf, messageOf, ViliError } from '../../errors.ts';

const PROTOCOLS = ['http/1.1'];
const NO_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/;
const TLS_CODES = /^(?:EPROTO$|ERR_SSL_|ERR_TLS_)/;

/** How a server proves who it is. One object serves all connections to it: its context is made once. */
export interface ServerTrust {
  /** PEM of the authorities that may have signed the certificate; '' for those that node trusts. */
  readonly ca: string;
  /** The certificate is not checked at all. */
  readonly insecure: boolean;
}

export interface SecureOptions {
  /** As it is configured: the certificate must be for this name or address. */
  readonly host: string;
  /** Where to connect to. */
  readonly address: string;
  readonly port: number;
  readonly highWaterMark?: number | undefined;
  readonly onread?: OnReadOpts | undefined;
}

/** No TLS connection to a server that can be trusted: the message says what is wrong with it. */
export class UntrustedServerError extends ViliError {
  constructor(message: string, cause: unknown) {
    super('VILI_SERVLET_TLS', message, { cause });
  }
}

/** Connects by TLS; emits `secureConnect` once the certificate has been checked, or `error`. */
export function connectSecurely(trust: ServerTrust, options: SecureOptions): TLSSocket {
  const { host, address, port, highWaterMark, onread } = options;
  return connect({
    host: address,
    port,
    // RFC 6066 allows no address there, and no dot at the end.
    ...(isIP(host) === 0 && { servername: host.replace(/\.$/, '') }),
    secureContext: contextOf(trust),
    rejectUnauthorized: !trust.insecure,
    checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
    ALPNProtocols: PROTOCOLS,
    ...(highWaterMark !== undefined && { highWaterMark }),
    ...(onread !== undefined && { onread }),
  });
}

/** The same error in words if it is about TLS, `localhost:9401: its certificate has expired`; else the error itself. */
export function tlsFailure(
  error: Error,
  socket: TLSSocket,
  { ca }: ServerTrust,
  { host, port }: Pick<SecureOptions, 'host' | 'port'>,
): Error {
  const code = codeOf(error) ?? '';
  // Set when the certificate is the cause; null or absent otherwise.
  const isRefusal = Boolean(socket.authorizationError);
  if (!isRefusal && !TLS_CODES.test(code)) return error;
  return new UntrustedServerError(`TLS to ${host}:${port}: ${reasonOf(error, code, ca)}`, error);
}

// Private

const contexts = new WeakMap<ServerTrust, SecureContext>();

function contextOf(trust: ServerTrust): SecureContext {
  let context = contexts.get(trust);
  if (context === undefined) {
    context = createSecureContext(trust.ca === '' ? {} : { ca: trust.ca });
    contexts.set(trust, context);
  }
  return context;
}

function reasonOf(error: Error, code: string, ca: string): string {
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired';
  if (code === 'CERT_NOT_YET_VALID') return 'its certificate is not valid yet';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `its certificate is not for the host in endpoint (${detailOf(error)})`;
  }
  if (NO_TLS.test(code) || /wrong version number/.test(error.message)) {
    return 'it does not speak TLS, which scheme=https says it does';
  }
  if (TLS_CODES.test(code)) return `the handshake failed (${detailOf(error)})`;
  const authority = ca === '' ? 'an authority that this host trusts; set servlet.ca' : 'servlet.ca';
  return `its certificate is not vouched for by ${authority} (${messageOf(error)})`;
}

/** OpenSSL's own sentence, without the place in its sources. */
function detailOf(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
}
