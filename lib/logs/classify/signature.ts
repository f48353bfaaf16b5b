import { fieldNames, fieldOf, isEntry, type LogEntry, textOf } from './fields.ts';

/** Longer texts are cut before any pattern is applied: the work per line is bounded. */
const MAX_TEXT = 2000;
const MAX_MESSAGE = 160;
const MAX_LOGGER = 60;
const MAX_FRAME = 80;

const LOGGERS = fieldNames(
  'logger_name loggerName logger log.logger SourceContext Properties.SourceContext @module ' +
    'record.name channel target name',
);

/** A template of the log writer itself beats any guess, so these fields come first. */
const MESSAGES = fieldNames(
  '@mt MessageTemplate message msg @m @message Message event short_message record.message ' +
    'fields.message MESSAGE M body text error',
);

const STACKS = fieldNames(
  'stack_trace error.stack_trace err.stack error.stack stack exception exc_info stacktrace ' +
    'thrown.extendedStackTrace context.exception.file @x Exception S',
);

/**
 * What two lines of the same kind share: the logger, the message without its variable parts, and
 * the top stack frame without line numbers, which change with every build. At most 310 characters.
 */
export function signatureOf(entry: LogEntry): string {
  const logger = textOf(entry, LOGGERS) ?? '';
  const message = templateOf(messageIn(entry));
  const frame = topFrame(stackIn(entry));
  const parts = [maskVariables(logger).slice(0, MAX_LOGGER), message];
  if (frame !== '') parts.push(frame);
  return parts.filter((part) => part !== '').join(' | ');
}

/** The message of an entry, for an example line; empty when it has none. */
export function messageIn(entry: LogEntry): string {
  return textOf(entry, MESSAGES) ?? '';
}

/**
 * A message without its variable parts: quoted text, times, numbers, ids, UUIDs, hexadecimal and
 * any other word with a digit. All get the same mark, since an id may be all digits in one line and
 * hexadecimal in the next.
 */
export function templateOf(message: string): string {
  return maskVariables(message).slice(0, MAX_MESSAGE);
}

/** The top frame of a stack trace of Java, Node, Python or Go, without line numbers and folders. */
export function topFrame(stack: string): string {
  const text = stack.slice(0, MAX_TEXT * 4);
  const frame = pythonFrame(text) ?? atFrame(text) ?? goFrame(text);
  return frame === null ? '' : maskVariables(frame).slice(0, MAX_FRAME);
}

// Private

function stackIn(entry: LogEntry): string {
  const text = textOf(entry, STACKS);
  if (text !== null) return text;
  const trace = fieldOf(entry, 'record.exception');
  return isEntry(trace) ? (textOf(trace, ['type']) ?? '') : '';
}

/** No pattern here may visit a character more than a few times, since a log can be hostile. */
function maskVariables(text: string): string {
  return (
    text
      .slice(0, MAX_TEXT)
      // oxlint-disable-next-line no-control-regex -- control characters are what is removed
      .replace(/[\s\u0000-\u001f\u007f]+/g, ' ')
      .replace(/"[^"]*"|`[^`]*`/g, '*')
      .replace(/(^|[\s(=:[,])'[^']*'(?!\w)/g, '$1*')
      .replace(/(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+/g, '*')
      .replace(/\b[a-fA-F]{8,}\b/g, '*')
      .replace(/(?<![\w-])(?=[\w-]*\d)[\w-]+/g, '*')
      .replace(/\*(?:[.,:;/+%-]? ?\*)+/g, '*')
      .trim()
  );
}

/** Python prints the innermost call last. */
function pythonFrame(text: string): string | null {
  const frames = [...text.matchAll(/File "([^"\n]{1,300})", line \d+, in ([^\n]{1,100})/g)];
  const last = frames.at(-1);
  return last === undefined ? null : `${last[2] ?? ''} (${fileName(last[1] ?? '')})`;
}

/** Java and Node: `at place(file:line)`, without the folder, whose name contains a version. */
function atFrame(text: string): string | null {
  const line = /(?:^|\n)[ \t]{0,16}at ([^\n]{1,300})/.exec(text)?.[1];
  if (line === undefined) return null;
  const [, place, file] = /^(.*?)\s?\(([^()]*)\)/.exec(line) ?? [];
  if (place === undefined) return fileName(line);
  return `${place} (${fileName(file ?? '')})`;
}

/** Go: the function on one line, its file on the next, which is indented. */
function goFrame(text: string): string | null {
  const match = /^([^\s()]{1,200})(?:\([^\n]*\))?\n\t([^\n]{1,300}):\d+/m.exec(text);
  return match === null ? null : `${match[1] ?? ''} (${fileName(match[2] ?? '')})`;
}

function fileName(place: string): string {
  const name = place.slice(Math.max(place.lastIndexOf('/'), place.lastIndexOf('\\')) + 1);
  return name.replace(/(?::\d+)+$/, '');
}
