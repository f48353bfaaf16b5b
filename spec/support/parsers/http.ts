import * as fc from 'fast-check';
import { FastReader } from '../../../lib/proxy/downstream/fast-request.ts';
import { ChunkReader } from '../../../lib/proxy/http/chunk-reader.ts';
import { splitHeaders } from '../../../lib/proxy/http/headers.ts';
import { MethodExchange } from '../../../lib/proxy/http/method-exchange.ts';
import { readRequestHead } from '../../../lib/proxy/http/request-head.ts';
import type { HeadRules } from '../../../lib/proxy/http/request-headers.ts';
import { BadResponseError } from '../../../lib/proxy/http/response-head.ts';
import { ResponseReader } from '../../../lib/proxy/http/response-reader.ts';
import { operationOf } from '../../../lib/proxy/copy/operation.ts';
import { pieces } from '../http-arbitraries.ts';
import { texts } from './inputs.ts';
import { must, type Parser } from './parser.ts';

const MAX_HEAD_BYTES = 65_536;
const PEER = { address: '192.0.2.1', trusted: true };
const RULES: HeadRules = {
  maxCount: 100,
  markHeader: 'x-vili-mirror',
  tokenHeader: 'x-vili-mirror-token',
  scheme: 'http',
  nextRequestId: () => 'id',
};
const HEAD_WORDS = [
  'GET ',
  'POST ',
  'FOO ',
  '/',
  'http://a',
  '*',
  ' HTTP/1.1',
  ' HTTP/1.0',
  '\r\n',
  '\n',
  '\r',
  ':',
  ' ',
  '\t',
  'Host',
  'Host: a',
  'Content-Length',
  ': 5',
  'Transfer-Encoding: chunked',
  'Connection: close',
  'Expect: 100-continue',
  'Upgrade: h2c',
  'X-Forwarded-For: 1',
  'Forwarded: for=a',
  ',',
  ';',
  '"',
  '\0',
  '\xff',
  '5\r\nhello\r\n',
  '0\r\n\r\n',
  'TE: trailers',
];
const REQUESTS = [
  'GET /a?b=c HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'FOO /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n',
];
const RESPONSE_WORDS = [
  'HTTP/1.1 ',
  'HTTP/1.0 ',
  '200',
  '204',
  '100',
  '101',
  '103',
  ' OK',
  ...HEAD_WORDS.slice(8),
];
const RESPONSES = [
  'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine',
  'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n',
  'HTTP/1.0 200\r\nConnection: close\r\n\r\nuntil the end',
];
const CHUNK_WORDS = [
  '0',
  '5',
  'ffffffffffffff',
  '\r\n',
  '\n',
  ';',
  ' ',
  'hello',
  'A: b',
  ':',
  '\0',
  '-',
];
const CHUNKS = ['5\r\nhello\r\n0\r\n\r\n', '1;a=b\r\nx\r\n00\r\nA: b\r\n\r\n'];
const JSON_WORDS = [
  '{',
  '}',
  '"query"',
  '"operationName"',
  '"jsonrpc"',
  '"method"',
  ':',
  '"',
  'query ',
  '\\n',
  'A',
  ' ',
  ',',
  '[',
];

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 });
type Cut = readonly [string, readonly number[]];

const requestHeads: Parser<string> = {
  name: 'request heads',
  inputs: texts(HEAD_WORDS, REQUESTS),
  parse: (text) => {
    const bytes = Buffer.from(text, 'latin1');
    const found = new FastReader(PEER, RULES, MAX_HEAD_BYTES).read(bytes);
    if (found !== null)
      must(!/[\r\n\0 ]/.test(found.head.path), 'the target has a control character');
    const [line = '', ...rest] = text.split('\r\n');
    const [method = '', url = ''] = line.split(' ');
    const rawHeaders = splitHeaders(`${rest.filter((it) => it.includes(':')).join('\r\n')}\r\n`, 0);
    const raw = { method, url, rawHeaders, httpVersionMajor: 1, httpVersionMinor: 1 };
    const head = readRequestHead(raw, PEER, RULES);
    must(head.requestId.length <= 1000, 'its id is not bounded');
    const sent = head.fields.sent.flat.join('').length;
    must(sent <= text.length * 3 + 500, `${sent} characters are sent for ${text.length}`);
    operationOf({ method, path: head.path, fields: head.fields }, null);
  },
};

const methods: Parser<Cut> = {
  name: 'requests with methods that node does not know',
  inputs: fc.tuple(texts(HEAD_WORDS, REQUESTS), shares),
  parse: ([text, cuts]) => {
    const exchange = new MethodExchange('x-secret', MAX_HEAD_BYTES);
    let passed = 0;
    for (const piece of pieces(text, cuts))
      passed += exchange.read(Buffer.from(piece, 'latin1')).length;
    passed += exchange.end().length;
    must(passed <= text.length * 5 + 100, 'it passes on far more than came');
  },
};

const chunkedBodies: Parser<Cut> = {
  name: 'chunked bodies',
  inputs: fc.tuple(texts(CHUNK_WORDS, CHUNKS), shares),
  parse: ([text, cuts]) => {
    const reader = new ChunkReader(MAX_HEAD_BYTES);
    let read = 0;
    for (const piece of pieces(text, cuts)) {
      const bytes = Buffer.from(piece, 'latin1');
      const end = reader.read(bytes, 0, (part) => (read += part.length));
      must(end <= bytes.length, 'it reads on behind the end');
      if (reader.done) break;
    }
    must(read <= text.length, 'the body is longer than its chunks');
  },
  mayThrow: (error) => error instanceof BadResponseError,
};

const responses: Parser<Cut> = {
  name: 'responses',
  inputs: fc.tuple(texts(RESPONSE_WORDS, RESPONSES), shares),
  parse: ([text, cuts]) => {
    let read = 0;
    let ends = 0;
    const count = ({ length }: { readonly length: number }): void => void (read += length);
    const reader = new ResponseReader(MAX_HEAD_BYTES, {
      interim: ({ fields }) => must(fields.length <= text.length, 'out of proportion'),
      head: (status, reason) => must(status >= 200 && !/[\r\n]/.test(reason), 'no head'),
      data: count,
      complete: () => (ends += 1),
      upgraded: (_, early) => count(early),
    });
    reader.expect({ method: 'GET', upgrade: '' });
    for (const piece of pieces(text, cuts)) reader.read(Buffer.from(piece, 'latin1'));
    reader.ended();
    must(read <= text.length && ends <= 1, 'more is read than was sent');
  },
  mayThrow: (error) => error instanceof BadResponseError,
};

const operations: Parser<string> = {
  name: 'operations in bodies: GraphQL, JSON-RPC, SOAP',
  inputs: texts(JSON_WORDS, ['{"query":"query Cart { a }"}', '{"jsonrpc":"2.0","method":"a.b"}']),
  parse: (text) => {
    const fields = { contentType: 'application/json', soapAction: '' };
    const inBody = operationOf({ method: 'POST', path: '/', fields }, Buffer.from(text));
    const action = { contentType: '', soapAction: text };
    const inHeader = operationOf({ method: 'POST', path: '/', fields: action }, null);
    must(inBody.length <= 64 && inHeader.length <= 64, 'its name is not bounded');
  },
};

export const HTTP_PARSERS = { requestHeads, methods, chunkedBodies, responses, operations };
