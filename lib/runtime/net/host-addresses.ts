import { type LookupAddress, lookup } from 'node:dns';
import { isIP } from 'node:net';
import { ViliError } from '../../errors.ts';

/** Names of this host, which need no resolver (RFC 6761 section 6.3). */
const LOCAL_NAME = /^(?:.+\.)?localhost\.?$/i;
const LOOPBACK: readonly string[] = ['127.0.0.1', '::1'];
/** A name whose addresses fail is resolved again, at most this often. */
const AGAIN_MS = 1000;

export type Resolve = (
  host: string,
  callback: (error: Error | null, addresses: readonly string[]) => void,
) => void;
type Answer = (error: Error | null, addresses: readonly string[]) => void;

interface Name {
  /** The one that worked last comes first; empty until the name has been resolved. */
  addresses: readonly string[];
  /** Those who wait for the resolver; null while it is not at work. */
  waiting: Answer[] | null;
  askedAtMs: number;
}

/**
 * The addresses of hosts, resolved once and again after they failed. The system's resolver runs in the pool of
 * threads that also serves the disk: a connection that needs it waits for a slow disk.
 */
export class HostAddresses {
  readonly #names = new Map<string, Name>();
  readonly #resolve: Resolve;
  readonly #now: () => number;

  /** `now`: monotonic clock, ms. */
  constructor(resolve: Resolve = systemResolve, now = () => performance.now()) {
    this.#resolve = resolve;
    this.#now = now;
  }

  /** Calls back with at least one address or an error; at once, unless the name has never been resolved. */
  find(host: string, callback: Answer): void {
    const name = this.#nameOf(host);
    if (name.addresses.length > 0) callback(null, name.addresses);
    else if (name.waiting !== null) name.waiting.push(callback);
    else this.#ask(host, name, [callback]);
  }

  /** A connection to one of the addresses succeeded: the next begins with it. */
  worked(host: string, address: string): void {
    const name = this.#names.get(host);
    if (name === undefined || name.addresses[0] === address) return;
    name.addresses = [address, ...name.addresses.filter((other) => other !== address)];
  }

  /** No address of the host accepts connections: it may have other ones by now. */
  failed(host: string): void {
    const name = this.#names.get(host);
    if (name === undefined || isKnown(host) || name.waiting !== null) return;
    if (this.#now() - name.askedAtMs >= AGAIN_MS) this.#ask(host, name, []);
  }

  // Private

  #nameOf(host: string): Name {
    let name = this.#names.get(host);
    if (name === undefined) {
      name = { addresses: knownAddresses(host), waiting: null, askedAtMs: 0 };
      this.#names.set(host, name);
    }
    return name;
  }

  #ask(host: string, name: Name, waiting: Answer[]): void {
    name.waiting = waiting;
    name.askedAtMs = this.#now();
    this.#resolve(host, (error, found) => {
      name.waiting = null;
      if (found.length > 0) name.addresses = found;
      const failure =
        name.addresses.length > 0
          ? null
          : (error ?? new ViliError('ENOTFOUND', `${host} has no address`));
      for (const answer of waiting) answer(failure, name.addresses);
    });
  }
}

/** Those of this thread. */
export const hostAddresses = new HostAddresses();

// Private

function isKnown(host: string): boolean {
  return knownAddresses(host).length > 0;
}

function knownAddresses(host: string): readonly string[] {
  if (isIP(host) !== 0) return [host];
  return LOCAL_NAME.test(host) ? LOOPBACK : [];
}

function systemResolve(host: string, callback: Answer): void {
  lookup(host, { all: true }, (error, found: LookupAddress[] | undefined) =>
    callback(
      error,
      (found ?? []).map(({ address }) => address),
    ),
  );
}
