import { type FlatHeaders, headerValues } from '../../model/headers.ts';
import { threadTime } from '../../runtime/thread-time.ts';
import type { Page } from '../downstream/error-pages.ts';
import type { UserResponse } from '../downstream/types.ts';
import { HeaderBlock } from '../http/headers.ts';
import { endToEndFields } from '../http/hop-by-hop.ts';
import { type ResponseHead, UNKNOWN_LENGTH } from '../http/response-headers.ts';
import type { Pace } from '../upstream/slow-clients.ts';
import { flushWrites, ONE_WRITE_MAX_BYTES } from '../io/write-coalescing.ts';

/** What can be on its way to a client that does not read: the stream's buffer, and a read that exceeds it. */
const BUFFERED_MAX_BYTES = 196_608;
/** Of the interim responses to one request; more than that, nobody is served by. */
const INTERIM_MAX = 64;
const INTERIM_MAX_BYTES = 65_536;

/** Writes one response to the client, with backpressure, and never completes one that broke off. */
export class ResponseWriter {
  /** 0 until the head is decided. */
  status = 0;
  /** True when nothing more will be written. */
  ended = false;
  private readonly response: UserResponse;
  private left = UNKNOWN_LENGTH;
  /** Bytes handed over since the client had taken all. */
  private handed = 0;
  private blockedAtMs = 0;
  private interims = 0;
  private interimBytes = 0;
  /** True while everything waits for the client. */
  blocked = false;

  constructor(response: UserResponse) {
    this.response = response;
    // Running's Date, or none if it sent none: the proxy adds nothing to a response.
    response.sendDate = false;
  }

  /**
   * Takes the head; it is sent with the first bytes of the body, or by `flush`. Throws what node throws for a
   * head that it rejects. `isOld`: the client knows HTTP/1.0 only.
   */
  head(
    status: number,
    reason: string,
    { fields, contentLength, trailer }: ResponseHead,
    { isOld, bodiless, close }: { isOld: boolean; bodiless: boolean; close: boolean },
  ): void {
    const isOpenEnded = contentLength === UNKNOWN_LENGTH;
    // Trailers can be announced only where chunks carry them; node rejects them elsewhere.
    const sent =
      trailer === '' || isOld || !isOpenEnded
        ? fields
        : new HeaderBlock([...fields.flat, 'Trailer', trailer]);
    this.response.begin(status, reason, sent, close, isOpenEnded && !bodiless);
    this.status = status;
    if (bodiless || contentLength === 0) {
      this.ended = true;
      this.response.end();
      return;
    }
    this.left = contentLength;
  }

  /** Forwards 102 Processing, 103 Early Hints and other statuses that may precede the head. */
  interim(status: number, reason: string, fields: FlatHeaders): void {
    for (const text of fields) this.interimBytes += text.length;
    if (++this.interims > INTERIM_MAX || this.interimBytes > INTERIM_MAX_BYTES) return;
    try {
      const connection = headerValues(fields, 'connection').join();
      this.response.writeInterim(status, reason, endToEndFields(fields, connection));
    } catch {
      // What HTTP/2 finds malformed is left out; the response itself is not affected.
    }
  }

  /** Returns false when the client is slow: `resume` is called once it has caught up. The chunk is not kept. */
  data(chunk: Buffer, resume: () => void): boolean {
    if (this.ended) return true;
    const { response } = this;
    if (this.left > 0 && (this.left -= chunk.length) <= 0) {
      this.ended = true;
      if (chunk.length > ONE_WRITE_MAX_BYTES) response.end(Buffer.from(chunk));
      else response.end(chunk.toString('latin1'), 'latin1');
      return true;
    }
    this.handed += chunk.length;
    if (response.write(Buffer.from(chunk))) return true;
    if (!this.blocked) {
      this.blocked = true;
      this.blockedAtMs = threadTime.now();
      response.once('drain', () => {
        this.blocked = false;
        this.handed = 0;
        resume();
      });
    }
    return false;
  }

  /** How the client keeps up with reading; null while it does. */
  pace(nowMs: number): Pace | null {
    return this.blocked
      ? { ms: nowMs - this.blockedAtMs, bytes: Math.min(this.handed, BUFFERED_MAX_BYTES) }
      : null;
  }

  end(trailers: [string, string][]): void {
    if (this.ended) return;
    this.ended = true;
    if (trailers.length !== 0 && this.response.chunkedEncoding) {
      this.response.addTrailers(trailers);
    }
    this.response.end();
  }

  /** Sends a response of the proxy; `close` when the end of the request cannot be found. */
  page(page: Page, close: boolean): void {
    if (this.ended || this.status !== 0) return;
    this.status = page.status;
    this.ended = true;
    this.response.begin(page.status, page.reason, page.fields, close, false);
    this.response.end(page.body, 'latin1');
  }

  /** Breaks the client's connection: an incomplete response must never look complete. */
  break(): void {
    this.ended = true;
    flushWrites();
    this.response.destroy();
  }

  /** Sends a head that is still waiting for its body. */
  flush(): void {
    if (!this.ended) this.response.flushHeaders();
  }
}
