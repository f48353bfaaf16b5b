import { type FlatHeaders, headerValues } from '../../../model/headers.ts';
import { pathOf } from '../../../model/path-template.ts';
import { handedOutOf, isCredentialName, isCredentialValue } from '../credentials.ts';
import { fieldsOf } from './fields.ts';

/** Larger bodies hand out nothing that is looked for. */
const MAX_BODY = 65_536;
const MAX_NODES = 2000;
const MAX_DEPTH = 16;
const MAX_PAIRS = 32;
const ID = /^_?id$/;

/** One side's response to a request, as far as it hands something out. */
export interface Handing {
  readonly headers: FlatHeaders;
  /** Null when nothing is to be looked for in the body. */
  readonly bytes: Buffer | null;
}

/** What the same place holds in both responses. */
export interface Twin {
  readonly running: string;
  readonly testing: string;
  /** `session`: a cookie, a token; `field`: of a form or document; `path`: of something that was created. */
  readonly what: 'session' | 'field' | 'path';
}

/**
 * Values that two responses of one status hand out in the same place: cookies, tokens, fields that are named like a
 * credential, and where a created thing is.
 */
export function twinsIn(
  method: string,
  target: string,
  running: Handing,
  testing: Handing,
): readonly Twin[] {
  const found: Twin[] = [];
  const add = (what: Twin['what'], ours: string, theirs: string): void => {
    if (ours !== theirs && found.length < MAX_PAIRS)
      found.push({ what, running: ours, testing: theirs });
  };
  const theirs = handedOutOf(testing.headers);
  for (const { kind, value } of handedOutOf(running.headers)) {
    const same = theirs.find((one) => one.kind === kind);
    if (same !== undefined) add('session', value, same.value);
  }
  const [texts, paths] = [
    [textOf(running), textOf(testing)],
    [placeOf(running), placeOf(testing)],
  ];
  if (method === 'POST') addPath(paths[0] ?? '', paths[1] ?? '', add);
  const [ours, others] = texts;
  if (ours === undefined || others === undefined || ours === '' || others === '') return found;
  if (/^\s*[[{]/.test(ours)) addOfJson(method, target, ours, others, add);
  else if (/^\s*</.test(ours)) addOfHtml(ours, others, add);
  return found;
}

// Private

type Add = (what: Twin['what'], ours: string, theirs: string) => void;

function textOf({ bytes }: Handing): string {
  return bytes === null || bytes.length > MAX_BODY ? '' : bytes.toString('utf8');
}

function placeOf({ headers }: Handing): string {
  const [location = ''] = headerValues(headers, 'location');
  return pathOf(location.replace(/^https?:\/\/[^/]*/, ''));
}

/** Both were created below the same path: the last segments are theirs. */
function addPath(ours: string, theirs: string, add: Add): void {
  const [end, otherEnd] = [ours.lastIndexOf('/'), theirs.lastIndexOf('/')];
  if (end < 0 || ours.slice(0, end) !== theirs.slice(0, otherEnd)) return;
  if (end < ours.length - 1 && otherEnd < theirs.length - 1) add('path', ours, theirs);
}

function addOfJson(method: string, target: string, ours: string, theirs: string, add: Add): void {
  let nodes = 0;
  const walk = (left: unknown, right: unknown, depth: number): void => {
    if (!isObject(left) || !isObject(right) || depth > MAX_DEPTH) return;
    for (const [key, value] of Object.entries(left)) {
      if (++nodes > MAX_NODES) return;
      const other = right[key];
      if (typeof value === 'string' && typeof other === 'string') {
        if (isCredentialName(key) && isCredentialValue(value) && isCredentialValue(other)) {
          add(/csrf|xsrf/i.test(key) ? 'field' : 'session', value, other);
        }
      } else walk(value, other, depth + 1);
      if (depth > 0 || method !== 'POST' || !ID.test(key)) continue;
      if (isId(value) && isId(other))
        addPath(`${pathOf(target)}/${value}`, `${pathOf(target)}/${other}`, add);
    }
  };
  const [left, right] = [parsed(ours), parsed(theirs)];
  walk(left, right, 0);
}

function addOfHtml(ours: string, theirs: string, add: Add): void {
  const others = fieldsOf(theirs);
  for (const [name, value] of fieldsOf(ours)) {
    const other = others.get(name);
    if (other === undefined || !isCredentialName(name)) continue;
    if (isCredentialValue(value) && isCredentialValue(other)) add('field', value, other);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isId(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && /^[\w.~-]{1,128}$/.test(value));
}
