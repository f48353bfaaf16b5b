import { codeOf, messageOf } from '../errors.ts';
import type { FailureKind } from '../gate/exchange.ts';
import { KIND_BY_CODE } from '../gate/failure.ts';

/** The request itself cannot be sent by undici: no fault of the side that was asked. */
const UNFIT_CODES: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);

/** Why a request got no usable answer, from the error of undici or of the socket. */
export function failureOf(error: unknown, hasHead: boolean): FailureKind | 'unsendable' {
  const code = codeOf(error) ?? '';
  if (UNFIT_CODES.has(code)) return 'unsendable';
  // undici's parser errors have a name and a text, and no code that can be relied on.
  if (error instanceof Error && error.name === 'HTTPParserError') return 'malformed';
  if (code === 'UND_ERR_SOCKET' && messageOf(error).startsWith('bad ')) return 'malformed';
  // Before a head there is no length to fall short of: the head itself was wrong.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return hasHead ? 'closed' : 'malformed';
  return KIND_BY_CODE[code] ?? 'closed';
}
