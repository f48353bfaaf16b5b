import { dispatch, spawn, start, stop } from 'nact';

const TURN = true;

/** Permission to run, one turn at a time, each in its own turn of the event loop. */
export interface Turns {
  /** One more turn, after the one that runs now has ended (its promise included). */
  request(): void;
  /** No further turn begins; the one that runs now is left alone. */
  close(): void;
}

/**
 * The only file that knows nact. Its actors are used for what they do well: one handler at a time,
 * by `setImmediate`. They are flat (stopping a nact parent leaves its children running) and
 * numbered (nact draws random names, which collide), and `run` never throws, because what nact does
 * with an error can end the process.
 */
export class TurnSource {
  readonly #system = start();
  #opened = 0;

  /** A new sequence of turns; `run` must neither throw nor reject. */
  open(run: () => void | Promise<void>): Turns {
    this.#opened += 1;
    const actor = spawn(this.#system, () => run(), String(this.#opened));
    return {
      request: () => dispatch(actor, TURN),
      close: () => stop(actor),
    };
  }

  close(): void {
    stop(this.#system);
  }
}
