import { BadResponseError } from '../upstream/errors.ts';
import { ChunkReader } from './chunk-reader.ts';
import { LastSeen } from './last-seen.ts';
import { isNoHead, type RawResponseHead, readRawResponseHead } from './response-head.ts';
import { isBodiless, type ResponseHead, UNKNOWN_LENGTH } from './response-headers.ts';

const HEAD_END = '\r\n\r\n';
const LINE_END = '\r\n';
const LETTER_H = 0x48;
const CONTINUE = 100;
const SWITCHING = 101;
const NO_TRAILERS: readonly string[] = [];

/** What comes out of the bytes of an answer. */
export interface ResponseEvents {
  interim(head: RawResponseHead): void;
  head(status: number, reason: string, head: ResponseHead): void;
  data(piece: Buffer): void;
  complete(trailers: readonly string[]): void;
  /** `behind`: bytes of the new protocol that came together with the head; they may be kept. */
  upgraded(head: RawResponseHead, behind: Buffer): void;
}

/** What the request says about its answer. */
export interface Asked {
  readonly method: string;
  readonly upgrade: string;
}

/**
 * Reads the answers that come on one connection, one after the other, in whatever pieces (RFC 9112). A
 * `100 Continue` is left out: the gate answers `Expect` itself, so no request asks for one, yet servers
 * send it, and a client must be able to take any number (RFC 9110 section 15.2).
 */
export class ResponseReader {
  /** Whether the connection can be used for another request, once the answer is complete. */
  keepsConnection = false;
  /** How long it can at most be idle, ms; null when running has not said so. */
  idleMs: number | null = null;
  private readonly maxHeadBytes: number;
  private readonly events: ResponseEvents;
  private asked: Asked | null = null;
  private phase: 'none' | 'head' | 'length' | 'chunks' | 'close' = 'none';
  private partial: Buffer | null = null;
  private left = 0;
  /** A server says much the same with each answer of a second, so the last head is remembered. */
  private readonly known = new LastSeen<RawResponseHead>();
  private chunks: ChunkReader | null = null;

  constructor(maxHeadBytes: number, events: ResponseEvents) {
    this.maxHeadBytes = maxHeadBytes;
    this.events = events;
  }

  /** A request is being sent: what comes next is its answer. */
  expect(asked: Asked): void {
    this.asked = asked;
    this.phase = 'head';
    this.partial = null;
  }

  /** The answer under way is over, whatever comes. */
  stop(): void {
    this.phase = 'none';
    this.partial = null;
    this.chunks = null;
  }

  /**
   * Reads on; keeps nothing of the bytes, nor may those who are told.
   * @throws BadResponseError when the bytes are no answer; with those, nothing is known of the connection.
   */
  read(given: Buffer): void {
    let bytes = given;
    if (this.partial !== null) {
      bytes = Buffer.concat([this.partial, given]);
      this.partial = null;
    }
    let at = 0;
    while (this.phase === 'head' && at < bytes.length) at = this.readHead(bytes, at);
    if (this.phase !== 'none' && at < bytes.length) this.readBody(bytes, at);
  }

  /** The connection has ended in order. True when that was the end of the answer; it is complete then. */
  ended(): boolean {
    if (this.phase === 'close') {
      this.finish(NO_TRAILERS);
      return true;
    }
    if (this.partial !== null) assertHeadBegins(this.partial);
    return false;
  }

  // Private

  /** Tells where it stopped; at the end of the bytes when the head is not whole yet. */
  private readHead(bytes: Buffer, start: number): number {
    const known = this.known.find(bytes, start);
    if (known !== null) {
      const next = start + this.known.length;
      this.begin(known, next < bytes.length);
      return next;
    }
    const begin = bytes[start] === LETTER_H ? start : skipEmptyLines(bytes, start);
    const end = bytes.indexOf(HEAD_END, begin, 'latin1');
    if ((end < 0 ? bytes.length : end) - begin > this.maxHeadBytes) {
      throw new BadResponseError(
        `the head of the answer is larger than ${this.maxHeadBytes} bytes`,
      );
    }
    if (end < 0) {
      const partial = bytes.subarray(begin);
      assertHeadBegins(partial);
      this.partial = Buffer.from(partial);
      return bytes.length;
    }
    const head = readRawResponseHead(bytes.toString('latin1', begin, end + LINE_END.length));
    if (head === null) throw new BadResponseError('the head of the answer is malformed');
    const next = end + HEAD_END.length;
    if (head.status === SWITCHING) return this.upgrade(head, bytes, next);
    if (head.status >= 200) {
      this.known.keep(bytes, begin, next, head);
      this.begin(head, next < bytes.length);
    } else if (head.status !== CONTINUE) this.events.interim(head);
    return next;
  }

  private begin({ status, reason, minor, meaning: head }: RawResponseHead, hasMore: boolean): void {
    if (head.problem !== null) throw new BadResponseError(head.problem);
    const { contentLength, chunked } = head;
    this.keepsConnection = head.keepsAlive ?? minor !== 0;
    this.idleMs = head.idleMs;
    const isEmpty = isBodiless(this.asked?.method, status) || contentLength === 0;
    if (!isEmpty) this.expectBody(contentLength, chunked, minor);
    this.events.head(status, reason, head);
    if (isEmpty && this.phase !== 'none') this.finish(NO_TRAILERS, hasMore);
  }

  private expectBody(contentLength: number, chunked: boolean, minor: number): void {
    if (chunked) {
      this.phase = 'chunks';
      this.chunks = new ChunkReader(this.maxHeadBytes);
      // A server of HTTP/1.0 that sends chunks may not know where they end.
      this.keepsConnection &&= minor !== 0;
    } else if (contentLength !== UNKNOWN_LENGTH) {
      this.phase = 'length';
      this.left = contentLength;
    } else {
      this.phase = 'close';
      this.keepsConnection = false;
    }
  }

  private upgrade(head: RawResponseHead, bytes: Buffer, next: number): number {
    if (this.asked?.upgrade === '') throw new BadResponseError('a 101 that was not asked for');
    this.stop();
    this.events.upgraded(head, Buffer.from(bytes.subarray(next)));
    return bytes.length;
  }

  private readBody(bytes: Buffer, start: number): void {
    const { events, chunks } = this;
    if (chunks !== null) {
      const stop = chunks.read(bytes, start, (piece) => {
        if (this.chunks === chunks) events.data(piece);
      });
      if (this.chunks === chunks && chunks.done) this.finish(chunks.trailers, stop < bytes.length);
      return;
    }
    if (this.phase === 'close') return events.data(start === 0 ? bytes : bytes.subarray(start));
    const end = Math.min(bytes.length, start + this.left);
    this.left -= end - start;
    const isLast = this.left === 0;
    events.data(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
    if (isLast && this.phase === 'length') this.finish(NO_TRAILERS, end < bytes.length);
  }

  /** `hasMore`: bytes behind the answer, which nobody can have asked for. */
  private finish(trailers: readonly string[], hasMore = false): void {
    if (hasMore) this.keepsConnection = false;
    this.stop();
    this.events.complete(trailers);
  }
}

function assertHeadBegins(bytes: Buffer): void {
  if (isNoHead(bytes)) throw new BadResponseError('the answer is not HTTP');
}

/** RFC 9112 section 2.2: empty lines in front of a message do no harm. */
function skipEmptyLines(bytes: Buffer, start: number): number {
  let at = start;
  while (bytes[at] === 0x0d && bytes[at + 1] === 0x0a) at += LINE_END.length;
  return at;
}
