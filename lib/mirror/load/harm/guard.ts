import type { Harm } from '../../../model/users/harm.ts';
import type { UsualPace } from './pace.ts';
import { Switchback, type UserResponse } from './switchback.ts';

/** Copies that were let in before they were collected. */
const MAX_PASSES = 64;

/** Lets as many copies through as do not hurt users. */
export class UserGuard {
  readonly #switchback: Switchback;
  readonly #now: () => number;
  readonly #onChange: () => void;
  #reported: Harm;
  #credit = 0;
  #passes = 0;

  /** `onChange`: something new is known of the harm. */
  constructor(pace: UsualPace, isTimed: boolean, now: () => number, onChange: () => void) {
    pace.forgetShift();
    this.#switchback = new Switchback(pace, Math.random, isTimed);
    this.#now = now;
    this.#onChange = onChange;
    this.#reported = this.#switchback.harm;
  }

  get harm(): Harm {
    return this.#switchback.harm;
  }

  /** No copy is made now. */
  get isPausing(): boolean {
    return this.#switchback.share === 0;
  }

  /** Whether the next copy is collected; what is, may pass. */
  admits(): boolean {
    const { share } = this.#switchback;
    if (share >= 1) return true;
    if (!this.#draws(share)) return false;
    this.#passes = Math.min(MAX_PASSES, this.#passes + 1);
    return true;
  }

  /** Whether a copy that is there is sent: from another process it comes without having been asked for. */
  mayPass(): boolean {
    const { share } = this.#switchback;
    if (share >= 1) return true;
    if (this.#passes === 0) return this.#draws(share);
    this.#passes--;
    return true;
  }

  observe(response: UserResponse): void {
    this.#switchback.observe(response);
  }

  /** Call it a few times per second. */
  tick(): void {
    this.#switchback.tick(this.#now());
    const { harm } = this.#switchback;
    if (harm === this.#reported) return;
    this.#reported = harm;
    this.#onChange();
  }

  // Private

  /** One in so many, evenly spread. */
  #draws(share: number): boolean {
    this.#credit += share;
    if (this.#credit < 1) return false;
    this.#credit -= 1;
    return true;
  }
}
