import type { Site } from '../address/site.ts';
import type { FlatHeaders } from '../../model/headers.ts';
import { type Decoded, decodeContent } from './decode.ts';
import { html } from './html/html.ts';
import { json } from './json/json.ts';
import type { Comparing, ContentKind, Document } from './kind.ts';
import { createMultipart } from './multipart.ts';
import { nothing } from './nothing.ts';
import { opaque } from './opaque.ts';
import { Source } from './source.ts';
import { text } from './text.ts';
import { xml } from './xml/xml.ts';

/** The kinds of content; the first that recognises a body reads it, and the last takes any. */
const KINDS: readonly ContentKind[] = [
  nothing,
  json,
  html,
  xml,
  createMultipart({ read: documentOf, isSame: isSameContent, compare: compareContent }),
  text,
  opaque,
] as unknown as ContentKind[];

export interface ReadBody {
  readonly document: Document;
  /** Bytes without content encodings. */
  readonly length: number;
}

export type Reading = ReadBody | Extract<Decoded, { ok: false }>;

/** What a body is and what is in it, or why its content encoding cannot be removed. */
export function readContent(
  headers: FlatHeaders,
  bytes: Buffer,
  site: Site,
  maxBytes: number,
  isShallow = false,
): Reading {
  const decoded = decodeContent(headers, bytes, maxBytes);
  if (!decoded.ok) return decoded;
  const document = documentOf(new Source(headers, decoded.bytes, site, isShallow));
  return { document, length: decoded.bytes.length };
}

/** Whether users see the same kind of content; running's may be worse. */
export function isSameContent(running: Document, testing: Document): boolean {
  if (running.kind !== testing.kind) return false;
  const kind = KINDS.find((one) => one.kind === running.kind);
  return running.label === testing.label || kind?.accepts?.(running, testing) === true;
}

/** Adds the differences between two documents with one label; false where only bytes tell. */
export function compareContent(
  running: Document,
  testing: Document,
  comparing: Comparing,
): boolean {
  const kind = KINDS.find((one) => one.kind === running.kind);
  if (kind?.compare === undefined || kind.compare === null) return false;
  kind.compare(running, testing, comparing);
  return true;
}

// Private

function documentOf(source: Source): Document {
  for (const kind of KINDS) {
    const document = kind.read(source);
    if (document !== null) return document;
  }
  return { kind: 'opaque', label: 'binary data' };
}
