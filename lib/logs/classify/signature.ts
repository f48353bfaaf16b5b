import { withoutColours } from './colours.ts';
import { fieldNames, fieldOf, isEntry, type LogEntry, textOf } from './fields.ts';
import { topFrameOf } from './frames.ts';

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
const TEMPLATES = fieldNames('@mt MessageTemplate');
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
  const template = textOf(entry, TEMPLATES);
  const message =
    template === null
      ? templateOf(messageIn(entry))
      : maskVariables(template).slice(0, MAX_MESSAGE);
  const frame = topFrame(stackIn(entry));
  const parts = [maskVariables(logger).slice(0, MAX_LOGGER), message];
  if (frame !== '') parts.push(frame);
  return parts.filter((part) => part !== '').join(' | ');
}

/** The message of an entry, for an example line; empty when it has none. */
export function messageIn(entry: LogEntry): string {
  return textOf(entry, MESSAGES) ?? '';
}

/** The stack trace of an entry; empty when it has none. */
export function stackIn(entry: LogEntry): string {
  const text = textOf(entry, STACKS);
  if (text !== null) return text;
  const trace = fieldOf(entry, 'record.exception');
  return isEntry(trace) ? (textOf(trace, ['type']) ?? '') : '';
}

/**
 * A message without its variable parts: quoted text, times, numbers, ids, UUIDs, hexadecimal, addresses
 * and any other word with a digit. All get the same mark, since an id may be all digits in one line and
 * hexadecimal in the next. A message with a list has its words in the order of the alphabet, each once: the
 * order of a hash set is another in each process.
 */
export function templateOf(message: string): string {
  const masked = maskVariables(message);
  return (LISTING.test(masked) ? inOrder(masked) : masked).slice(0, MAX_MESSAGE);
}

/** The top frame of a stack trace by what survives a rebuild; empty where nothing does. */
export function topFrame(stack: string): string {
  return maskVariables(topFrameOf(stack)).slice(0, MAX_FRAME);
}

// Private

/** What separates or encloses the elements of a list. */
const LISTING = /[,;|[\]&]| (?:and|or) /;
const BETWEEN_WORDS = /[\s,;|[\](){}&=]+/;

function inOrder(text: string): string {
  const words = new Set(text.split(BETWEEN_WORDS));
  words.delete('');
  words.delete('and');
  words.delete('or');
  return [...words].sort().join(' ');
}

/** No pattern here may visit a character more than a few times, since a log can be hostile. */
function maskVariables(text: string): string {
  return (
    withoutColours(text.slice(0, MAX_TEXT))
      // oxlint-disable-next-line no-control-regex -- control characters are what is removed
      .replace(/[\s\u0000-\u001f\u007f]+/g, ' ')
      .replace(/"[^"]*"|`[^`]*`/g, '*')
      .replace(/(^|[\s(=:[,])'[^']*'(?!\w)/g, '$1*')
      .replace(/(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+/g, '*')
      .replace(/\b[a-fA-F]{8,}\b/g, '*')
      // Hash codes of Java's objects, names of generated classes and of temporary files.
      .replace(/@[a-f\d]{4,16}\b/g, '@*')
      .replace(/\$\$[\w$]+/g, '$$$$*')
      .replace(/\/tmp\/[^\s"'():,;\]]{1,200}/g, '*')
      // `e.map is not a function`, as a minifier names what has no name.
      .replace(
        /(?<![\w$.])[A-Za-z_$][\w$]?(?=(?:\.[\w$]{1,60}){0,4} is not (?:a |an |defined|iterable))/g,
        '*',
      )
      .replace(/(?<![\w-])(?=[\w-]*\d)[\w-]+/g, '*')
      .replace(/\*(?:[.,:;/+%-]? ?\*)+/g, '*')
      .trim()
  );
}
