/** One parsed HTTP/1 message, byte for byte in Latin-1. For specs only: nothing is validated. */
export interface Message {
  readonly startLine: string;
  readonly headers: readonly Field[];
  readonly body: string;
  readonly trailers: readonly Field[];
  readonly framing: 'none' | 'length' | 'chunked' | 'close';
  /** False while bytes are missing, or when they never arrived. */
  readonly whole: boolean;
  /** Where the next message begins. */
  readonly end: number;
}

export type Field = readonly [name: string, value: string];

const LINE_END = '\r\n';
const HEAD_END = '\r\n\r\n';
const BODILESS = /^HTTP\/1\.\d (?:1\d\d|204|304)/;

/** Reads a message; null while its head is incomplete. `ended`: nothing more will arrive. */
export function readMessage(
  text: string,
  from: number,
  { ended = false, isHeadResponse = false } = {},
): Message | null {
  const headEnd = text.indexOf(HEAD_END, from);
  if (headEnd < 0) return null;
  const [startLine = '', ...lines] = text.slice(from, headEnd).split(LINE_END);
  const headers = lines.map(fieldOf);
  const at = headEnd + HEAD_END.length;
  const isResponse = startLine.startsWith('HTTP/');
  if (isHeadResponse || BODILESS.test(startLine)) return bodiless(startLine, headers, at);
  if (/(?:^|,\s*)chunked$/i.test(valueOf(headers, 'transfer-encoding') ?? '')) {
    return { startLine, headers, framing: 'chunked', ...readChunks(text, at) };
  }
  const length = valueOf(headers, 'content-length');
  if (length === null && !isResponse) return bodiless(startLine, headers, at);
  const end = length === null ? text.length : Math.min(text.length, at + Number(length));
  return {
    startLine,
    headers,
    body: text.slice(at, end),
    trailers: [],
    framing: length === null ? 'close' : 'length',
    whole: length === null ? ended : end === at + Number(length),
    end,
  };
}

/** The values of a header, joined as RFC 9110 section 5.3 does; null without any. */
export function valueOf(headers: readonly Field[], lowerName: string): string | null {
  const values = headers.filter(([name]) => name.toLowerCase() === lowerName);
  return values.length === 0 ? null : values.map(([, value]) => value).join(', ');
}

/** The headers with other names. */
export function without(headers: readonly Field[], ...lowerNames: readonly string[]): Field[] {
  return headers.filter(([name]) => !lowerNames.includes(name.toLowerCase()));
}

// Private

function bodiless(startLine: string, headers: Field[], end: number): Message {
  return { startLine, headers, body: '', trailers: [], framing: 'none', whole: true, end };
}

function fieldOf(line: string): Field {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).replaceAll(/^[ \t]+|[ \t]+$/g, '')];
}

function readChunks(
  text: string,
  from: number,
): { body: string; trailers: Field[]; whole: boolean; end: number } {
  let body = '';
  let at = from;
  for (;;) {
    const lineEnd = text.indexOf(LINE_END, at);
    if (lineEnd < 0) return { body, trailers: [], whole: false, end: text.length };
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    at = lineEnd + LINE_END.length;
    if (size === 0) break;
    body += text.slice(at, at + size);
    at += size + LINE_END.length;
  }
  // An empty line right after the last chunk ends a message without trailers.
  const trailersEnd = text.indexOf(HEAD_END, at - LINE_END.length);
  if (trailersEnd < 0) return { body, trailers: [], whole: false, end: text.length };
  const lines = text.slice(at, Math.max(at, trailersEnd)).split(LINE_END);
  const trailers = lines.filter((line) => line !== '').map(fieldOf);
  return { body, trailers, whole: true, end: trailersEnd + HEAD_END.length };
}
