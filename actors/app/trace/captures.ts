import type { ActorSystem } from '../../../lib/actor/index.ts';
import { BadRequestError, ConflictError } from '../../../lib/errors.ts';
import type { CaptureEvent, CaptureWanted } from '../../../lib/model/trace/capture.ts';
import { counted } from '../../../lib/text/numbers.ts';
import { nearest } from '../../../lib/text/nearest.ts';
import { shortDuration } from '../../../lib/text/times.ts';

/** At once: each costs its actor the time to write out every message. */
const MAX_CAPTURES = 4;
const MAX_NAMED = 12;

export interface CapturesOptions {
  readonly system: Pick<ActorSystem, 'capture' | 'trace' | 'tree'>;
  readonly onNotice: (text: string) => void;
}

/** Captures of the messages to single actors, for people who look at them: each for a limited time. */
export class Captures {
  readonly #options: CapturesOptions;
  /** How many capture the actor at this path. */
  readonly #counts = new Map<string, number>();

  constructor(options: CapturesOptions) {
    this.#options = options;
  }

  /**
   * Captures from now until the listener ends it, the time is over or there were enough messages. Throws BadRequestError for
   * an actor that does not exist, ConflictError when too many are captured.
   */
  begin(wanted: CaptureWanted): (send: (event: CaptureEvent) => void) => () => void {
    const { system, onNotice } = this.#options;
    const { forMs, limit, by } = wanted;
    const path = this.#pathOf(wanted.actor);
    const others = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    if (others >= MAX_CAPTURES) {
      throw new ConflictError(`${MAX_CAPTURES} captures are under way, and there can be no more`);
    }
    return (send) => {
      this.#count(path, 1);
      onNotice(`${by} captures the messages to ${path} for ${shortDuration(forMs)}`);
      let captured = 0;
      const timer = setTimeout(() => end('time'), forMs).unref();
      const unfollow = system.trace.follow((record) => {
        if (record.to !== path || record.payload === undefined) return;
        captured += 1;
        send({ record });
        if (captured >= limit) end('limit');
      });
      let isOver = false;
      const stop = (): void => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        unfollow();
        this.#count(path, -1);
        onNotice(`the capture of ${path} by ${by} is over: ${counted(captured, 'message')}`);
      };
      const end = (ended: 'time' | 'limit'): void => {
        if (isOver) return;
        stop();
        send({ ended });
      };
      send({ capturing: path, forMs });
      return stop;
    };
  }

  // Private

  #count(path: string, by: 1 | -1): void {
    const count = (this.#counts.get(path) ?? 0) + by;
    if (count > 0) this.#counts.set(path, count);
    else this.#counts.delete(path);
    this.#options.system.capture(path, count > 0);
  }

  #pathOf(given: string): string {
    const paths = this.#options.system.tree().map(({ path }) => path);
    const ends = paths.filter((path) => path === given || path.endsWith(`/${given}`));
    const [only] = ends;
    if (only !== undefined && ends.length === 1) return only;
    if (ends.length > 1) {
      const which = ends.slice(0, MAX_NAMED).join(', ');
      throw new BadRequestError(`"${given}" is the end of ${ends.length} actors: ${which}`);
    }
    const names = paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
    const meant = nearest(given.slice(given.lastIndexOf('/') + 1), names);
    const hint = meant === undefined ? 'vili tree shows them' : `did you mean ${meant}?`;
    throw new BadRequestError(`there is no actor "${given.slice(0, 100)}" (${hint})`);
  }
}
