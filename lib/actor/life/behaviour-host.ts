import type { Behaviour, Self } from '../behaviour.ts';
import type { Hand, Runtime } from '../runtime.ts';
import type { Patience } from './deadline.ts';

/**
 * Holds one behaviour and its state, and runs the user's code as the actor's: whatever that code
 * starts (timers, sockets, promises) carries the owner's name.
 */
export class BehaviourHost {
  readonly #context: Runtime['context'];
  readonly #create: () => Behaviour<never, unknown>;
  #behaviour: Behaviour<never, unknown> | undefined;
  #started = false;
  state: unknown;

  constructor(context: Runtime['context'], create: () => Behaviour<never, unknown>) {
    this.#context = context;
    this.#create = create;
  }

  async start(hand: Hand, self: Self<never>): Promise<void> {
    await this.#context.run(hand, async () => {
      this.#behaviour = this.#create();
      this.state = await this.#behaviour.start(self);
      this.#started = true;
    });
  }

  /** The next state or a promise of it; throws what the handler throws. */
  handle(hand: Hand, message: unknown, self: Self<never>): unknown {
    return this.#context.run(hand, callHandle, this.#behaviour, this.state, message, self);
  }

  /** Runs `stop` at most once. False when it has not ended within the limit; throws its error. */
  async stop(hand: Hand, self: Self<never>, patience: Patience, limitMs: number): Promise<boolean> {
    const behaviour = this.#behaviour;
    if (!this.#started || behaviour?.stop === undefined) return true;
    this.#started = false;
    const outcome: { error?: unknown } = {};
    const stopped = this.#context.run(hand, async () => {
      await behaviour.stop?.(this.state, self);
    });
    const noted = stopped.catch((error: unknown) => {
      outcome.error = error;
    });
    if (!(await patience.wait(noted, limitMs))) return false;
    if ('error' in outcome) throw outcome.error;
    return true;
  }
}

// Private

/** Neither a method nor a closure, because it runs for every message. */
function callHandle(
  behaviour: Behaviour<never, unknown> | undefined,
  state: unknown,
  message: unknown,
  self: Self<never>,
): unknown {
  return behaviour?.handle(state, message as never, self);
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
