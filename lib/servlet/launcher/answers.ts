import { setTimeout as sleep } from 'node:timers/promises';
import { ViliError } from '../../errors.ts';
import type { LauncherLink } from './link.ts';
import type { Door, FromLauncher, ToLauncher } from './protocol.ts';

type Claimed = Extract<FromLauncher, { type: 'claimed' }>;

interface Answer {
  readonly resolve: (answer: Door | Claimed) => void;
  readonly reject: (error: ViliError) => void;
}

/** What is asked of the launcher process itself; one question at a time. */
export class Answers {
  readonly #limitMs: number;
  #awaited: Answer | null = null;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Throws VILI_KEEPER_LOST when the process ends meanwhile, declines, or does not reply within the limit. */
  async ask<T extends Door | Claimed>(link: LauncherLink, message: ToLauncher): Promise<T> {
    const limit = new AbortController();
    const late = async (): Promise<never> => {
      await sleep(this.#limitMs, null, { signal: limit.signal });
      throw lost(`it did not reply to ${message.type} for ${this.#limitMs / 1000} s`);
    };
    const ended = link.ended.then((how): never => {
      throw lost(how);
    });
    try {
      const answered = new Promise<T>((resolve, reject) => {
        this.#awaited = { resolve: (answer) => resolve(answer as T), reject };
      });
      link.send(message);
      return await Promise.race([answered, ended, late()]);
    } finally {
      limit.abort();
      this.#awaited = null;
    }
  }

  /** True when the message is an answer, and not about a servlet. */
  take(
    message: FromLauncher,
  ): message is Extract<FromLauncher, { type: 'passing' | 'claimed' | 'declined' }> {
    if (message.type === 'passing') this.#awaited?.resolve(message.door);
    else if (message.type === 'claimed') this.#awaited?.resolve(message);
    else if (message.type === 'declined') this.#awaited?.reject(lost(message.text));
    else return false;
    return true;
  }
}

// Private

function lost(how: string): ViliError {
  return new ViliError('VILI_KEEPER_LOST', `the process of Vili that keeps servlets: ${how}`);
}
