import { randomBytes } from 'node:crypto';
import { Rate } from '../server/door/rate.ts';
import { isSecret } from '../server/door/secret.ts';

const SECRET_BYTES = 32;
/** Wrong tokens; then nobody gets in for a while, whatever they send. */
const FAILURES_BURST = 10;
const FAILURES_PER_SECOND = 0.2;

/**
 * Who was given the link: its token is good once, for the cookie of the browser that brought it first. Both are compared in
 * constant time.
 */
export class Session {
  /** Goes into the link. */
  readonly token = secret();
  readonly #cookie = secret();
  readonly #failures: Rate;
  #isUsed = false;

  constructor(now: () => number) {
    this.#failures = new Rate(FAILURES_BURST, FAILURES_PER_SECOND, now);
  }

  /** What became of the token: the value of the cookie, or why there is none. */
  exchange(token: string): { readonly cookie: string } | 'wrong' | 'used' | 'too-many' {
    if (!this.#failures.isOpen) return 'too-many';
    if (!isSecret(token, this.token)) {
      this.#failures.take();
      return 'wrong';
    }
    if (this.#isUsed) return 'used';
    this.#isUsed = true;
    return { cookie: this.#cookie };
  }

  /** Whether a `Cookie` header has the cookie of this name with the value of this session. */
  isOpenTo(header: string | undefined, name: string): boolean {
    const pairs = (header ?? '').split(';').map((pair) => pair.trim());
    const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
    return value !== undefined && this.#isUsed && isSecret(value, this.#cookie);
  }
}

// Private

function secret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}
