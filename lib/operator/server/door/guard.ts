import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { ViliError } from '../../../errors.ts';
import type { Caller } from './door.ts';
import { Rate, RateByAddress } from './rate.ts';
import { checkOrigin, refusal } from './refusal.ts';
import { isSecret } from './secret.ts';

/** Requests of all callers together. */
const REQUESTS_BURST = 200;
const REQUESTS_PER_SECOND = 50;
/** Files of the page, in memory and about 70 to a view of it: people open several, and load them again. */
const FILES_BURST = 1500;
const FILES_PER_SECOND = 300;
/** Wrong tokens of one address; then it waits, whatever it sends. */
const FAILURES_BURST = 10;
const FAILURES_PER_SECOND = 0.2;

export interface GuardOptions {
  /** Empty: nobody is trusted. */
  readonly token: string;
  /** Whether only programs of this host can get here; others must have the token. */
  readonly isLoopback: boolean;
  readonly scheme: 'http' | 'https';
  readonly now: () => number;
}

/**
 * Lets requests over TCP in. Against pages in a browser of this host: `Host` must be an address or `localhost` (a name that
 * somebody has resolved to this host is refused: DNS rebinding), and `Origin`, where there is one, the same. The token
 * is compared in constant time.
 */
export class Guard {
  readonly #options: GuardOptions;
  readonly #requests: Rate;
  readonly #files: Rate;
  readonly #failures: RateByAddress;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#requests = new Rate(REQUESTS_BURST, REQUESTS_PER_SECOND, options.now);
    this.#files = new Rate(FILES_BURST, FILES_PER_SECOND, options.now);
    this.#failures = new RateByAddress(FAILURES_BURST, FAILURES_PER_SECOND, options.now);
  }

  /** @throws ViliError with the status that the caller gets: 401, 403, 421 or 429. */
  enter(headers: IncomingHttpHeaders, address: string): Caller {
    const failures = this.#failures.of(address);
    if (!failures.isOpen) throw refusal('VILI_TOO_MANY_TOKENS', 429, 'too many wrong tokens; wait');
    if (!this.#requests.take()) throw refusal('VILI_TOO_MANY_REQUESTS', 429, 'too many requests');
    checkOrigin(headers, this.#ownOrigin(headers));
    const { authorization } = headers;
    if (authorization !== undefined) {
      if (this.#isToken(authorization)) return { address, isTrusted: true };
      failures.take();
      throw refusal('VILI_WRONG_TOKEN', 401, 'this is not the token of admin.token');
    }
    const { isLoopback } = this.#options;
    if (!isLoopback) throw noToken();
    checkHost(headers);
    return { address, isTrusted: false };
  }

  /**
   * For the files of the page, which a browser asks for before it has a token. A link may lead here from anywhere; a page elsewhere
   * may neither read nor frame them. They are counted by themselves: one file that is refused leaves a page empty, and loading
   * pages must not take from those who use the API. @throws ViliError as `enter` does, but for no lack of a token.
   */
  look(headers: IncomingHttpHeaders): void {
    if (!this.#files.take()) throw refusal('VILI_TOO_MANY_REQUESTS', 429, 'too many requests');
    const isFollowed = headers['sec-fetch-mode'] === 'navigate' && headers.origin === undefined;
    if (!isFollowed) checkOrigin(headers, this.#ownOrigin(headers));
    if (this.#options.isLoopback) checkHost(headers);
  }

  #ownOrigin({ host }: IncomingHttpHeaders): string {
    return `${this.#options.scheme}://${host}`;
  }

  #isToken(authorization: string): boolean {
    return isSecret(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '', this.#options.token);
  }
}

/** For a route that strangers may not have. */
export function noToken(): ViliError {
  const text = 'this needs the token of admin.token: Authorization: Bearer TOKEN';
  return refusal('VILI_NO_TOKEN', 401, text);
}

// Private

function checkHost({ host }: IncomingHttpHeaders): void {
  if (isPlainHost(host)) return;
  const text = 'Host must be an IP address or localhost where no token is sent';
  throw refusal('VILI_WRONG_HOST', 421, text);
}

function isPlainHost(host: string | undefined): boolean {
  const name = host?.replace(/:\d{1,5}$/, '') ?? '';
  return name === 'localhost' || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
