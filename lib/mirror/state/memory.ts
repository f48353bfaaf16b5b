import { BoundedMap } from '../../model/bounded-map.ts';
import { Issued, type IssuedSnapshot } from './issued.ts';
import type { StateNote } from './note.ts';

/** Writes that are remembered for a test to come. */
const MAX_WRITES = 2000;

/** What only running can know, in the form in which it reaches the worker. */
export interface StateSnapshot {
  readonly issued: IssuedSnapshot;
  readonly writes: readonly StateNote[];
}

/** What running handed out and was told to write since its own start: it outlives tests and workers. */
export class StateMemory {
  readonly #issued = new Issued();
  readonly #writes = new BoundedMap<string, StateNote>(MAX_WRITES);

  add(note: StateNote): void {
    this.#issued.add(note);
    if (!note.isWrite || note.isCopied) return;
    this.#writes.set(`${note.client[0]} ${note.path}`, { ...note, handedOut: [] });
  }

  /** Running starts anew, or another version does: what it takes from now on is stored elsewhere. */
  clear(): void {
    this.#issued.clear();
    this.#writes.clear();
  }

  snapshot(): StateSnapshot {
    const writes = [...this.#writes.entries()].map(([, note]) => note);
    return { issued: this.#issued.snapshot(), writes };
  }
}
