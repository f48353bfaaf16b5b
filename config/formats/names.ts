import { type Format, FormatError, hasControlCharacter, textOf } from './format.ts';

const MAX_TEXT_CHARACTERS = 4096;
const MAX_IDENTIFIER_BYTES = 128;
const MAX_FILE_NAME_BYTES = 255;
/** The characters of a header name or a method (RFC 9110, section 5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
/** Signals that ask a process to end; others would leave it running or stopped forever. */
const NOTICE_SIGNALS = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'] as const;
const STOP_SIGNALS = [
  'SIGTERM',
  'SIGINT',
  'SIGQUIT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
  'SIGKILL',
] as const;

/** Any text on one line; empty is a value. */
export const text: Format<string> = {
  name: 'text',
  example: 'any text on one line',
  takesEmpty: true,
  parse(raw) {
    const value = textOf(raw);
    if (value.length > MAX_TEXT_CHARACTERS) throw new FormatError('is longer than 4096 characters');
    if (hasControlCharacter(value)) throw new FormatError('has a line break or control character');
    return value;
  },
  holds: isText,
};

/** The name of the server file without its version; a part of file and folder names. */
export const identifier: Format<string> = {
  name: 'identifier',
  example: 'inventory',
  parse(raw) {
    const value = fileNameOf(raw, MAX_IDENTIFIER_BYTES);
    if (value.startsWith('-') || value.startsWith('.')) {
      throw new FormatError('must not begin with "-" or "."');
    }
    if (/\s/.test(value)) throw new FormatError('must not contain spaces');
    return value;
  },
  holds: isText,
};

/** The name of a file in the base folder, or empty for none. */
export const fileName: Format<string> = {
  name: 'file name',
  example: 'local_override.properties',
  takesEmpty: true,
  parse: (raw) => (textOf(raw) === '' ? '' : fileNameOf(raw, MAX_FILE_NAME_BYTES)),
  holds: isText,
};

/** A path, relative to the base folder or absolute; empty for none. */
export const path: Format<string> = {
  name: 'path',
  example: 'logs_vili',
  takesEmpty: true,
  parse: (raw) => text.parse(raw),
  holds: isText,
};

/** The path of a request: begins with `/`, may have a query; `none` for none. */
export const requestPath: Format<string | null> = {
  name: 'request path',
  example: '/health',
  parse(raw) {
    const value = text.parse(raw);
    if (value.toLowerCase() === 'none') return null;
    if (!value.startsWith('/')) throw new FormatError('must begin with "/"', `/${value}`);
    if (!/^[\x21-\x7e]+$/.test(value) || value.includes('#')) {
      throw new FormatError(
        'must be written as it is sent: no space, no "#", other characters as %XX',
      );
    }
    return value;
  },
  holds: (value) => value === null || isText(value),
};

/** The name of a cookie; `none` for none. */
export const cookieName: Format<string | null> = {
  name: 'cookie name',
  example: 'vili_preview, none',
  parse(raw) {
    const value = textOf(raw);
    if (value.toLowerCase() === 'none') return null;
    if (!TOKEN.test(value)) throw new FormatError('is not the name of a cookie');
    return value;
  },
  holds: (value) => value === null || isText(value),
};

/** The name of an HTTP header. */
export const headerName: Format<string> = {
  name: 'header name',
  example: 'X-Vili-Mirror',
  parse(raw) {
    const value = textOf(raw);
    if (!TOKEN.test(value)) throw new FormatError('is not a header name');
    return value;
  },
  holds: isText,
};

/** The name of an HTTP header, read in lower case. */
export const lowerCaseHeaderName: Format<string> = {
  ...headerName,
  parse: (raw) => headerName.parse(raw).toLowerCase(),
};

/** The name of an environment variable; a `*` at its end matches any rest. */
export const variableName: Format<string> = {
  name: 'variable',
  example: 'DB_URL, SPRING_*',
  parse(raw) {
    const name = textOf(raw).trim();
    if (/^[A-Za-z_][A-Za-z0-9_]*\*?$|^\*$/.test(name)) return name;
    throw new FormatError('is not the name of an environment variable');
  },
  holds: isText,
};

/** The name of an HTTP method, in upper case. */
export const method: Format<string> = {
  name: 'method',
  example: 'GET',
  parse(raw) {
    const value = textOf(raw).toUpperCase();
    if (!TOKEN.test(value)) throw new FormatError('is not a method name');
    return value;
  },
  holds: isText,
};

/** The name of a signal that ends a process; `TERM` is short for `SIGTERM`. */
export const signalName: Format<NodeJS.Signals> = {
  name: 'signal',
  example: STOP_SIGNALS.join(', '),
  parse(raw) {
    const value = textOf(raw).toUpperCase();
    const name = STOP_SIGNALS.find((signal) => signal === value || signal === `SIG${value}`);
    if (name === undefined) throw new FormatError(`must be one of ${STOP_SIGNALS.join(', ')}`);
    return name;
  },
  holds: (value) => STOP_SIGNALS.some((signal) => signal === value),
};

/** Signals that a process may get without being asked to end; null: none. */
export const noticeSignal: Format<NodeJS.Signals | null> = {
  name: 'signal or none',
  example: `none, ${NOTICE_SIGNALS.join(', ')}`,
  parse(raw) {
    const value = textOf(raw).toUpperCase();
    if (value === 'NONE' || value === '') return null;
    const name = NOTICE_SIGNALS.find((signal) => signal === value || signal === `SIG${value}`);
    if (name !== undefined) return name;
    throw new FormatError(`must be none or one of ${NOTICE_SIGNALS.join(', ')}`);
  },
  holds: (value) => value === null || NOTICE_SIGNALS.some((signal) => signal === value),
};

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): Format<T> {
  return {
    name: 'word',
    example: words.join(', '),
    parse(raw) {
      const value = textOf(raw);
      const word = words.find((candidate) => candidate === value.toLowerCase());
      if (word === undefined) throw new FormatError(`must be one of ${words.join(', ')}`);
      return word;
    },
    holds: (value) => words.some((word) => word === value),
  };
}

// Private

function fileNameOf(raw: Parameters<typeof textOf>[0], maxBytes: number): string {
  const value = textOf(raw);
  if (value === '') throw new FormatError('is empty');
  if (value.includes('/') || value.includes('\\'))
    throw new FormatError('must not contain "/" or "\\"');
  if (value.includes('..')) throw new FormatError('must not contain ".."');
  if (value === '.') throw new FormatError('is the folder itself');
  if (hasControlCharacter(value)) throw new FormatError('has a line break or control character');
  if (Buffer.byteLength(value) > maxBytes)
    throw new FormatError(`is longer than ${maxBytes} bytes`);
  return value;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
