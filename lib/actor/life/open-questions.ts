import type { Reply } from '../ask.ts';

/** Questions without an answer yet, which fail together. */
export class OpenQuestions {
  readonly #replies = new Set<Reply<never>>();

  add(reply: Reply<never>): void {
    this.#replies.add(reply);
    reply.onSettled(() => this.#replies.delete(reply));
  }

  failAll(error: unknown): void {
    for (const reply of this.#replies) reply.fail(error);
  }
}
