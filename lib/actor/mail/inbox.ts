import { ActorStopped, MailboxFull } from '../errors.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { DeadReason, Envelope } from './envelope.ts';
import { Mailbox, type MailboxSpec } from './mailbox.ts';

/** The mailbox of one actor; what it cannot keep is buried, and a question in it fails. */
export class Inbox {
  readonly #mailbox: Mailbox;
  readonly #path: string;
  readonly #deadLetters: DeadLetters;
  #closed = false;

  /** Throws a ViliError (`VILI_MAILBOX`) when the limit is not a positive whole number. */
  constructor(path: string, spec: MailboxSpec, deadLetters: DeadLetters) {
    this.#mailbox = new Mailbox(path, spec);
    this.#path = path;
    this.#deadLetters = deadLetters;
  }

  get length(): number {
    return this.#mailbox.length;
  }

  has(envelope: Envelope): boolean {
    return this.#mailbox.has(envelope);
  }

  /** False when the envelope was buried. */
  put(envelope: Envelope): boolean {
    if (this.#closed) {
      this.#bury(envelope, 'stopped');
      return false;
    }
    const dropped = this.#mailbox.push(envelope);
    if (dropped !== undefined) this.#bury(dropped, 'mailbox-full');
    return dropped !== envelope;
  }

  /** The next message for this incarnation; those meant for an earlier one are buried. */
  takeFor(life: object): Envelope | undefined {
    let envelope = this.#mailbox.shift();
    while (envelope?.only !== undefined && envelope.only !== life) {
      this.#bury(envelope, 'stale');
      envelope = this.#mailbox.shift();
    }
    return envelope;
  }

  /** Buries whatever arrives from now on; what is in it can still be taken. */
  close(): void {
    this.#closed = true;
  }

  /** Buries what is left. */
  clear(): void {
    let next = this.#mailbox.shift();
    for (; next !== undefined; next = this.#mailbox.shift()) this.#bury(next, 'stopped');
  }

  // Private

  #bury(envelope: Envelope, reason: DeadReason): void {
    this.#deadLetters.bury(envelope, this.#path, reason);
    const full = reason === 'mailbox-full';
    envelope.ask?.fail(
      full ? new MailboxFull(this.#path, this.#mailbox.spec.limit) : new ActorStopped(this.#path),
    );
  }
}
