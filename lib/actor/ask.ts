import { ActorAddress, type Address, Recipient } from './address.ts';
import { ActorStopped, AskTimeout } from './errors.ts';
import { typeOf } from './mail/envelope.ts';
import type { Runtime } from './runtime.ts';

/** Where the answer to one question goes: settles a promise, once. */
export class Reply<in R> extends Recipient<R> {
  readonly #owner: Runtime;
  #resolve: ((answer: R) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #onSettled: (() => void)[] = [];

  constructor(runtime: Runtime, asker: string) {
    super(runtime, `${asker}#reply`);
    this.#owner = runtime;
  }

  /** The answer, or `overdue()` after `timeoutMs`. */
  wait<T extends R>(this: Reply<T>, timeoutMs: number, overdue: () => unknown): Promise<T> {
    // Not unref'd: somebody waits for the answer, and it takes `timeoutMs` at most.
    this.#timer = setTimeout(() => this.fail(overdue()), timeoutMs);
    return new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get settled(): boolean {
    return this.#reject === undefined;
  }

  /** Calls `listener` when the answer or a failure is there. */
  onSettled(listener: () => void): void {
    this.#onSettled.push(listener);
  }

  deliver(message: R, from: string, correlation: string | undefined): boolean {
    const { trace, deadLetters, now } = this.#owner;
    const sentAtMs = now();
    const resolve = this.#resolve;
    if (resolve === undefined) {
      deadLetters.bury({ message, from, correlation, sentAtMs }, this.path, 'answered');
      return false;
    }
    this.#settle();
    trace.write(sentAtMs, from, this.path, typeOf(message), correlation, 0, 0, 'ok');
    resolve(message);
    return true;
  }

  fail(error: unknown): void {
    const reject = this.#reject;
    this.#settle();
    reject?.(error);
  }

  // Private

  #settle(): void {
    clearTimeout(this.#timer);
    this.#resolve = undefined;
    this.#reject = undefined;
    const listeners = this.#onSettled;
    this.#onSettled = [];
    for (const listener of listeners) listener();
  }
}

export interface Question<N, R> {
  readonly to: Address<N>;
  readonly make: (reply: Address<R>) => NoInfer<N>;
  readonly timeoutMs: number;
  /** Path of who asks. */
  readonly from: string;
  readonly correlation: string | undefined;
  /** Handed the pending reply, so that the end of the asker can fail it. */
  readonly pending?: (reply: Reply<never>) => void;
}

/** Sends a question and waits for its answer; fails at once when nobody is left to answer it. */
export async function ask<N, R>(runtime: Runtime, question: Question<N, R>): Promise<R> {
  const { to, make, timeoutMs, from, correlation } = question;
  const reply = new Reply<R>(runtime, from);
  const message = make(reply);
  const answer = reply.wait<R>(
    timeoutMs,
    () => new AskTimeout(to.path, typeOf(message), timeoutMs),
  );
  question.pending?.(reply);
  const cell = ActorAddress.cellOf(to);
  if (cell !== undefined) cell.deliver(message, from, correlation, { ask: reply });
  else if (!sendAs(to, message, from, correlation)) reply.fail(new ActorStopped(to.path));
  return await answer;
}

/** Sends with the given sender and correlation id, when the address can take them. */
export function sendAs<N>(
  to: Address<N>,
  message: N,
  from: string,
  correlation: string | undefined,
): boolean {
  return to instanceof Recipient ? to.deliver(message, from, correlation) : to.tell(message);
}
