import { isUtf8 } from 'node:buffer';
import type { ContentKind, Document } from './kind.ts';
import { charsetOf } from './media-type.ts';
import type { Source } from './source.ts';

/* oxlint-disable no-control-regex -- they are bytes */
/** How files begin, as one byte per character, and what they are. */
const MAGIC: readonly (readonly [beginning: RegExp, label: string])[] = [
  [/^\x89PNG/, 'a PNG image'],
  [/^\xff\xd8\xff/, 'a JPEG image'],
  [/^GIF8/, 'a GIF image'],
  [/^RIFF.{4}WEBP/s, 'a WebP image'],
  [/^.{4}ftyp(?:avif|heic|mif1)/s, 'an AVIF image'],
  [/^%PDF-/, 'a PDF'],
  [/^PK[\x03\x05]/, 'a ZIP archive'],
  [/^\x1f\x8b/, 'a gzip archive'],
  [/^7z\xbc\xaf/, 'a 7z archive'],
  [/^BZh\d/, 'a bzip2 archive'],
  [/^\x28\xb5\x2f\xfd/, 'a zstd archive'],
  [/^wOF[F2]/, 'a font'],
];
/* oxlint-enable no-control-regex */
const MAGIC_BYTES = 16;
/** Written by a build for browsers, each time anew: its lines say nothing to anyone. */
const CODE: readonly (readonly [type: RegExp, label: string])[] = [
  [/^(?:application|text)\/(?:x-)?(?:java|ecma)script$/, 'a script'],
  [/^text\/css$/, 'a style sheet'],
];

export interface OpaqueContent extends Document {
  readonly kind: 'opaque';
}

/** Images, documents, archives, code: by what they are, by size and by hash. */
export const opaque: ContentKind<OpaqueContent> = {
  kind: 'opaque',
  read: (source) => ({ kind: 'opaque', label: labelOf(source) ?? unknownLabel(source) }),
  compare: null,
};

/** Whether the body is known to be no text for people, or not known to be text at all. */
export function isOpaque(source: Source): boolean {
  if (labelOf(source) !== null) return true;
  const isText = source.type === '' || /^text\/|\+xml$|xml$|yaml$/.test(source.type);
  return !isText && charsetOf(source.headers) === null && !isUtf8(source.bytes);
}

// Private

function labelOf({ bytes, type }: Source): string | null {
  const head = bytes.toString('latin1', 0, MAGIC_BYTES);
  const found =
    MAGIC.find(([beginning]) => beginning.test(head)) ?? CODE.find(([one]) => one.test(type));
  return found?.[1] ?? null;
}

function unknownLabel({ type }: Source): string {
  return type === '' ? 'binary data' : type;
}
