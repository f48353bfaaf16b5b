import { GrowingBuffer } from '../io/buffers.ts';
import { ChunkReader } from './chunk-reader.ts';
import { HEAD_END, LINE_END } from './headers.ts';
import { endToEndFields } from './hop-by-hop.ts';
import { LastSeen } from './last-seen.ts';
import {
  assertHeadBegins,
  BadResponseError,
  type RawResponseHead,
  readRawResponseHead,
} from './response-head.ts';
import { isBodiless, type ResponseHead, UNKNOWN_LENGTH } from './response-headers.ts';

const LETTER_H = 0x48;
const CONTINUE = 100;
const SWITCHING = 101;
const NO_TRAILERS: readonly string[] = [];

/** What the bytes of a response contain. */
export interface ResponseEvents {
  interim(head: RawResponseHead): void;
  head(status: number, reason: string, head: ResponseHead): void;
  data(piece: Buffer): void;
  complete(trailers: readonly string[]): void;
  /** `early`: bytes of the new protocol that came together with the head; they may be kept. */
  upgraded(head: RawResponseHead, early: Buffer): void;
}

/** What must be known of a request to read its response. */
interface SentRequest {
  readonly method: string;
  readonly upgrade: string;
}

/**
 * Reads the responses on one connection, one after the other, in whatever pieces they come (RFC 9112). A
 * `100 Continue` is dropped: the proxy handles `Expect` itself, so no request asks for one, yet servers send
 * it, and a client must accept any number (RFC 9110 section 15.2).
 */
export class ResponseReader {
  /** Whether the connection can be used for another request, once the response is complete. */
  keepsConnection = false;
  /** How long running keeps the connection idle, ms; null when it does not say. */
  idleMs: number | null = null;
  private readonly maxHeadBytes: number;
  private readonly events: ResponseEvents;
  private request: SentRequest | null = null;
  /** The `Connection` header of the current response. */
  private connection = '';
  private phase: 'none' | 'head' | 'length' | 'chunks' | 'close' = 'none';
  private partial: GrowingBuffer | null = null;
  /** How far the partial head has been searched for its end. */
  private searched = 0;
  private left = 0;
  /** A server sends nearly the same head with all responses within a second, so the last one is cached. */
  private readonly lastHead = new LastSeen<RawResponseHead>();
  private chunks: ChunkReader | null = null;

  constructor(maxHeadBytes: number, events: ResponseEvents) {
    this.maxHeadBytes = maxHeadBytes;
    this.events = events;
  }

  /** Expects the response to a request that is being sent. */
  expect(request: SentRequest): void {
    this.request = request;
    this.phase = 'head';
    this.partial = null;
  }

  /** Ends the current response, whatever comes. */
  stop(): void {
    this.phase = 'none';
    this.partial = null;
    this.chunks = null;
  }

  /**
   * Reads on. Neither the reader nor the receiver of its events may keep the bytes.
   * @throws BadResponseError when the bytes are not a response; the connection is unusable then.
   */
  read(given: Buffer): void {
    let bytes = given;
    if (this.partial !== null) bytes = this.partial.append(given);
    let at = 0;
    while (this.phase === 'head' && at < bytes.length) at = this.readHead(bytes, at);
    if (this.phase !== 'none' && at < bytes.length) this.readBody(bytes, at);
  }

  /** The connection has ended cleanly. True when that ended, and so completed, the response. */
  ended(): boolean {
    if (this.phase === 'close') {
      this.finish(NO_TRAILERS);
      return true;
    }
    if (this.partial !== null) assertHeadBegins(this.partial.bytes);
    return false;
  }

  // Private

  /** Returns where it stopped: at the end of the bytes when the head is incomplete. */
  private readHead(bytes: Buffer, start: number): number {
    const lastHead = this.lastHead.find(bytes, start);
    if (lastHead !== null) {
      this.partial = null;
      const next = start + this.lastHead.length;
      this.begin(lastHead, next < bytes.length);
      return next;
    }
    const begin = bytes[start] === LETTER_H ? start : skipEmptyLines(bytes, start);
    const from = this.partial === null ? begin : Math.max(begin, this.searched - HEAD_END.length);
    const end = bytes.indexOf(HEAD_END, from, 'latin1');
    if ((end < 0 ? bytes.length : end) - begin > this.maxHeadBytes) {
      throw new BadResponseError(
        `the head of the response is larger than ${this.maxHeadBytes} bytes`,
      );
    }
    if (end < 0) {
      this.keepPartial(bytes, begin);
      return bytes.length;
    }
    this.partial = null;
    const head = readRawResponseHead(bytes.toString('latin1', begin, end + LINE_END.length));
    if (head === null) throw new BadResponseError('the head of the response is malformed');
    const next = end + HEAD_END.length;
    if (head.status === SWITCHING) return this.upgrade(head, bytes, next);
    if (head.status >= 200) {
      this.lastHead.keep(bytes, begin, next, head);
      this.begin(head, next < bytes.length);
    } else if (head.status !== CONTINUE) this.events.interim(head);
    return next;
  }

  private keepPartial(bytes: Buffer, begin: number): void {
    assertHeadBegins(bytes.subarray(begin));
    if (this.partial === null || begin !== 0) {
      this.partial = new GrowingBuffer();
      this.partial.append(bytes.subarray(begin));
    }
    this.searched = bytes.length - begin;
  }

  private begin({ status, reason, minor, meaning: head }: RawResponseHead, hasMore: boolean): void {
    if (head.problem !== null) throw new BadResponseError(head.problem);
    const { contentLength, chunked } = head;
    this.keepsConnection = head.keepsAlive ?? minor !== 0;
    this.idleMs = head.idleMs;
    this.connection = head.connection;
    const isEmpty = isBodiless(this.request?.method, status) || contentLength === 0;
    if (!isEmpty) this.expectBody(contentLength, chunked, minor);
    this.events.head(status, reason, head);
    if (isEmpty && this.phase !== 'none') this.finish(NO_TRAILERS, hasMore);
  }

  private expectBody(contentLength: number, chunked: boolean, minor: number): void {
    if (chunked) {
      this.phase = 'chunks';
      this.chunks = new ChunkReader(this.maxHeadBytes);
      // An HTTP/1.0 server that sends chunks may not know where they end.
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
    if (this.request?.upgrade === '') throw new BadResponseError('an unrequested 101');
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

  /** `hasMore`: bytes follow the response, which no request can have caused. */
  private finish(trailers: readonly string[], hasMore = false): void {
    if (hasMore) this.keepsConnection = false;
    this.stop();
    this.events.complete(
      trailers.length === 0 ? trailers : endToEndFields(trailers, this.connection),
    );
  }
}

/** RFC 9112 section 2.2: empty lines before a message are ignored. */
function skipEmptyLines(bytes: Buffer, start: number): number {
  let at = start;
  while (bytes[at] === 0x0d && bytes[at + 1] === 0x0a) at += LINE_END.length;
  return at;
}
