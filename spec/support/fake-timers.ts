interface FakeTimer {
  readonly run: () => void;
  readonly everyMs: number | null;
  dueMs: number;
}

/** Replaces the global timers by ones that only `tick` runs, until `restore`. */
export class FakeTimers {
  readonly #real = { setTimeout, clearTimeout, setInterval, clearInterval };
  readonly #timers = new Map<object, FakeTimer>();
  #nowMs = 0;

  constructor() {
    const set = (repeats: boolean) => (run: () => void, ms: number) => {
      const handle = { ref: () => handle, unref: () => handle };
      const everyMs = repeats ? Math.max(1, ms) : null;
      this.#timers.set(handle, { run, everyMs, dueMs: this.#nowMs + ms });
      return handle;
    };
    const clear = (handle: object) => this.#timers.delete(handle);
    const timers = { setTimeout: set(false), setInterval: set(true) };
    Object.assign(globalThis, { ...timers, clearTimeout: clear, clearInterval: clear });
  }

  /** Lets time pass, running what is due in its order. */
  tick(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#next(untilMs); next !== null; next = this.#next(untilMs)) {
      const [handle, timer] = next;
      this.#nowMs = timer.dueMs;
      if (timer.everyMs === null) this.#timers.delete(handle);
      else timer.dueMs += timer.everyMs;
      timer.run();
    }
    this.#nowMs = untilMs;
  }

  restore(): void {
    Object.assign(globalThis, this.#real);
  }

  // Private

  #next(untilMs: number): [object, FakeTimer] | null {
    let first: [object, FakeTimer] | null = null;
    for (const entry of this.#timers) {
      if (entry[1].dueMs <= untilMs && entry[1].dueMs < (first?.[1].dueMs ?? Infinity))
        first = entry;
    }
    return first;
  }
}
