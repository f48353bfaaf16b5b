import { type Exchange, isSafeMethod } from '../../../model/exchange.ts';
import type { ShadowResponse } from '../../request/requester.ts';
import { BoundedMap } from '../../../model/bounded-map.ts';
import { type Credential, credentialsOf } from '../credentials.ts';
import { hashOf } from '../hash.ts';
import { clientOf, handedOutBy, type StateNote } from '../note.ts';
import { mappedBack, Twins } from './twins.ts';

const MAX_TAINTED = 10_000;

export interface TranslationHooks {
  /** Whether testing is seen to know none of the sessions of this kind. */
  readonly isOwn: (kind: string) => boolean;
  /** Whether a request that was not copied made running hand the value out. */
  readonly isMissed: (hash: number) => boolean;
}

/** How testing knows a client. `tainted`: by a session in which it has not seen all, since the write to the endpoint. */
export type Known = 'not' | 'fully' | { readonly endpoint: string; readonly isTranslated: boolean };

/** Has copies carry what testing handed out in place of what running did. */
export class Translation {
  readonly #hooks: TranslationHooks;
  readonly #twins = new Twins();
  /** Clients of which a write was not copied, each with its endpoint. */
  readonly #tainted = new BoundedMap<number, string>(MAX_TAINTED);

  /** Writes are copied: only then what documents hand out is sent back to testing. */
  #hasWrites = false;

  constructor(hooks: TranslationHooks) {
    this.#hooks = hooks;
  }

  /** Running did something for a client that testing did not. */
  missed({ client, endpoint }: StateNote): void {
    for (const hash of client) this.#tainted.set(hash, endpoint);
  }

  /** Testing starts anew, and has forgotten what it handed out. */
  testingReplaced(): void {
    this.#twins.clear();
  }

  /** Running starts anew, and may have forgotten what it handed out. */
  runningReplaced(): void {
    this.#twins.runningReplaced();
  }

  /** Whether testing knows the session, and running has started anew since. */
  isEarlier({ value }: Credential): boolean {
    return this.#twins.isEarlier(hashOf(value));
  }

  knows({ kind, value }: Credential): Known {
    if (this.#twins.sessionOf(value) === undefined) return 'not';
    const hash = hashOf(value);
    const endpoint = this.#tainted.use(hash);
    if (endpoint === undefined) return 'fully';
    return { endpoint, isTranslated: this.#isTranslated(kind, hash) };
  }

  /** The request as testing knows its client. */
  translated(exchange: Exchange): Exchange {
    if (this.#twins.isEmpty) return exchange;
    const left = new Set<string>();
    for (const { kind, value } of credentialsOf(exchange.headers)) {
      if (!this.#isTranslated(kind, hashOf(value))) left.add(value);
    }
    return this.#twins.translated(exchange, left);
  }

  /** Learns what both handed out for the same; returns testing's response as running would have given it. */
  settle(exchange: Exchange, testing: ShadowResponse): ShadowResponse {
    const all = this.#twins.found(exchange, testing, this.#hasWrites);
    const found = all.filter(({ running }) => !this.#hooks.isMissed(hashOf(running)));
    if (found.length > 0) this.#twins.learn(found, this.clientOf(exchange));
    return mappedBack(testing, [...all, ...this.#twins.requestedIn(exchange)]);
  }

  /** Hashes of what identifies the client of a request, and of what its response hands out. */
  clientOf(exchange: Exchange): readonly number[] {
    return [...clientOf(exchange.headers), ...handedOutBy(exchange)];
  }

  /** Whether the copies after it need what it does. */
  isChange(exchange: Exchange): boolean {
    if (!isSafeMethod(exchange.method)) {
      this.#hasWrites = true;
      return true;
    }
    return handedOutBy(exchange).some(
      (hash) => !this.#twins.hasSession(hash) && !this.#hooks.isMissed(hash),
    );
  }

  /** How many more sessions were translated since the last call. */
  takeUsed(): number {
    return this.#twins.takeUsed();
  }

  // Private

  /** A session with a write that was not copied is tried as it is first: testing may share the store. */
  #isTranslated(kind: string, hash: number): boolean {
    return !this.#tainted.has(hash) || this.#hooks.isOwn(kind);
  }
}
