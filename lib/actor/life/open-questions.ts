import type { OpenQuestion } from '../mail/envelope.ts';

/** Questions without a reply yet, which fail together. */
export class OpenQuestions {
  readonly #questions = new Set<OpenQuestion>();

  add(question: OpenQuestion): void {
    this.#questions.add(question);
    question.onSettled(() => this.#questions.delete(question));
  }

  failAll(error: unknown): void {
    for (const question of this.#questions) question.fail(error);
  }
}
