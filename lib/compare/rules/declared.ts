import { attempt } from '../../errors.ts';
import type { DeclaredDifference } from '../../model/traffic-rules.ts';
import { parseJsonPath } from '../json/path.ts';

/** Differences that one file declares. A release with more of them is better looked at by a person. */
export const MAX_DECLARED = 100;
const MAX_LINE = 1000;
const MAX_REASON = 300;
const MAX_PROBLEMS = 5;
const MAX_SHOWN = 80;
const FORM = '[METHOD /path/{id}] $.path reason';
const LINE =
  /^(?:(\*|(?:[A-Za-z]+ +)?\/\S*) +)?(\$(?:"(?:[^"\\]|\\.)*"|[^\s"])*|header:\S*|"[^"]*")(?:\s+(\S.*))?$/;
const HEADER = /^header:[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const PLACE = /^"[a-z]+: ?[^"]+"$/;
/** What would steer a terminal, or break a line of a report. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/;

export interface DeclaredFile {
  readonly entries: readonly DeclaredDifference[];
  /** Each names its line; then nothing of the file counts. */
  readonly problems: readonly string[];
}

/**
 * Reads a file of differences that one release is meant to have: a place on each line, as in `compare.rules`, and why. Empty
 * lines and those that begin with `#` say nothing.
 */
export function parseDeclared(text: string): DeclaredFile {
  const entries: DeclaredDifference[] = [];
  const problems: string[] = [];
  const known = new Set<string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const read = entryOf(line);
    if (typeof read === 'string') {
      if (problems.length === MAX_PROBLEMS) return { entries: [], problems: [...problems, '…'] };
      problems.push(`line ${index + 1} ${read}`);
      continue;
    }
    const key = `${read.endpoint ?? '*'} ${read.path}`;
    if (known.has(key)) problems.push(`line ${index + 1} declares ${shown(key)} a second time`);
    known.add(key);
    if (entries.length === MAX_DECLARED) {
      const many = `it declares more than ${MAX_DECLARED} differences`;
      return { entries: [], problems: [...problems, many] };
    }
    entries.push(read);
  }
  return problems.length > 0 ? { entries: [], problems } : { entries, problems };
}

// Private

/** The entry, or what is wrong with the line. */
function entryOf(line: string): DeclaredDifference | string {
  if (line.length > MAX_LINE) return `has ${line.length} characters, at most ${MAX_LINE}`;
  if (CONTROL.test(line)) return 'has a control character';
  const [, where = '*', path, reason] = LINE.exec(line) ?? [];
  if (path === undefined) return `"${shown(line)}" is not ${FORM}`;
  if (!isPlace(path))
    return `"${shown(path)}" is not a place such as $.items[].price or header:Server`;
  if (reason === undefined)
    return `says not why ${shown(path)} may differ: write the reason behind it`;
  if (reason.length > MAX_REASON) {
    return `gives a reason of ${reason.length} characters, at most ${MAX_REASON}`;
  }
  return { endpoint: where === '*' ? null : where.replace(/ +/, ' '), path, reason };
}

function isPlace(path: string): boolean {
  if (path.startsWith('header:')) return HEADER.test(path);
  if (path.startsWith('"')) return PLACE.test(path);
  // The whole response is no difference that anybody declares.
  return path !== '$' && attempt(() => parseJsonPath(path) !== null, false);
}

function shown(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
