import * as fc from 'fast-check';
import { unitOf } from './http-arbitraries.ts';

/** White space around a value, as RFC 9112 section 5 allows it. */
const around = fc.constantFrom('', '', '', ' ', ' ', ' ', '  ', '\t', ' \t', '\t ');
/** White space within a start line. */
const between = mostly(' ', '  ', '   ', '\t', ' \t');
/** What some clients send before a request; node skips every CR and LF there. */
const before = mostly('', '\r\n', '\n', '\r', '\n\n', '\r\n\r\n', ' ');
const versionEnd = mostly('', ' ', '\t');
const content = fc.constantFrom('', 'hi', 'hello\r\n', 'GET / HTTP/1.1\r\n\r\n');
const extension = fc.oneof(
  fc.constantFrom('', ';a', ';a=b', ';a="b;c"', ';', '; a', ' ;a', ';a b', ';=', ';a;;b', ';a="b'),
  fc.string({ unit: unitOf(';="\\\t aB0\x80\xff,:'), maxLength: 6 }).map((it) => `;${it}`),
);

/** A request whose parts are common ones in odd spellings; not all of them are valid. */
export const oddRequest: fc.Arbitrary<string> = fc
  .record({
    before,
    method: fc.constantFrom('GET', 'POST', 'PUT', 'OPTIONS'),
    blanks: fc.tuple(between, between, versionEnd),
    spaces: fc.array(fc.tuple(around, around), { minLength: 4, maxLength: 4 }),
    connection: fc.constantFrom('', 'close', 'keep-alive', 'Close', 'close,', 'TE'),
    framing: fc.constantFrom('none', 'length', 'length', 'chunked'),
    te: fc.constantFrom('', 'trailers'),
    extension,
    content,
  })
  .map((it) => {
    const line = (name: string, value: string, at: number): string => {
      const [left = '', right = ''] = it.spaces[at] ?? [];
      return value === '' ? '' : `${name}:${left}${value}${right}\r\n`;
    };
    const [first, second, last] = it.blanks;
    const framing = {
      none: '',
      length: line('Content-Length', `${it.content.length}`, 0),
      chunked: line('Transfer-Encoding', 'chunked', 0),
    };
    const rest = {
      none: '',
      length: it.content,
      chunked: `${chunkOf(it.content, it.extension)}0\r\n\r\n`,
    };
    return (
      `${it.before}${it.method}${first}/x${second}HTTP/1.1${last}\r\n` +
      line('Host', 'a', 1) +
      line('Connection', it.connection, 2) +
      line('TE', it.te, 3) +
      `${framing[it.framing]}\r\n${rest[it.framing]}`
    );
  });

/** A response in an odd spelling, and the same without what node's parser does not understand. */
export const oddResponse: fc.Arbitrary<{ odd: string; plain: string }> = fc
  .record({
    status: fc.constantFrom(
      '200 OK',
      '200',
      '200 ',
      '404 Not  Found',
      '204 No Content',
      '304 Same',
    ),
    before: fc.constantFrom('', '', '\r\n', '\r\n\r\n'),
    spaces: fc.array(fc.tuple(around, around), { minLength: 3, maxLength: 3 }),
    framing: fc.constantFrom('length', 'length', 'identity', 'chunked', 'close'),
    connection: fc.constantFrom('', 'close', 'keep-alive'),
    extension,
    content,
  })
  .map((it) => {
    const bodiless = /^(?:204|304)/.test(it.status);
    const spelled = (isOdd: boolean): string => {
      const line = (name: string, value: string, at: number): string => {
        const [left = '', right = ''] = it.spaces[at] ?? [];
        if (value === '') return '';
        return isOdd ? `${name}:${left}${value}${right}\r\n` : `${name}: ${value}\r\n`;
      };
      const length = line('Content-Length', `${it.content.length}`, 0);
      const framing = {
        close: '',
        length,
        identity: (isOdd ? line('Transfer-Encoding', 'identity', 1) : '') + length,
        chunked: line('Transfer-Encoding', 'chunked', 1),
      };
      const chunks = `${chunkOf(it.content, isOdd ? it.extension : '')}0\r\n\r\n`;
      const rest = it.framing === 'chunked' ? chunks : it.content;
      const head = `HTTP/1.1 ${it.status}\r\n${line('Connection', it.connection, 2)}`;
      return `${it.before}${head}${framing[it.framing]}\r\n${bodiless ? '' : rest}`;
    };
    return { odd: spelled(true), plain: spelled(false) };
  });

// Private

function mostly(usual: string, ...odd: string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

function chunkOf(text: string, extension: string): string {
  return text === '' ? '' : `${text.length.toString(16)}${extension}\r\n${text}\r\n`;
}
