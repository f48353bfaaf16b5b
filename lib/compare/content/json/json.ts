import { isUtf8 } from 'node:buffer';
import { compareJson } from '../../json/difference.ts';
import { parseLenient } from '../../json/lenient.ts';
import { parseJson, parseJsonText } from '../../json/parse.ts';
import { eventsOf } from './events.ts';
import type { Comparing, ContentKind, Document } from '../kind.ts';
import { isJsonType } from '../media-type.ts';
import type { Source } from '../source.ts';

/** What keeps a browser from running JSON as a script, taken off by clients before they parse. */
const GUARD =
  /^\s*(?:\)\]\}'?,?[^\S\n]*(?:\n|(?=[[{]))|(?:while|for)\s*\((?:1|true|;;)\)\s*;?|throw\s[^\n;]{0,80}[;\n]|\{\}\s*&&|\/\*-secure-\s*)/;
/** `callback({…});`, with a comment before it that keeps a browser from taking it for a plug-in. */
const CALLBACK =
  /^\s*(?:\/\*\*\/\s*)?(?:typeof [\w$.]{1,100}\s*={2,3}\s*'function'\s*&&\s*)?[A-Za-z_$][\w$.]{0,199}\(/;
const CALLBACK_END = /\)\s*;?\s*$/;
const SECURE_END = /\*\/\s*$/;
const LINE_TYPES: ReadonlySet<string> = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonlines',
  'application/x-jsonlines',
  'application/jsonl',
  'application/json-lines',
  'application/stream+json',
  'application/json-seq',
]);
const SCRIPT_TYPES = /^(?:application|text)\/(?:x-)?(?:java|ecma)script$/;
/** Types under which JSON is sent by servers that do not set one. */
const UNSURE_TYPES =
  /^$|^text\/(?:plain|html)$|^application\/(?:octet-stream|x-www-form-urlencoded)$/;

const NOT_VALID = 'JSON that is not valid';

/** How the JSON is written; another form is another kind of content to those who read it. */
type Form = 'JSON' | 'JSON lines' | 'JSON events' | 'JSON behind a guard' | 'JSON in a callback';

export interface JsonDocument extends Document {
  readonly kind: 'json';
  readonly label: Form | typeof NOT_VALID;
  readonly value: unknown;
}

/** JSON of every form and under any declared type, compared by structure. */
export const json: ContentKind<JsonDocument> = {
  kind: 'json',
  read: readJson,
  // What was not valid cannot become worse, and a single line is both one value and lines.
  accepts: (running, testing) =>
    running.label === NOT_VALID || (isPlain(running) && isPlain(testing)),
  compare: compareJsonDocuments,
};

// Private

function readJson(source: Source): JsonDocument | null {
  const { type, first } = source;
  if (isJsonType(type) && !LINE_TYPES.has(type)) return readDeclared(source);
  if (type === 'text/event-stream') {
    return source.text === null ? null : documentOf('JSON events', eventsOf(source.text));
  }
  if (LINE_TYPES.has(type)) return linesOf(source, true);
  const isScript = SCRIPT_TYPES.test(type);
  if (!isScript && !UNSURE_TYPES.test(type)) return null;
  // An object, an array, a guard or a callback; any other text is not taken for JSON.
  if (!isScript && (first === 0x7b || first === 0x5b)) {
    return readWhole(source) ?? linesOf(source) ?? readLenient(source);
  }
  return source.text === null ? null : unwrapped(source.text);
}

/** One JSON value and lines with a single value differ in nothing that their readers see. */
function compareJsonDocuments(
  ours: JsonDocument,
  theirs: JsonDocument,
  { findings, maxDepth, places, textChange }: Comparing,
): void {
  const isLines = ours.label === 'JSON lines' || theirs.label === 'JSON lines';
  const valueOf = ({ label, value }: JsonDocument) =>
    isLines && label !== 'JSON lines' ? [value] : value;
  const rules = places === undefined ? undefined : { ...places, textChange };
  compareJson(valueOf(ours), valueOf(theirs), maxDepth, findings, rules);
}

function documentOf(label: JsonDocument['label'], value: unknown): JsonDocument {
  return { kind: 'json', label, value };
}

function isPlain({ label }: JsonDocument): boolean {
  return label === 'JSON' || label === 'JSON lines';
}

function readDeclared(source: Source): JsonDocument | null {
  const strict = readWhole(source);
  if (strict !== null) return strict;
  const { text } = source;
  if (text === null) return null;
  return unwrapped(text) ?? linesOf(source) ?? readLenient(source);
}

function readLenient({ text }: Source): JsonDocument | null {
  const lenient = text === null ? null : parseLenient(text);
  return lenient === null ? null : documentOf(NOT_VALID, lenient.value);
}

function readWhole(source: Source): JsonDocument | null {
  const parsed = parseJson(source.bytes);
  if (parsed.ok) return documentOf('JSON', parsed.value);
  // Another charset than UTF-8 is against the rules of JSON, but clients of that server read it.
  const { text } = source;
  if (text === null || isUtf8(source.bytes)) return null;
  const decoded = parseJsonText(text);
  return decoded.ok ? documentOf('JSON', decoded.value) : null;
}

function unwrapped(text: string): JsonDocument | null {
  const guard = GUARD.exec(text)?.[0];
  if (guard !== undefined) {
    return within('JSON behind a guard', text.slice(guard.length).replace(SECURE_END, ''));
  }
  const callback = CALLBACK.exec(text)?.[0];
  const end = callback === undefined ? null : CALLBACK_END.exec(text.slice(-200));
  if (callback === undefined || end === null) return null;
  return within('JSON in a callback', text.slice(callback.length, -end[0].length));
}

function within(form: Form, text: string): JsonDocument | null {
  const parsed = parseJsonText(text);
  const value = parsed.ok ? parsed : parseLenient(text);
  return value === null ? null : documentOf(form, value.value);
}

/** Each line is a value; where the type says so, one that is none counts as text. */
function linesOf(source: Source, isDeclared = false): JsonDocument | null {
  const { text } = source;
  // Deep nesting is costly even where it fails, and a single line has failed already.
  if (text === null || (!isDeclared && !text.includes('\n'))) return null;
  const values: unknown[] = [];
  // oxlint-disable-next-line no-control-regex -- the separator of JSON text sequences (RFC 7464)
  for (const line of text.split(/[\n\u001e]/)) {
    if (line.trim() === '') continue;
    const parsed = parseJsonText(line);
    if (!parsed.ok && !isDeclared) return null;
    values.push(parsed.ok ? parsed.value : line);
  }
  return documentOf('JSON lines', values);
}
