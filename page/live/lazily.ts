const AGAIN_MS = 2000;
const MAX_TRIES = 5;

/**
 * A module that only some views need. Where it does not come it is asked for again, under another address, since some browsers keep
 * the failure of the first. Throws after the last try.
 */
export async function lazily<T>(first: () => Promise<T>, address: string): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return tries === 1 ? await first() : ((await import(`${address}?try=${tries}`)) as T);
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
