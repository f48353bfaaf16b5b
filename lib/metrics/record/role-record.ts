import type { RoleFacts } from '../facts.ts';
import { Durations } from './durations.ts';

/** By the first digit of the status; 0: no response. */
const CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** The responses of one role, by class of the status, and how long they took. */
export class RoleRecord {
  readonly #counts = new Float64Array(CLASSES.length);
  readonly #durations = new Durations();

  /** `status` 0: there was no response, and its time says nothing. */
  add(status: number, ms: number): void {
    // 600 and above are no statuses, but services send them.
    const index = Math.min(CLASSES.length - 1, Math.max(0, Math.floor(status / 100)));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    if (status > 0) this.#durations.add(ms);
  }

  view(): RoleFacts {
    const responses = CLASSES.map((name, index) => [name, this.#counts[index] ?? 0]);
    return { responses: Object.fromEntries(responses), durations: this.#durations.view() };
  }
}
