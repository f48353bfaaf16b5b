import { stripVTControlCharacters } from 'node:util';
import { createMask, type MaskSettings } from './mask.ts';

/** The log line without secrets; null for a line that cannot be searched reliably. */
export type LineMask = (line: string) => string | null;

/**
 * Masks log lines by the rules for responses. A line may contain bodies, headers and parameters in
 * any place, so the last name of a masked path applies everywhere. Throws ViliError
 * `VILI_JSON_PATH` for an invalid path.
 */
export function createLineMask(settings: MaskSettings): LineMask {
  const mask = createMask(settings, true);
  return (written) => {
    const line = stripVTControlCharacters(written);
    // A document that breaks off may hide the name of what it shows.
    return line.startsWith('{') && !isJson(line) ? null : mask.text(line);
  };
}

// Private

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
