import zlib, { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { type FlatHeaders, headerValues } from '../../model/headers.ts';

/** No real server applies more encodings; each layer costs one decompression. */
const MAX_ENCODINGS = 3;
/** What servers write into `Content-Encoding` although the bytes are as they are. */
const NO_ENCODING =
  /^(?:|identity|none|null|binary|[78]bit|text|plain|default|aws-chunked|utf-?(?:8|16|32)(?:[lb]e)?|us-ascii|ascii|iso-8859-\d+|latin-?1|windows-125\d|charset=.*)$/;

export type Decoded =
  | { readonly ok: true; readonly bytes: Buffer }
  /**
   * `foreign`: an encoding that Vili cannot remove although users may; `corrupt`: the data is not in
   * the encoding that it claims; `bomb`: larger than the limit once decoded.
   */
  | {
      readonly ok: false;
      readonly fault: 'foreign' | 'corrupt' | 'bomb';
      readonly encoding: string;
    };

/** The body with its content encodings removed (RFC 9110, 8.4). */
export function decodeContent(headers: FlatHeaders, body: Buffer, maxBytes: number): Decoded {
  const encodings = encodingsOf(headers);
  if (encodings.length === 0 || body.length === 0) return { ok: true, bytes: body };
  if (encodings.length > MAX_ENCODINGS) {
    return { ok: false, fault: 'foreign', encoding: `${encodings.length} layers` };
  }
  let bytes = body;
  for (const encoding of encodings.toReversed()) {
    const decoded = decodeOnce(encoding, bytes, maxBytes);
    if (!decoded.ok) return decoded;
    bytes = decoded.bytes;
  }
  return { ok: true, bytes };
}

/** As `decodeContent`, null where that is impossible. */
export function decodeBody(headers: FlatHeaders, body: Buffer, maxBytes: number): Buffer | null {
  const decoded = decodeContent(headers, body, maxBytes);
  return decoded.ok ? decoded.bytes : null;
}

/** The encodings in the order in which they were applied, lower case. */
export function encodingsOf(headers: FlatHeaders): readonly string[] {
  const values = headerValues(headers, 'content-encoding');
  if (values.length === 0) return values;
  return values
    .join(',')
    .split(',')
    .map((text) => text.trim().toLowerCase())
    .filter((text) => !NO_ENCODING.test(text));
}

// Private

type Decoder = (body: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

/** Absent before node 22.15. */
const { zstdDecompressSync } = zlib as unknown as { readonly zstdDecompressSync?: Decoder };

function decodeOnce(encoding: string, body: Buffer, maxBytes: number): Decoded {
  const decode = decoderOf(encoding, body);
  if (decode === null) return { ok: false, fault: 'foreign', encoding: encoding.slice(0, 20) };
  try {
    return { ok: true, bytes: decode(body, { maxOutputLength: maxBytes }) };
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    return { ok: false, fault: isTooLarge ? 'bomb' : 'corrupt', encoding };
  }
}

function decoderOf(encoding: string, body: Buffer): Decoder | null {
  if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipSync;
  if (encoding === 'br') return brotliDecompressSync;
  if (encoding === 'zstd') return zstdDecompressSync ?? null;
  // `deflate` means zlib by the standard, but some servers send it raw: the first byte decides.
  if (encoding === 'deflate') return ((body[0] ?? 0) & 0x0f) === 8 ? inflateSync : inflateRawSync;
  return null;
}
