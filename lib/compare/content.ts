import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { type FlatHeaders, headerValues } from '../model/headers.ts';

/** No real server applies more encodings; each layer costs one decompression. */
const MAX_ENCODINGS = 3;

/** The media type in lower case without parameters; empty when the header is absent. */
export function mediaType(headers: FlatHeaders): string {
  const value = headerValues(headers, 'content-type')[0] ?? '';
  const end = value.indexOf(';');
  return (end === -1 ? value : value.slice(0, end)).trim().toLowerCase();
}

/** True for `application/json` and every `…+json` (RFC 6839). */
export function isJsonType(type: string): boolean {
  return type === 'application/json' || type === 'text/json' || type.endsWith('+json');
}

/**
 * The body with its content encodings removed (RFC 9110, 8.4). Null when an encoding is unknown,
 * the data is corrupt, or the result would exceed `maxBytes` (a decompression bomb).
 */
export function decodeBody(headers: FlatHeaders, body: Buffer, maxBytes: number): Buffer | null {
  const encodings = headerValues(headers, 'content-encoding')
    .join(',')
    .split(',')
    .map((text) => text.trim().toLowerCase())
    .filter((text) => text !== '' && text !== 'identity');
  if (encodings.length === 0 || body.length === 0) return body;
  if (encodings.length > MAX_ENCODINGS) return null;
  let decoded: Buffer | null = body;
  for (const encoding of encodings.toReversed()) {
    decoded = decodeOnce(encoding, decoded, maxBytes);
    if (decoded === null) return null;
  }
  return decoded;
}

// Private

function decodeOnce(encoding: string, body: Buffer, maxBytes: number): Buffer | null {
  const options = { maxOutputLength: maxBytes };
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipSync(body, options);
    if (encoding === 'br') return brotliDecompressSync(body, options);
    // `deflate` means zlib by the standard, but some servers send it raw: the first byte decides.
    if (encoding === 'deflate') {
      const isZlib = ((body[0] ?? 0) & 0x0f) === 8;
      return isZlib ? inflateSync(body, options) : inflateRawSync(body, options);
    }
    return null;
  } catch {
    return null;
  }
}
