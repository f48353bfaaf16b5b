import type { Suite } from 'mocha';

/** Specs that start Vili with servers and users of its own, on whatever the host has left. */
const WHOLE_PROGRAMS = /\/spec\/(?:daemon|issues|page)\//;

/**
 * Lets each spec that runs the whole program be tried a second time: it waits for several processes on one host, and one
 * in a thousand meets what the host does at that moment. The reporter shows the first failure in full and counts it, so
 * that nothing is hidden. All other specs, above all those with drawn input, have one try.
 */
export function allowSecondTry(suite: Suite): void {
  suite.eachTest((test) => {
    if (WHOLE_PROGRAMS.test(test.file ?? '')) test.retries(1);
  });
}
