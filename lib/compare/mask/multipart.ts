import { createHash } from 'node:crypto';
import { type FlatHeaders, headerValues } from '../../model/headers.ts';
import type { MaskedText } from './json.ts';

const MAX_PARTS = 500;
const MAX_BOUNDARY = 200;
const PLAIN_ENCODINGS = new Set(['', '7bit', '8bit', 'binary']);

export interface MultipartMasking {
  headers(headers: FlatHeaders): string[];
  /** Whether a part of this name is masked as a whole. */
  isCredential(name: string): boolean;
  /** The masked content of a part; null when it cannot be searched. */
  body(headers: FlatHeaders, bytes: Buffer): MaskedText | null;
  readonly mask: string;
}

/**
 * The parts of a `multipart/…` body, each masked by its name and its own type; what cannot be searched is
 * replaced by its size and hash. Null when the parts cannot be told apart.
 */
export function maskMultipart(
  contentType: string,
  bytes: Buffer,
  masking: MultipartMasking,
): MaskedText | null {
  const boundary = parameter(contentType, 'boundary');
  if (boundary === null || boundary === '' || boundary.length > MAX_BOUNDARY) return null;
  // One character for each byte, so that parts which are no text keep their places.
  const [preamble = '', ...sections] = `\r\n${bytes.toString('latin1')}`.split(`\r\n--${boundary}`);
  const epilogue = sections.pop();
  if (epilogue === undefined || sections.length > MAX_PARTS) return null;
  if (!epilogue.startsWith('--') || epilogue.slice(2).trim() !== '' || preamble.trim() !== '') {
    return null;
  }
  let masked = false;
  let text = '';
  for (const section of sections) {
    const part = maskPart(section, masking);
    if (part === null) return null;
    masked ||= part.masked;
    text += `--${boundary}${part.text}\r\n`;
  }
  return { text: `${text}--${boundary}${epilogue}`, masked: masked || preamble !== '' };
}

/** What is kept of a body that cannot be searched: enough to tell whether two are the same. */
export function hashOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

// Private

function maskPart(section: string, masking: MultipartMasking): MaskedText | null {
  const begin = section.indexOf('\r\n');
  const end = section.indexOf('\r\n\r\n', begin);
  if (begin === -1 || end === -1 || section.slice(0, begin).trim() !== '') return null;
  const head = section.slice(begin, end);
  // A header may go on in the next line, which begins with a space.
  const unfolded = head.replace(/\r\n[ \t]+/g, ' ');
  const lines = unfolded.split('\r\n').filter((line) => line !== '');
  const headers = lines.flatMap((line) => {
    const at = line.indexOf(':');
    const text = Buffer.from(line, 'latin1').toString('utf8');
    return at < 1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  });
  const shown = masking.headers(headers);
  const body = Buffer.from(section.slice(end + 4), 'latin1');
  const content = contentOf(headers, body, masking);
  const masked = content.masked || shown.some((text, index) => text !== headers[index]);
  const shownLines = lines.map((line, index) =>
    line.includes(':') ? `${shown[2 * index] ?? ''}:${shown[2 * index + 1] ?? ''}` : masking.mask,
  );
  const isOdd = unfolded !== head || lines.some((line) => !line.includes(':'));
  return {
    text: `\r\n${shownLines.map((line) => `${line}\r\n`).join('')}\r\n${content.text}`,
    masked: masked || isOdd,
  };
}

function contentOf(headers: FlatHeaders, body: Buffer, masking: MultipartMasking): MaskedText {
  const name = parameter(headerValues(headers, 'content-disposition')[0] ?? '', 'name');
  if (name !== null && masking.isCredential(name)) return { text: masking.mask, masked: true };
  const encoding = headerValues(headers, 'content-transfer-encoding').join().trim().toLowerCase();
  const found = PLAIN_ENCODINGS.has(encoding) ? masking.body(headers, body) : null;
  return found ?? { text: `[left out: ${body.length} bytes, ${hashOf(body)}]`, masked: true };
}

/** A parameter of a header: `name="a b"`. */
function parameter(header: string, name: string): string | null {
  const pattern = /;\s*([\w*-]{1,40})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g;
  for (const [, key = '', quoted, token = ''] of header.matchAll(pattern)) {
    if (key.toLowerCase().replace(/\*$/, '') !== name) continue;
    return quoted === undefined ? token : quoted.replace(/\\(.)/g, '$1');
  }
  return null;
}
