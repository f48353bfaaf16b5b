import { codeOf, messageOf } from '../errors.ts';
import type { FailureKind } from '../gate/exchange.ts';

const KINDS: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  ENOTFOUND: 'refused',
  EAI_AGAIN: 'refused',
  EADDRNOTAVAIL: 'refused',
  ETIMEDOUT: 'timeout',
  VILI_GATE_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'closed',
  UND_ERR_HEADERS_OVERFLOW: 'malformed',
};

/** The request itself cannot be sent by this client: no fault of the side that was asked. */
const UNSENDABLE = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);

/** Why a request got no usable answer, from the error of undici or of the socket. */
export function failureOf(error: unknown, hasHead: boolean): FailureKind | 'unsendable' {
  const code = codeOf(error) ?? '';
  if (UNSENDABLE.has(code)) return 'unsendable';
  // undici's parser errors have a name and a text, and no code that can be relied on.
  if (error instanceof Error && error.name === 'HTTPParserError') return 'malformed';
  if (code === 'UND_ERR_SOCKET' && messageOf(error).startsWith('bad ')) return 'malformed';
  // Before a head there is no length to fall short of: the head itself was wrong.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return hasHead ? 'closed' : 'malformed';
  return KINDS[code] ?? 'closed';
}
