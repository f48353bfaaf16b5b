import type { ServletProcess } from './servlet-process.ts';

/**
 * The live processes by instance id. It is kept outside any actor, so that an actor that crashed
 * and starts again adopts the process it had instead of losing or doubling it.
 */
export class ProcessTable {
  readonly #processes = new Map<string, ServletProcess>();

  get(id: string): ServletProcess | undefined {
    return this.#processes.get(id);
  }

  put(process: ServletProcess): void {
    this.#processes.set(process.id, process);
  }

  /** Forgets the entry; the process itself is not touched. */
  delete(id: string): boolean {
    return this.#processes.delete(id);
  }

  all(): readonly ServletProcess[] {
    return [...this.#processes.values()];
  }
}
