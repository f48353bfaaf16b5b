import type { JournalLevel } from './journal.ts';

const LEVELS: Readonly<Record<string, JournalLevel>> = {
  debug: 'DEBUG',
  info: 'INFO',
  notice: 'NOTICE',
  warn: 'WARNING',
  warning: 'WARNING',
  error: 'ERROR',
  crit: 'CRIT',
};

/** The journal's level for a setting's word; an unknown word means info. */
export function journalLevelOf(word: string): JournalLevel {
  return LEVELS[word.toLowerCase()] ?? 'INFO';
}
