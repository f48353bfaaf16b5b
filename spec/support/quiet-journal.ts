import type { Journal } from '../../lib/journal/journal.ts';

const ignore = (): void => undefined;
const done = (): Promise<void> => Promise.resolve();

/** A journal that nobody reads. */
export const QUIET: Journal = {
  debug: ignore,
  info: ignore,
  notice: ignore,
  warn: ignore,
  error: ignore,
  crit: ignore,
  reopen: done,
  flush: done,
  close: done,
};
