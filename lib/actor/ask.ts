import { ActorAddress, type Address, Recipient } from './address.ts';
import { ActorStopped, AskTimeout } from './errors.ts';
import { type OpenQuestion, typeOf } from './mail/envelope.ts';
import type { Runtime } from './runtime.ts';

/** Where the reply to one question goes: settles a promise, once. */
class Reply<in R> extends Recipient<R> implements OpenQuestion {
  readonly #owner: Runtime;
  #resolve: ((reply: R) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #onSettled: (() => void)[] = [];

  constructor(runtime: Runtime, asker: string) {
    super(runtime, `${asker}#reply`);
    this.#owner = runtime;
  }

  /** The reply, or the error that `overdue` makes after `timeoutMs`. */
  wait<T extends R>(this: Reply<T>, timeoutMs: number, overdue: () => unknown): Promise<T> {
    // Not unref'd: somebody waits for the reply, and that takes `timeoutMs` at most.
    this.#timer = setTimeout(() => this.fail(overdue()), timeoutMs);
    return new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

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

/** An actor that does not reply in this time is stuck; the error names it. */
export const ASK_TIMEOUT_MS = 3000;

/** A question as data. */
export interface Question<N, R> {
  readonly to: Address<N>;
  readonly make: (reply: Address<R>) => NoInfer<N>;
  readonly timeoutMs?: number | undefined;
  /** Path of the asker. */
  readonly from: string;
  readonly correlation: string | undefined;
  /** Is handed the question, so that the end of the asker can fail it. */
  readonly pending?: (question: OpenQuestion) => void;
}

/** Sends a question and waits for its reply; fails at once when nobody is left to reply. */
export async function ask<N, R>(runtime: Runtime, question: Question<N, R>): Promise<R> {
  const { to, make, timeoutMs = ASK_TIMEOUT_MS, from, correlation } = question;
  const reply = new Reply<R>(runtime, from);
  const message = make(reply);
  const settled = reply.wait<R>(
    timeoutMs,
    () => new AskTimeout(to.path, typeOf(message), timeoutMs),
  );
  question.pending?.(reply);
  const addressee = ActorAddress.addresseeOf(to);
  if (addressee !== undefined) addressee.deliver(message, from, correlation, { ask: reply });
  else if (!sendAs(to, message, from, correlation)) reply.fail(new ActorStopped(to.path));
  return await settled;
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
