import type { Cell } from './life/cell.ts';
import type { Runtime } from './runtime.ts';

/** Where messages of type `M` can be sent. Bound to one actor, across all its restarts. */
export interface Address<in M> {
  readonly path: string;
  /** False when it was buried as a dead letter. Never throws. */
  tell(message: M): boolean;
}

/** An address of this layer: it can be told who sends, and under which correlation id. */
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
    const from = hand === undefined ? this.#runtime.rootPath : hand.owner.cell.path;
    return this.deliver(message, from, hand?.correlation);
  }

  abstract deliver(message: M, from: string, correlation: string | undefined): boolean;
}

/** The address of an actor: of this very actor, never of a later one with the same name. */
export class ActorAddress<in M> extends Recipient<M> {
  readonly #cell: Cell;

  constructor(runtime: Runtime, cell: Cell) {
    super(runtime, cell.path);
    this.#cell = cell;
  }

  deliver(message: M, from: string, correlation: string | undefined): boolean {
    return this.#cell.deliver(message, from, correlation);
  }

  /** The actor behind an address, or undefined when it is none of this layer. */
  static cellOf(address: Address<never>): Cell | undefined {
    return address instanceof ActorAddress ? address.#cell : undefined;
  }
}
