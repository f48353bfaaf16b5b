import { codeOf, ViliError } from '../../errors.ts';
import type { FailureKind } from '../../model/exchange.ts';

/** The failure kinds of error codes. Proxy and mirror share this table, so that both sides are judged alike. */
export const KIND_BY_CODE: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EADDRNOTAVAIL: 'refused',
  ENOTFOUND: 'refused',
  EAI_AGAIN: 'refused',
  ETIMEDOUT: 'timeout',
  VILI_GATE_CONNECT_TIMEOUT: 'timeout',
  VILI_GATE_SILENT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  VILI_MIRROR_RESET: 'reset',
  VILI_GATE_CLOSED: 'closed',
  UND_ERR_SOCKET: 'closed',
  UND_ERR_HEADERS_OVERFLOW: 'malformed',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'malformed',
  VILI_GATE_ANSWER: 'malformed',
  VILI_SERVLET_TLS: 'malformed',
};
const CONNECT_TIMEOUT = 'VILI_GATE_CONNECT_TIMEOUT';
/** How a connection that died while it was idle fails. */
const STALE_CODES: ReadonlySet<string> = new Set(['VILI_GATE_CLOSED', 'ECONNRESET', 'EPIPE']);

/** The connection to running ended before the response did. */
export class UpstreamClosedError extends ViliError {
  constructor(message: string) {
    super('VILI_GATE_CLOSED', message);
  }
}

/** Running exceeded its response timeout. */
export class ResponseTimeoutError extends ViliError {
  constructor(message: string) {
    super('VILI_GATE_SILENT', message);
  }
}

/** The kind of an error on running's side. */
export function failureKindOf(error: unknown): FailureKind {
  return KIND_BY_CODE[codeOf(error) ?? ''] ?? 'closed';
}

/** What is told of it: that a servlet cannot be trusted is another thing to mend than what it sends. */
export function causeOf(error: unknown): FailureKind | 'untrusted' {
  return codeOf(error) === 'VILI_SERVLET_TLS' ? 'untrusted' : failureKindOf(error);
}

/** The status for a request whose response never began: 504 only where running had a chance to respond. */
export function statusOf(error: unknown): 502 | 504 {
  const isSilence = failureKindOf(error) === 'timeout' && codeOf(error) !== CONNECT_TIMEOUT;
  return isSilence ? 504 : 502;
}

/** True when a dead reused connection can have caused the error. */
export function isStale(error: unknown): boolean {
  return STALE_CODES.has(codeOf(error) ?? '');
}

/** True when nothing listened, so that nothing was sent. */
export function isRefused(error: unknown): boolean {
  return codeOf(error) === 'ECONNREFUSED';
}
