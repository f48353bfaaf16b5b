import { createHash, timingSafeEqual } from 'node:crypto';

/** How a person asks for the version under test, and what that allows. */
export interface PreviewSettings {
  /** The header that holds the token. */
  readonly header: string;
  /** The cookie that may hold it; '' for none. */
  readonly cookie: string;
  readonly token: string;
  /** Whether requests that may change something are let through. */
  readonly unsafe: boolean;
  /** At once. */
  readonly maxRequests: number;
}

/** What a `Cookie` header is without the token's. */
interface Cookies {
  /** Null: nothing is left. */
  readonly rest: string | null;
  readonly isToken: boolean;
}

/** Recognizes the token in the head of a request, and takes off what may hold it, right or wrong. */
export class PreviewRules {
  /** Lower case. */
  readonly header: string;
  private readonly cookie: string;
  private readonly digest: Buffer;

  constructor({ header, cookie, token }: PreviewSettings) {
    this.header = header.toLowerCase();
    this.cookie = cookie;
    this.digest = digestOf(token);
  }

  isHeader(name: string): boolean {
    return name.length === this.header.length && name.toLowerCase() === this.header;
  }

  isCookies(name: string): boolean {
    return this.cookie !== '' && name.length === COOKIE.length && name.toLowerCase() === COOKIE;
  }

  /** In a time that says nothing of the token. */
  isToken(value: string): boolean {
    return timingSafeEqual(digestOf(value), this.digest);
  }

  /** The cookies of one header, byte for byte, without those that may hold the token. */
  withoutCookie(value: string): Cookies {
    const pairs = value.split(';');
    const kept: string[] = [];
    let isToken = false;
    for (const pair of pairs) {
      const at = pair.indexOf('=');
      if (at < 0 || pair.slice(0, at).trim() !== this.cookie) {
        kept.push(pair);
        continue;
      }
      const given = pair.slice(at + 1).trim();
      isToken ||= this.isToken(QUOTED.exec(given)?.[1] ?? given);
    }
    if (kept.length === pairs.length) return { rest: value, isToken };
    const rest = kept.join(';').trim();
    return { rest: rest === '' ? null : rest, isToken };
  }
}

// Private

const COOKIE = 'cookie';
const QUOTED = /^"([^"]*)"$/;

/** Equally long, whatever was sent. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}
