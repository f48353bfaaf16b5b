/** True when `work` settled, either way, within the limit. The limit keeps the process alive. */
export async function settlesWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  const settled = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, overdue]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A pause that can be cut short. Keeps the process alive: something is about to start, and may be
 * the only thing the process lives for.
 */
export class Pause {
  #wake: (() => void) | undefined;

  async sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  wake(): void {
    this.#wake?.();
  }
}

/** Waits, each with a limit; `end` ends them all, and from then on nothing is waited for. */
export class Patience {
  #ended = false;
  #end: (() => void) | undefined;

  /** True when `work` settled within the limit, or when the patience was ended meanwhile. */
  async wait(work: Promise<unknown>, limitMs: number): Promise<boolean> {
    if (this.#ended) return true;
    const ended = new Promise<void>((resolve) => {
      this.#end = resolve;
    });
    return await settlesWithin(Promise.race([work, ended]), limitMs);
  }

  end(): void {
    this.#ended = true;
    this.#end?.();
  }
}
