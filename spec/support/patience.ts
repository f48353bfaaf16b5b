import type { Hook, Runnable, Suite } from 'mocha';

/**
 * How many times longer than on a quiet machine a spec waits for what must happen. Limits of time are there to end what
 * hangs; they are no measure of speed, and cost nothing where all is well.
 */
export const PATIENCE = 3;

const HOOKS = ['beforeAll', 'beforeEach', 'afterEach', 'afterAll'] as const;

/** Lengthens the limits of all tests and hooks of a suite, as written beside them. */
export function lengthenLimits(suite: Suite): void {
  const withHooks = suite as Suite & { getHooks(name: string): Hook[] };
  const hooks = HOOKS.flatMap((name) => withHooks.getHooks(name));
  const all: Runnable[] = [...hooks, ...suite.tests];
  for (const one of all) one.timeout(one.timeout() * PATIENCE);
  for (const inner of suite.suites) lengthenLimits(inner);
}
