import { codeOf, ViliError } from '../../errors.ts';
import type { FailureKind } from '../../model/exchange.ts';

/** Of errors with a code. One table for both sides, so that they are judged alike. */
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
  VILI_GATE_CLOSED: 'closed',
  UND_ERR_SOCKET: 'closed',
  UND_ERR_HEADERS_OVERFLOW: 'malformed',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'malformed',
  VILI_GATE_ANSWER: 'malformed',
};
/** What a connection that died while nobody used it looks like. */
const STALE_CODES: ReadonlySet<string> = new Set(['VILI_GATE_CLOSED', 'ECONNRESET', 'EPIPE']);

/** An answer of running that cannot be passed on. */
export class BadResponseError extends ViliError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('VILI_GATE_ANSWER', message, options);
  }
}

/** The connection to running ended before the answer did. */
export class UpstreamClosedError extends ViliError {
  constructor(message: string) {
    super('VILI_GATE_CLOSED', message);
  }
}

/** Running has said nothing for as long as it may. */
export class SilentRunningError extends ViliError {
  constructor(message: string) {
    super('VILI_GATE_SILENT', message);
  }
}

/** Sorts an error of running's side. */
export function failureKindOf(error: unknown): FailureKind {
  return KIND_BY_CODE[codeOf(error) ?? ''] ?? 'closed';
}

/** The status for a request whose answer never began. */
export function statusOf(kind: FailureKind): 502 | 504 {
  return kind === 'timeout' ? 504 : 502;
}

/** True when the error is one that a dead reused connection causes. */
export function isStale(error: unknown): boolean {
  return STALE_CODES.has(codeOf(error) ?? '');
}

/** True when nobody listened, so that nothing was sent. */
export function isRefused(error: unknown): boolean {
  return codeOf(error) === 'ECONNREFUSED';
}
