const REQUEST_ID = 'x-request-id';
/** Belong to the connection or are written by the client itself (RFC 9110, 7.6.1). */
const NOT_COPIED = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export type Mark = 'test' | 'control';

/**
 * The request's headers as testing (or running, asked again) receives them: Host, order, case and
 * repetition kept, the mark added, and the request id where the service has not seen one.
 */
export function copyHeaders(
  headers: readonly string[],
  requestId: string,
  markName: string,
  mark: Mark,
): string[] {
  const result: string[] = [];
  const markKey = markName.toLowerCase();
  let hasRequestId = false;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const key = name.toLowerCase();
    if (key === markKey || NOT_COPIED.has(key)) continue;
    if (key === REQUEST_ID) hasRequestId = true;
    result.push(name, headers[index + 1] ?? '');
  }
  if (!hasRequestId) result.push('X-Request-Id', requestId);
  result.push(markName, mark);
  return result;
}
