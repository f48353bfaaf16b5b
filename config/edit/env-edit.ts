import { type EnvEntry, parseEnvFile } from '../sources/env-file.ts';
import { type Edited, lineEndOf } from './edited.ts';

/**
 * Sets a key of a `.env` file: in the line that counts if it is one line, else in a new last line. Null when the new
 * file would not be read back with exactly that value and everything else as it was.
 */
export function editEnv(
  source: string,
  entry: Pick<EnvEntry, 'key' | 'line'> | null,
  name: string,
  value: string,
  comment: string,
): Edited | null {
  const quoted = quotedValue(value);
  if (quoted === null) return null;
  const end = lineEndOf(source);
  const added = (before: string | null, line: number, text: string): Edited => ({
    text,
    line,
    before,
    after: `# ${comment}\n${entry?.key ?? name}=${quoted}`,
  });
  const lines = source.split('\n');
  const old = entry === null ? undefined : lines[entry.line - 1];
  if (entry !== null && old !== undefined) {
    const indent = /^\s*(?:export\s+)?/.exec(old)?.[0] ?? '';
    const changed = `${indent}${entry.key}=${quoted}${old.endsWith('\r') ? '\r' : ''}`;
    const text = lines
      .with(entry.line - 1, `# ${comment}${end.slice(0, -1)}\n${changed}`)
      .join('\n');
    const edited = added(old.trimEnd(), entry.line + 1, text);
    if (isAsMeant(source, text, entry.key, value)) return edited;
  }
  const gap = source === '' || source.endsWith('\n') ? '' : end;
  const key = entry?.key ?? name;
  const text = `${source}${gap}# ${comment}${end}${key}=${quoted}${end}`;
  const line = text.split('\n').length - 1;
  return isAsMeant(source, text, key, value) ? added(null, line, text) : null;
}

// Private

/** Within single quotes nothing is special. */
function quotedValue(value: string): string | null {
  return /['\r\n]/.test(value) ? null : `'${value}'`;
}

/** All other keys as they were, and no new problem. */
function isAsMeant(before: string, after: string, key: string, value: string): boolean {
  const [old, found] = [valuesOf(before), valuesOf(after)];
  old.set(key, value);
  return old.size === found.size && [...old].every(([name, text]) => found.get(name) === text);
}

function valuesOf(source: string): Map<string, string> {
  const { entries, problems } = parseEnvFile(source);
  const values = new Map(entries.map(({ key, value }) => [key, value]));
  if (problems.length > 0) values.set('', String(problems.length));
  return values;
}
