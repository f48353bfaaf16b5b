import { ActorStopped } from '../errors.ts';
import type { OpenQuestion } from '../mail/envelope.ts';
import { OpenQuestions } from './open-questions.ts';
import { Timers } from './timers.ts';

/** What ties an incarnation to others and ends with it: timers, questions it asked, watches. */
export class Ties {
  readonly timers = new Timers();
  readonly #path: string;
  readonly #asked = new OpenQuestions();
  readonly #endingListeners = new Set<() => void>();
  #over = false;

  /** `path` is that of the actor. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Runs `listener` when the incarnation begins to end; returns the way to unsubscribe. */
  whenEnding(listener: () => void): () => void {
    this.#endingListeners.add(listener);
    return () => this.#endingListeners.delete(listener);
  }

  /** Fails the question when the incarnation ends before a reply. */
  keepAsked(question: OpenQuestion): void {
    if (this.#over) question.fail(new ActorStopped(this.#path, 'has ended and cannot ask'));
    else this.#asked.add(question);
  }

  failAsked(what: string): void {
    this.#asked.failAll(new ActorStopped(this.#path, what));
  }

  beginEnd(): void {
    this.timers.close();
    for (const listener of this.#endingListeners) listener();
    this.#endingListeners.clear();
  }

  end(): void {
    this.#over = true;
    this.beginEnd();
    this.failAsked('ended before it got a reply');
  }
}
