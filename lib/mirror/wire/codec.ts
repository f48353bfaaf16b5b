import type { Exchange, FailureKind } from '../../model/exchange.ts';

/** Records begin at multiples of this many bytes, so that typed arrays can read the numbers. */
export const ALIGNMENT = 8;
/** A record: three doubles, eight integers, a length per string, the strings, the bodies. */
const DOUBLES_BYTES = 3 * 8;
const INTEGERS = 8;
const FIXED_STRINGS = 7;
const ABSENT = -1;
/** In the place that tells whether there is a digest: the record is a note, which is no copy. */
const NOTE = 2;
/** That place among the integers. */
const KIND = 7;
const FAILURES: readonly (FailureKind | null)[] = [
  null,
  'refused',
  'timeout',
  'reset',
  'closed',
  'malformed',
];

/** A batch of records in one buffer, seen as bytes, integers and doubles. */
export interface RecordBuffer {
  readonly shared: SharedArrayBuffer;
  readonly bytes: Buffer;
  readonly integers: Int32Array;
  readonly doubles: Float64Array;
}

export function recordBuffer(shared: SharedArrayBuffer): RecordBuffer {
  return {
    shared,
    bytes: Buffer.from(shared),
    integers: new Int32Array(shared, 0, shared.byteLength >> 2),
    doubles: new Float64Array(shared, 0, shared.byteLength >> 3),
  };
}

/** Size of the exchange's record in bytes, a multiple of 8. */
export function recordBytes(exchange: Exchange): number {
  const { headers, responseHeaders } = exchange;
  const strings = FIXED_STRINGS + headers.length + responseHeaders.length;
  let characters = exchange.requestId.length + exchange.method.length + exchange.path.length;
  characters += exchange.responseDigest?.length ?? 0;
  characters += exchange.operation.length + exchange.endpoint.length;
  characters += exchange.trace?.length ?? 0;
  for (const text of headers) characters += text.length;
  for (const text of responseHeaders) characters += text.length;
  const bodies = (exchange.body?.length ?? 0) + (exchange.responseBody?.length ?? 0);
  return align(DOUBLES_BYTES + (INTEGERS + strings) * 4 + characters + bodies);
}

/**
 * Writes the record at `offset` (a multiple of 8), where `size` = `recordBytes` bytes are free.
 * Strings are written as latin1, as they came over the network.
 */
export function writeRecord(
  target: RecordBuffer,
  offset: number,
  size: number,
  exchange: Exchange,
  isNote = false,
): void {
  const { bytes, integers, doubles } = target;
  const { headers, responseHeaders, requestId, method, path, body, responseBody } = exchange;
  const { operation, endpoint, trace = '' } = exchange;
  const digest = exchange.responseDigest ?? '';
  doubles[offset >> 3] = exchange.atMs;
  doubles[(offset >> 3) + 1] = exchange.runningMs;
  doubles[(offset >> 3) + 2] = exchange.responseBytes;
  let at = (offset + DOUBLES_BYTES) >> 2;
  integers[at++] = size;
  integers[at++] = exchange.status;
  integers[at++] = FAILURES.indexOf(exchange.failure);
  integers[at++] = headers.length;
  integers[at++] = responseHeaders.length;
  integers[at++] = body === null ? ABSENT : body.length;
  integers[at++] = responseBody === null ? ABSENT : responseBody.length;
  integers[at++] = isNote ? NOTE : exchange.responseDigest === null ? 0 : 1;
  integers[at++] = requestId.length;
  integers[at++] = method.length;
  integers[at++] = path.length;
  integers[at++] = digest.length;
  integers[at++] = operation.length;
  integers[at++] = endpoint.length;
  integers[at++] = trace.length;
  let text = requestId + method + path + digest + operation + endpoint + trace;
  for (const part of headers) {
    integers[at++] = part.length;
    text += part;
  }
  for (const part of responseHeaders) {
    integers[at++] = part.length;
    text += part;
  }
  let position = at << 2;
  bytes.write(text, position, 'latin1');
  position += text.length;
  if (body !== null) bytes.set(body, position);
  position += body?.length ?? 0;
  if (responseBody !== null) bytes.set(responseBody, position);
}

/** Size of the record at `offset`, without reading it. */
export function recordSizeAt(source: RecordBuffer, offset: number): number {
  return source.integers[(offset + DOUBLES_BYTES) >> 2] ?? 0;
}

/** Whether the record at `offset` is a note, which is no copy. */
export function isNoteAt(source: RecordBuffer, offset: number): boolean {
  return source.integers[((offset + DOUBLES_BYTES) >> 2) + KIND] === NOTE;
}

/** Reads the record back. Bodies are copied, since the buffer is reused. */
export function readRecord(source: RecordBuffer, offset: number): Exchange {
  const { bytes, integers, doubles } = source;
  const first = (offset + DOUBLES_BYTES) >> 2;
  const integer = (index: number) => integers[first + index] ?? 0;
  const [headerCount, responseHeaderCount] = [integer(3), integer(4)];
  const [bodyBytes, responseBodyBytes] = [integer(5), integer(6)];
  const stringCount = FIXED_STRINGS + headerCount + responseHeaderCount;
  let characters = 0;
  for (let index = 0; index < stringCount; index++) characters += integer(INTEGERS + index);
  const textAt = (first + INTEGERS + stringCount) << 2;
  const bodyAt = textAt + characters;
  const text = bytes.toString('latin1', textAt, bodyAt);
  let taken = 0;
  let position = 0;
  const take = () => {
    const start = position;
    position += integer(INTEGERS + taken++);
    return text.slice(start, position);
  };
  const takeMany = (count: number) => Array.from({ length: count }, take);
  const copy = (from: number, length: number) =>
    length === ABSENT ? null : Buffer.from(bytes.subarray(from, from + length));
  const [requestId, method, path, digest] = [take(), take(), take(), take()];
  const [operation, endpoint, trace] = [take(), take(), take()];
  const exchange = {
    requestId,
    method,
    path,
    operation,
    endpoint,
    headers: takeMany(headerCount),
    body: copy(bodyAt, bodyBytes),
    atMs: doubles[offset >> 3] ?? 0,
    status: integer(1),
    failure: FAILURES[integer(2)] ?? null,
    responseHeaders: takeMany(responseHeaderCount),
    responseBody: copy(bodyAt + Math.max(0, bodyBytes), responseBodyBytes),
    responseBytes: doubles[(offset >> 3) + 2] ?? 0,
    responseDigest: integer(KIND) === 1 ? digest : null,
    runningMs: doubles[(offset >> 3) + 1] ?? 0,
  };
  return trace === '' ? exchange : { ...exchange, trace };
}

// Private

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
