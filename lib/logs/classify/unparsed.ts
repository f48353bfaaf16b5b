import type { Level } from '../follow/batch.ts';
import { withoutColours } from './colours.ts';
import type { LogEntry } from './fields.ts';
import type { FileFormat } from './file-format.ts';
import { levelOfPlain } from './plain.ts';
import { scanLine } from './scan.ts';
import { messageIn, signatureOf, templateOf } from './signature.ts';
import { writerOf } from './writers.ts';

/** What a line says that is not JSON. */
export interface Unparsed {
  readonly level: Level;
  readonly signature: () => string;
  /** The fields that could be read, as JSON, whose secrets can be masked; null for a text. */
  readonly shown: string | null;
}

/**
 * Reads a line that does not parse. Where it is nearly JSON (cut off, too long, `NaN`, text before or
 * behind) its level and its kind come from the same table as those of a line that does; else, and where
 * the text before its fields has a level of its own, from its words.
 */
export function readUnparsed(text: string, format: FileFormat): Unparsed {
  const clean = withoutColours(text);
  const scanned = mayHaveFields(clean) ? scanLine(clean) : null;
  const before =
    scanned === null || scanned.before === '' ? 'unknown' : levelOfPlain(scanned.before);
  if (scanned !== null && before === 'unknown') {
    const { entry } = scanned;
    // A text may quote an object with a level; what a collector writes something before is a whole line.
    const isLine = scanned.before === '' || writerOf(entry) !== null;
    const level = isLine ? format.levelOf(entry, '') : 'unknown';
    if (level !== 'unknown')
      return { level, signature: () => kindOf(entry, clean), shown: JSON.stringify(entry) };
  }
  return { level: levelOfPlain(clean), signature: () => templateOf(clean), shown: null };
}

// Private

/** Spares most texts the search. */
function mayHaveFields(text: string): boolean {
  return text.includes('":') || text.includes("':") || text.includes('" :') || text.includes("' :");
}

/** A line that was cut may have lost its message. */
function kindOf(entry: LogEntry, text: string): string {
  return messageIn(entry) === '' ? templateOf(text) : signatureOf(entry);
}
