/** bragi's level names, as people's log pipelines know them, with pino's numbers. */
export const JOURNAL_LEVELS = {
  DEBUG: 20,
  INFO: 30,
  NOTICE: 35,
  WARNING: 40,
  ERROR: 50,
  CRIT: 60,
} as const;

export type JournalLevel = keyof typeof JOURNAL_LEVELS;

/** The journal level for the word of a setting, in either case; an unknown word means INFO. */
export function journalLevelOf(word: string): JournalLevel {
  const name = word.toUpperCase() === 'WARN' ? 'WARNING' : word.toUpperCase();
  return Object.keys(JOURNAL_LEVELS).includes(name) ? (name as JournalLevel) : 'INFO';
}
