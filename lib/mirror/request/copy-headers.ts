import { HOP_BY_HOP, pairsOf } from '../../model/headers.ts';
import { TRACEPARENT } from '../../model/span/context.ts';
import type { SpanIds } from '../../model/span/span.ts';
import type { HeaderEdit } from '../../model/traffic-rules.ts';
import { TOKEN_SUFFIX } from '../../proxy/http/hop-by-hop.ts';
import { ownSpan } from './trace-context.ts';

const REQUEST_ID = 'x-request-id';
const NOTHING: ReadonlySet<string> = new Set();
const NO_EDITS: readonly HeaderEdit[] = [];
/** Headers that belong to the connection or that the client writes itself. */
const NOT_COPIED = new Set([...HOP_BY_HOP, 'content-length', 'expect']);

/** `control` marks a baseline request. */
export type Mark = 'test' | 'control';

export interface CopyHeaderRules {
  /** Name of the header that marks a copy. */
  readonly header: string;
  /** Lets the proxy recognise its own copies when they come back; '' for none. */
  readonly token: string;
  /** For copies, not for baseline requests. */
  readonly headers: readonly HeaderEdit[];
}

/**
 * The request's headers as testing, or running in a baseline request, receives them: Host, order,
 * case and repetition kept, the mark added, the request id where there is none, a span of its own where there is a
 * trace, and what is in `without` left out.
 */
export function copyHeaders(
  headers: readonly string[],
  requestId: string,
  rules: CopyHeaderRules,
  mark: Mark,
  without: ReadonlySet<string> = NOTHING,
  span: SpanIds | null = null,
): string[] {
  const result: string[] = [];
  const edits = mark === 'test' ? rules.headers : NO_EDITS;
  const edited = new Set(edits.map(({ name }) => name.toLowerCase()));
  const markKey = rules.header.toLowerCase();
  let hasRequestId = false;
  for (const [name, value] of pairsOf(headers)) {
    const key = name.toLowerCase();
    if (key === markKey || NOT_COPIED.has(key) || edited.has(key)) continue;
    if (without.has(key)) continue;
    if (key === REQUEST_ID) hasRequestId = true;
    result.push(name, key === TRACEPARENT ? ownSpan(value, span) : value);
  }
  for (const { name, value } of edits) if (value !== null) result.push(name, value);
  if (!hasRequestId) result.push('X-Request-Id', requestId);
  result.push(rules.header, mark);
  if (rules.token !== '') result.push(`${rules.header}${TOKEN_SUFFIX}`, rules.token);
  return result;
}
