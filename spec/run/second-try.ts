import type { FileOutcome, Outcome } from './outcome.ts';

/** Where more files fail than this, the project has failed, and not what the host did at a moment. */
const FILES_MAX = 6;

/** How fast-check begins the text of a failure. */
const COUNTEREXAMPLE = 'Property failed after';

/**
 * The files that get a second try: whole, so that nothing of the first one is left in their way, and with the host for
 * themselves. Specs wait for real processes, and of some thousands one meets what the host does at that moment. An input
 * that was drawn and failed would not be drawn again: it has no second try.
 */
export function filesToTryAgain(outcome: Outcome): readonly string[] {
  const failed = Object.entries(outcome).flatMap(([file, one]) =>
    one.failures.length > 0 ? [file] : [],
  );
  const isLuck = (file: string): boolean => file !== '' && !isCounterexample(outcome[file]);
  return failed.length <= FILES_MAX ? failed.filter(isLuck) : [];
}

// Private

function isCounterexample(one: FileOutcome | undefined): boolean {
  return one?.failures.some(({ text }) => text.includes(COUNTEREXAMPLE)) ?? false;
}
