import { isUtf8 } from 'node:buffer';
import { type FlatHeaders, headerValues } from '../../model/headers.ts';
import { isJsonType, mediaType } from '../content/media-type.ts';
import { MASKED } from '../json/parse.ts';
import type { MaskedText } from './json.ts';
import { maskMultipart } from './multipart.ts';
import { MARK } from './values.ts';

/** A larger body is left out, since all of it would have to be searched. */
const MAX_BYTES = 1_048_576;
const MAX_NESTED = 3;
/** Searched beyond what is kept: a secret that the cut divides is still seen. */
const MARGIN = 4096;
const FORM = 'application/x-www-form-urlencoded';
/** Besides `text/…`, `…+xml` and `…+yaml`. */
const TEXT_TYPES = new Set([
  '',
  'application/xml',
  'application/javascript',
  'application/ecmascript',
  'application/yaml',
  'application/x-yaml',
  'application/graphql',
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonlines',
  'application/toml',
]);
const TABLE_TYPES = new Set(['text/csv', 'text/tab-separated-values', 'application/csv']);
/** No text has them, but text in UTF-16 and binary formats do. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f\u007f\ufffd]/;
const JSON_LINE = /^((?:data|event|id)?:? ?)([{[][^\n]*)$/gm;

export interface BodyMasking {
  headers(headers: FlatHeaders): string[];
  /** What remains of a text of any kind. */
  text(text: string): string;
  form(text: string): string;
  /** Null when the text is not JSON. */
  json(text: string): MaskedText | null;
  /** Whether a parameter or a part of this name is masked as a whole. */
  isCredential(name: string): boolean;
  /** Characters that are kept of a body; of a text no more has to be searched. */
  readonly kept: number;
}

/** A body, its content encodings removed, as masked text; null when it cannot be searched. */
export function maskBody(
  headers: FlatHeaders,
  bytes: Buffer,
  masking: BodyMasking,
  nested = 0,
): MaskedText | null {
  if (bytes.length === 0) return { text: '', masked: false };
  if (bytes.length > MAX_BYTES) return null;
  const type = mediaType(headers);
  if (type.startsWith('multipart/')) {
    if (nested >= MAX_NESTED) return null;
    const [contentType = ''] = headerValues(headers, 'content-type');
    return maskMultipart(contentType, bytes, {
      ...masking,
      body: (ofPart, content) => maskBody(ofPart, content, masking, nested + 1),
      mask: MASKED,
    });
  }
  if (!isUtf8(bytes)) return null;
  const text = bytes.toString('utf8');
  if (CONTROL.test(text) || !isReadableCharset(headers)) return null;
  return maskText(type, text, masking);
}

// Private

function maskText(type: string, text: string, masking: BodyMasking): MaskedText | null {
  // Clients often name another type than they send.
  const found = /^[\s\ufeff]*[[{"]/.test(text) ? masking.json(text) : null;
  if (found !== null) return found;
  if (isJsonType(type)) return null;
  const cut = text.length > masking.kept + MARGIN;
  const head = cut ? text.slice(0, masking.kept + MARGIN) : text;
  if (TABLE_TYPES.has(type)) return maskTable(head, masking, cut);
  if (type === FORM) return result(head, masking.form(head), cut);
  const isText = TEXT_TYPES.has(type) || type.startsWith('text/') || /\+(?:xml|yaml)$/.test(type);
  if (!isText) return null;
  const lines = head.replace(JSON_LINE, (line, begin: string, document: string) => {
    const masked = masking.json(document);
    return masked?.masked === true ? begin + masked.text : line;
  });
  return result(head, masking.text(lines), cut);
}

/** A table whose first line names a credential has it in every line, in any notation. */
function maskTable(text: string, masking: BodyMasking, cut: boolean): MaskedText | null {
  const [head = ''] = text.split('\n', 1);
  const names = head.split(/[,;\t|]/).map((name) => name.replace(/["'\s]/g, ''));
  if (names.some((name) => masking.isCredential(name))) return null;
  return result(text, masking.text(text), cut);
}

function result(before: string, after: string, cut: boolean): MaskedText {
  return after === before
    ? { text: before, masked: false, cut }
    : { text: after.replaceAll(MARK, MASKED), masked: true, cut };
}

/** Bytes that claim another encoding would read otherwise in it. */
function isReadableCharset(headers: FlatHeaders): boolean {
  const [type = ''] = headerValues(headers, 'content-type');
  const charset = /;\s*charset\s*=\s*["']?([\w-]+)/i.exec(type)?.[1]?.toLowerCase() ?? 'utf-8';
  return !/^(?:utf-?(?:7|16|32)|ebcdic|cp\d{3}$|ibm)/.test(charset);
}
