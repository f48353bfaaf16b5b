import { codeOf, ViliError } from '../errors.ts';
import type { FailureKind } from './exchange.ts';

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
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'closed',
  UND_ERR_HEADERS_OVERFLOW: 'malformed',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'malformed',
  VILI_GATE_ANSWER: 'malformed',
};
/** What a connection that died while nobody used it looks like. */
const STALE_CODES: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
/** The request itself cannot be sent by undici: no fault of the side that was asked. */
export const UNFIT_CODES: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);

/** An answer of running that cannot be passed on. */
export class BadAnswerError extends ViliError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('VILI_GATE_ANSWER', message, options);
  }
}

/** Sorts an error of running's side. */
export function failureKindOf(error: unknown): FailureKind {
  const known = KIND_BY_CODE[codeOf(error) ?? ''];
  if (known !== undefined) return known;
  // undici's parser errors have a name they can be told by, but not always a code.
  return error instanceof Error && error.name === 'HTTPParserError' ? 'malformed' : 'closed';
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

/** True when the request itself was refused before it was sent: 400. */
export function isUnfit(error: unknown): boolean {
  return UNFIT_CODES.has(codeOf(error) ?? '');
}
