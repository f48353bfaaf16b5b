import { setMaxListeners } from 'node:events';

/** An abort signal that is made when somebody asks for it: most actors have nothing to abort. */
export class LifeSignal {
  #controller: AbortController | undefined;
  #aborted = false;

  get(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      // An actor may own many sockets and files; Node's warning is for leaks.
      setMaxListeners(0, this.#controller.signal);
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }
}
