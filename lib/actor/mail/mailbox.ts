import { ViliError } from '../../errors.ts';
import type { Envelope } from './envelope.ts';

export const DEFAULT_MAILBOX: MailboxSpec = { limit: 1000, overflow: 'drop-new' };
/** Empty slots are released once there are this many and they make up half of the array. */
const COMPACT_FROM = 64;

export interface MailboxSpec {
  /** Messages that may wait. */
  readonly limit: number;
  /** What gives way in a full mailbox: the message that arrives, or the one that waited longest. */
  readonly overflow: 'drop-new' | 'drop-old';
}

/** A bounded queue of envelopes. `kept` ones are taken above the limit and never give way. */
export class Mailbox {
  readonly spec: MailboxSpec;
  #slots: (Envelope | undefined)[] = [];
  #head = 0;

  /** Throws a ViliError (`VILI_MAILBOX`) when the limit is not a positive whole number. */
  constructor(path: string, spec: MailboxSpec) {
    if (!Number.isInteger(spec.limit) || spec.limit < 1) {
      throw new ViliError(
        'VILI_MAILBOX',
        `mailbox of ${path}: limit ${spec.limit} is not 1 or more`,
      );
    }
    this.spec = spec;
  }

  get length(): number {
    return this.#slots.length - this.#head;
  }

  /** Searches from the newest on, because the asker has sent it lately. */
  has(envelope: Envelope): boolean {
    return this.#slots.lastIndexOf(envelope) >= 0;
  }

  /** Puts it last and returns the envelope that had to give way, which may be the given one. */
  push(envelope: Envelope): Envelope | undefined {
    if (this.length < this.spec.limit || envelope.kept === true) {
      this.#slots.push(envelope);
      return undefined;
    }
    if (this.spec.overflow === 'drop-new') return envelope;
    const oldest = this.#removeOldest();
    if (oldest === undefined) return envelope;
    this.#slots.push(envelope);
    return oldest;
  }

  shift(): Envelope | undefined {
    const envelope = this.#slots[this.#head];
    if (envelope === undefined) return undefined;
    this.#slots[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#slots.length) {
      this.#slots.length = 0;
      this.#head = 0;
    } else if (this.#head >= COMPACT_FROM && this.#head * 2 >= this.#slots.length) {
      this.#slots.splice(0, this.#head);
      this.#head = 0;
    }
    return envelope;
  }

  // Private

  #removeOldest(): Envelope | undefined {
    if (this.#slots[this.#head]?.kept !== true) return this.shift();
    const index = this.#slots.findIndex((slot, at) => at >= this.#head && slot?.kept !== true);
    return index < 0 ? undefined : this.#slots.splice(index, 1)[0];
  }
}
