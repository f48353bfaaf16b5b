/**
 * Headers that end at this hop, lower case: removed from requests, responses and trailers, in both directions
 * (RFC 9110 section 7.6.1). HTTP/2 does not know them (RFC 9113 section 8.2.2), and node throws for them there.
 */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Headers of one message: `name, value, name, value`, in order and case as received. */
export type FlatHeaders = readonly string[];

/** The name and value pairs of a flat array. */
export function pairsOf(headers: FlatHeaders): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    pairs.push([headers[index] ?? '', headers[index + 1] ?? '']);
  }
  return pairs;
}

/** The values of a header, in order; `lowerName` in lower case. */
export function headerValues(headers: FlatHeaders, lowerName: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index];
    if (name?.length !== lowerName.length) continue;
    if (name === lowerName || name.toLowerCase() === lowerName) {
      values.push(headers[index + 1] ?? '');
    }
  }
  return values;
}

const STATUS_TRAILER = 'grpc-status';

/** The headers with what a protocol tells behind the body: gRPC its status. */
export function withStatusTrailer(headers: FlatHeaders, trailers: FlatHeaders): FlatHeaders {
  const [status] = trailers.length === 0 ? [] : headerValues(trailers, STATUS_TRAILER);
  return status === undefined ? headers : [...headers, STATUS_TRAILER, status];
}
