import { randomBytes } from 'node:crypto';
import { METHODS } from 'node:http';
import { headerValues } from '../../model/headers.ts';
import { ChunkReader } from './chunk-reader.ts';
import {
  CONTENT_LENGTH,
  HEAD_END,
  HEADER_LINES,
  LINE_END,
  splitHeaders,
  TOKEN,
  TAB_AT_END,
} from './headers.ts';

const KNOWN: ReadonlySet<string> = new Set(METHODS);
/** Those after which another protocol follows; the first begins HTTP/2 (RFC 9113 section 3.4). */
const NEVER: ReadonlySet<string> = new Set(['PRI', 'CONNECT']);
/** What node's parser gets in place of a method that it does not know; nothing about it is special. */
const STAND_IN = 'POST';
const HEAD = new RegExp(`^[^ ]+ +[\\x21-\\x7e]+ +HTTP/1\\.([01])\\r\\n(${HEADER_LINES})$`);
/** Without these headers a request ends with its head. */
const FRAMED = /(?:^|\r\n)(?:content-length|transfer-encoding|upgrade):/i;
/** A head is given up when it is this many times as large as node accepts, which counts fewer of its bytes. */
const SLACK = 2;
const MARKER_BYTES = 16;
const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const NOTHING = Buffer.alloc(0);

/** Bytes of a body of known length, a chunked body, or null where this reader cannot tell what follows. */
type Framing = number | 'chunked' | null;

/**
 * Lets any method through node's parser, which knows a fixed list and rejects all others (RFC 9110 section 9.1 has
 * no such list). It follows the requests of one connection on their way to that parser. Where a request with an
 * unknown method begins, the method is exchanged for a known one and kept in a header with a secret name, from which
 * `restore` takes it; all other bytes pass as they are.
 *
 * A method exchanged anywhere but at the beginning of a request would change a body, so only what is certain counts:
 * with the first head or chunk that is not in the plainest form, or that asks for another protocol, nothing is exchanged
 * any more, and what node's parser does not know is rejected by it.
 */
export class MethodExchange {
  private readonly marker: string;
  private readonly maxHeadBytes: number;
  private isBlind = false;
  /** The part received of an incomplete head. */
  private partial: Buffer = NOTHING;
  /** Whether that part has been passed on: its method is a known one. */
  private passed = false;
  /** Bytes of a body still to come. */
  private left = 0;
  private chunks: ChunkReader | null = null;

  /** For bytes that begin with a request. `marker`: the secret name of the header. */
  constructor(marker: string, maxHeadBytes: number) {
    this.marker = marker;
    this.maxHeadBytes = maxHeadBytes * SLACK;
  }

  /** The next bytes for node's parser; none while a method may still turn out to be an unknown one. */
  read(bytes: Buffer): Buffer {
    const pieces: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      const from = at;
      if (this.isBlind) at = bytes.length;
      else if (this.chunks !== null) at = this.skipChunks(bytes, at, this.chunks);
      else if (this.left > 0) at = this.skipBody(bytes, at);
      else if (this.partial.length === 0 && isLineEnd(bytes[at])) at++;
      else {
        at = this.readHead(bytes, at, pieces);
        continue;
      }
      pieces.push(bytes.subarray(from, at));
    }
    const [only = NOTHING] = pieces;
    return pieces.length < 2 ? only : Buffer.concat(pieces);
  }

  /** What has been held back, at the end of the connection. */
  end(): Buffer {
    const held = this.passed ? NOTHING : this.partial;
    this.stop();
    return held;
  }

  // Private

  /** Nothing more is exchanged on this connection. */
  private stop(): void {
    this.isBlind = true;
    this.partial = NOTHING;
    this.chunks = null;
  }

  private skipBody(bytes: Buffer, start: number): number {
    const end = Math.min(bytes.length, start + this.left);
    this.left -= end - start;
    return end;
  }

  private skipChunks(bytes: Buffer, start: number, chunks: ChunkReader): number {
    try {
      const end = chunks.read(bytes, start, () => {});
      if (chunks.done) this.chunks = null;
      return end;
    } catch {
      this.stop();
      return bytes.length;
    }
  }

  /** Reads on in a head, passes on what is certain, and returns where it stopped. */
  private readHead(bytes: Buffer, start: number, pieces: Buffer[]): number {
    const { partial, passed } = this;
    const rest = start === 0 ? bytes : bytes.subarray(start);
    const head = partial.length === 0 ? rest : Buffer.concat([partial, rest]);
    const method = methodOf(head);
    const end = head.indexOf(HEAD_END, Math.max(0, partial.length - HEAD_END.length), 'latin1');
    if (end < 0 && method !== null && head.length <= this.maxHeadBytes) {
      this.partial = head;
      this.passed = KNOWN.has(method);
      if (this.passed) pieces.push(passed ? rest : head);
      return bytes.length;
    }
    this.partial = NOTHING;
    this.passed = false;
    const length = end < 0 ? head.length : end + HEAD_END.length;
    const text = head.toString('latin1', 0, length - LINE_END.length);
    const match = end < 0 ? null : HEAD.exec(text);
    if (match === null || method === null || NEVER.has(method)) this.stop();
    else this.expect(framingOf(match[2] ?? '', match[1] === '0'));
    if (passed) pieces.push(head.subarray(partial.length, length));
    else if (match === null || !isUnknown(method)) pieces.push(head.subarray(0, length));
    else pieces.push(this.exchanged(text, method));
    return start + length - partial.length;
  }

  private expect(framing: Framing): void {
    if (framing === null) this.stop();
    else if (framing === 'chunked') this.chunks = new ChunkReader(this.maxHeadBytes);
    else this.left = framing;
  }

  private exchanged(text: string, method: string): Buffer {
    const headers = text.indexOf(LINE_END) + LINE_END.length;
    const line = STAND_IN + text.slice(method.length, headers);
    const marked = `${line}${this.marker}: ${method}${LINE_END}${text.slice(headers)}${LINE_END}`;
    return Buffer.from(marked, 'latin1');
  }
}

/** A name for the header that carries a method, which no client can guess. */
export function createMarker(): string {
  return `X-Vili-Method-${randomBytes(MARKER_BYTES).toString('hex')}`;
}

/** The method that was sent, and the headers without the one that carried it. */
export function restore(
  method: string,
  rawHeaders: readonly string[],
  marker: string,
): { readonly method: string; readonly rawHeaders: readonly string[] } {
  const [name, value = ''] = rawHeaders;
  return name === marker
    ? { method: value, rawHeaders: rawHeaders.slice(2) }
    : { method, rawHeaders };
}

// Private

function isUnknown(method: string | null): method is string {
  return method !== null && !KNOWN.has(method) && !NEVER.has(method);
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === CR || byte === LF;
}

/** The method at the beginning of a head, '' while it is incomplete; null for what cannot be one. */
function methodOf(head: Buffer): string | null {
  const end = head.indexOf(SPACE);
  const method = head.toString('latin1', 0, end < 0 ? head.length : end);
  if (!TOKEN.test(method)) return null;
  return end < 0 ? '' : method;
}

/** Where a request with these header lines ends. */
function framingOf(lines: string, isOld: boolean): Framing {
  if (!FRAMED.test(lines)) return 0;
  if (TAB_AT_END.test(lines)) return null;
  const headers = splitHeaders(lines, 0);
  if (headerValues(headers, 'upgrade').length > 0) return null;
  const codings = headerValues(headers, 'transfer-encoding');
  const [length = '', ...lengths] = headerValues(headers, 'content-length');
  if (codings.length === 0)
    return lengths.length === 0 && CONTENT_LENGTH.test(length) ? Number(length) : null;
  const isChunked = codings.length === 1 && codings[0]?.toLowerCase() === 'chunked';
  return isChunked && length === '' && !isOld ? 'chunked' : null;
}
