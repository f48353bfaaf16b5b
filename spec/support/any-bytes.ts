import * as fc from 'fast-check';
import { chunkSizes, corrupted, corruptions, cuts, inChunks, unitOf } from './http-arbitraries.ts';

/** What running sends for one request, in how many writes, and how it goes on. */
export interface AnyBytes {
  readonly text: string;
  readonly cuts: readonly number[];
  readonly delayMs: number;
  readonly ending: 'keep' | 'end' | 'reset';
}

/** Names with a meaning for some version of HTTP, or for the objects that hold headers. */
export const NAMES: readonly string[] = [
  'Connection',
  'Keep-Alive',
  'Proxy-Connection',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'HTTP2-Settings',
  'Content-Length',
  'Host',
  'Date',
  'Range',
  'Referer',
  'Location',
  'If-Match',
  'ETag',
  'Age',
  'Authorization',
  'Content-Type',
  'Set-Cookie',
  'Expect',
  'X-A',
  'Status',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'proxy-authenticate',
  '~',
  "!'*|",
];
const VALUES = [
  '',
  'gzip',
  'trailers',
  'close',
  'x-a, te',
  'chunked',
  'h2c',
  '0',
  '3',
  '5, 5',
  '\xff',
];
const STATUSES = [
  '100',
  '101',
  '102',
  '103',
  '199',
  '200',
  '201',
  '204',
  '205',
  '206',
  '299',
  '304',
  '404',
  '500',
  '599',
  '600',
  '700',
  '999',
  '000',
  '099',
  '1000',
  '20',
  '-1',
  'abc',
];

const field = fc.tuple(
  fc.constantFrom(...NAMES),
  fc.oneof(
    fc.constantFrom(...VALUES),
    fc.string({ unit: unitOf('a ,;=\t\xe9\xff"'), maxLength: 12 }),
  ),
);

function linesOf(fields: readonly (readonly [string, string])[]): string {
  return fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

const body = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: unitOf('ab\r\n\0\xff0'), maxLength: 60 }) },
  { weight: 1, arbitrary: fc.constant('x'.repeat(200_000)) },
);

/** Most are nearly responses, since what is nothing like one gets no further than the first line. */
const response = fc
  .record({
    interims: fc.array(
      fc.tuple(fc.constantFrom('100', '102', '103', '150'), fc.array(field, { maxLength: 3 })),
      { maxLength: 3 },
    ),
    version: fc.constantFrom('1.1', '1.1', '1.1', '1.0', '2.0'),
    status: fc.constantFrom('200', '200', '200', ...STATUSES),
    reason: fc.constantFrom('OK', '', '\xff', 'a\tb'),
    fields: fc.array(field, { maxLength: 5 }),
    body,
    framing: fc.constantFrom('length', 'chunked', 'close', 'none', 'wrong'),
    sizes: chunkSizes,
    trailers: fc.array(field, { maxLength: 4 }),
    after: fc.constantFrom('', '', '', 'HTTP/1.1 200 OK\r\n\r\n', '\r\n', 'x'),
  })
  .map(({ interims, version, status, reason, fields, body, framing, sizes, trailers, after }) => {
    const hints = interims.map(([code, hint]) => `HTTP/1.1 ${code} x\r\n${linesOf(hint)}\r\n`);
    const framed = {
      length: `Content-Length: ${body.length}\r\n`,
      chunked: 'Transfer-Encoding: chunked\r\n',
      close: 'Connection: close\r\n',
      none: '',
      wrong: `Content-Length: ${body.length + 3}\r\n`,
    }[framing];
    const head = `HTTP/${version} ${status} ${reason}\r\n${linesOf(fields)}${framed}\r\n`;
    const sent = framing === 'chunked' ? `${inChunks(body, sizes)}${linesOf(trailers)}\r\n` : body;
    return hints.join('') + head + sent + after;
  });

const text = fc.oneof(
  { weight: 6, arbitrary: response },
  {
    weight: 3,
    arbitrary: fc
      .tuple(response, corruptions(1))
      .map(([whole, changes]) => corrupted(whole, changes)),
  },
  { weight: 1, arbitrary: fc.string({ unit: unitOf('HTP/1. 20\r\n\0:\xffa'), maxLength: 80 }) },
);

export const anyBytes: fc.Arbitrary<AnyBytes> = fc.record({
  text,
  cuts,
  delayMs: fc.constantFrom(0, 0, 0, 1, 3),
  ending: fc.constantFrom('keep' as const, 'end' as const, 'reset' as const),
});
