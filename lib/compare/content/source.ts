import type { Site } from '../address/site.ts';
import type { FlatHeaders } from '../../model/headers.ts';
import { charsetOf, mediaType } from './media-type.ts';
import { isBinaryText, textOf } from './charset.ts';

/** A body without its content encodings, from which a kind of content is read. */
export class Source {
  readonly headers: FlatHeaders;
  readonly bytes: Buffer;
  /** The declared media type; empty where there is none. */
  readonly type: string;
  /** The addresses of the servlets are told from that of their users. */
  readonly site: Site;
  /** Only what it is may be found out, not what is in it, where that is costly. */
  readonly isShallow: boolean;
  #text: string | null | undefined;

  constructor(headers: FlatHeaders, bytes: Buffer, site: Site, isShallow = false) {
    this.headers = headers;
    this.bytes = bytes;
    this.type = mediaType(headers);
    this.site = site;
    this.isShallow = isShallow;
  }

  /** The bytes as text, null where they are none. */
  get text(): string | null {
    if (this.#text === undefined) {
      const text = textOf(this.bytes, charsetOf(this.headers));
      this.#text = text === null || isBinaryText(text) ? null : text;
    }
    return this.#text;
  }

  /** The first byte that is not a space, -1 where there is none. */
  get first(): number {
    for (const byte of this.bytes) if (!isSpace(byte)) return byte;
    return -1;
  }
}

// Private

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}
