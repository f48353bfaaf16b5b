import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE } from './patience.ts';

const LIMIT_MS = 8000;
const POLL_MS = 5;

/** Resolves with the first value that is neither null nor false. @throws Error naming `what` after `limitMs`, lengthened. */
export async function eventually<T>(
  what: string,
  check: () => T | null | false | Promise<T | null | false>,
  limitMs = LIMIT_MS,
): Promise<T> {
  const deadlineMs = performance.now() + limitMs * PATIENCE;
  for (;;) {
    const value = await check();
    if (value !== null && value !== false) return value;
    if (performance.now() > deadlineMs) {
      throw new Error(`did not happen within ${limitMs * PATIENCE} ms: ${what}`);
    }
    await sleep(POLL_MS);
  }
}
