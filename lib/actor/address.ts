import type { Delivery } from './mail/envelope.ts';
import type { Runtime } from './runtime.ts';

/** Where messages of type `M` can be sent. Bound to one actor, across all its restarts. */
export interface Address<in M> {
  readonly path: string;
  /** False when the message became a dead letter. Never throws. */
  tell(message: M): boolean;
}

/** How an actor ended for good. */
export interface End {
  readonly path: string;
  readonly reason: 'stopped' | 'crashed';
  readonly error?: unknown;
}

/** What an address leads to: an actor through all its restarts. */
export interface Addressee {
  readonly path: string;
  deliver(
    message: unknown,
    from: string,
    correlation: string | undefined,
    delivery?: Delivery,
  ): boolean;
  /** Set when the actor has ended for good. */
  readonly ended: End | undefined;
  /** Calls `listener` once when the actor ends for good; returns the way to unsubscribe. */
  onEnd(listener: (end: End) => void): () => void;
}

/** An address of this layer: takes the sender and a correlation id along with a message. */
export abstract class Recipient<in M> implements Address<M> {
  readonly path: string;
  readonly #runtime: Runtime;

  constructor(runtime: Runtime, path: string) {
    this.#runtime = runtime;
    this.path = path;
  }

  /** Sender and correlation id are those of the actor in whose handler (or callback) this runs. */
  tell(message: M): boolean {
    const hand = this.#runtime.context.getStore();
    const from = hand === undefined ? this.#runtime.rootPath : hand.owner.path;
    return this.deliver(message, from, hand?.correlation);
  }

  abstract deliver(message: M, from: string, correlation: string | undefined): boolean;
}

/** The address of an actor: of this very actor, never of a later one with the same name. */
export class ActorAddress<in M> extends Recipient<M> {
  readonly #addressee: Addressee;

  constructor(runtime: Runtime, addressee: Addressee) {
    super(runtime, addressee.path);
    this.#addressee = addressee;
  }

  deliver(message: M, from: string, correlation: string | undefined): boolean {
    return this.#addressee.deliver(message, from, correlation);
  }

  /** The actor behind an address, or undefined when there is none in this layer. */
  static addresseeOf(address: Address<never>): Addressee | undefined {
    if (address instanceof PathAddress) return address.addressee();
    return address instanceof ActorAddress ? address.#addressee : undefined;
  }
}

/**
 * The address of whichever actor has this path when a message is sent. It may be held before that actor is spawned;
 * a message that finds no actor is a dead letter.
 */
export class PathAddress<in M> extends Recipient<M> {
  readonly addressee: () => Addressee | undefined;
  readonly #runtime: Runtime;

  constructor(runtime: Runtime, path: string, find: (path: string) => Addressee | undefined) {
    super(runtime, path);
    this.#runtime = runtime;
    this.addressee = () => find(path);
  }

  deliver(message: M, from: string, correlation: string | undefined): boolean {
    const addressee = this.addressee();
    if (addressee !== undefined) return addressee.deliver(message, from, correlation);
    const { deadLetters, now } = this.#runtime;
    deadLetters.bury({ message, from, correlation, sentAtMs: now() }, this.path, 'no-actor');
    return false;
  }
}
