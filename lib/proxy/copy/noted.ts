import { isSafeMethod } from '../../model/exchange.ts';
import { type FlatHeaders, headerValues } from '../../model/headers.ts';
import { concatenated } from '../io/buffers.ts';

/** A response to a log-in that is larger hands out no token. */
const MAX_BODY_BYTES = 16_384;
const SET_COOKIE = 'set-cookie';

/** The response to a request, as far as it may tell that running now knows more of its client. */
export class NotedHead {
  readonly status: number;
  readonly headers: FlatHeaders;
  #chunks: Buffer[] | null;
  #bytes = 0;

  private constructor(status: number, headers: FlatHeaders, keepsBody: boolean) {
    this.status = status;
    this.headers = headers;
    this.#chunks = keepsBody ? [] : null;
  }

  /** Null for nearly all responses: those to safe requests that set no cookie, and refusals. */
  static of(method: string, status: number, headers: FlatHeaders): NotedHead | null {
    const isWrite = !isSafeMethod(method);
    if (isWrite ? status >= 400 : !hasCookie(headers)) return null;
    return new NotedHead(status, headers, isWrite && mayHandOut(headers));
  }

  /** Keeps a copy of the chunk while the body is small. */
  add(chunk: Buffer): void {
    if (this.#chunks === null) return;
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_BODY_BYTES) this.#chunks = null;
    else this.#chunks.push(Buffer.from(chunk));
  }

  get body(): Buffer | null {
    return this.#chunks === null ? null : concatenated(this.#chunks);
  }
}

// Private

function hasCookie(headers: FlatHeaders): boolean {
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index];
    if (name?.length === SET_COOKIE.length && name.toLowerCase() === SET_COOKIE) return true;
  }
  return false;
}

function mayHandOut(headers: FlatHeaders): boolean {
  const [type = ''] = headerValues(headers, 'content-type');
  const [length = '0'] = headerValues(headers, 'content-length');
  return /json|text\/plain/i.test(type) && Number(length) <= MAX_BODY_BYTES;
}
