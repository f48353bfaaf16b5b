import * as fc from 'fast-check';
import { NOWHERE } from '../../../lib/compare/address/site.ts';
import { readContent } from '../../../lib/compare/content/read.ts';
import { parseLenient } from '../../../lib/compare/json/lenient.ts';
import { parseJsonText } from '../../../lib/compare/json/parse.ts';
import { createMask } from '../../../lib/compare/mask/mask.ts';
import { protocolFailure } from '../../../lib/compare/protocol/failure.ts';
import { DEFAULT_COMPARE_SETTINGS } from '../default-settings.ts';
import { bytesOf, texts } from './inputs.ts';
import { must, type Parser } from './parser.ts';

const MAX_BODY_BYTES = 1024 ** 2;
const JSON_WORDS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  'a',
  ':',
  ',',
  '1',
  '-',
  'e',
  '9'.repeat(20),
  '.',
  'null',
  'true',
  '\\u00',
  '\n',
  ' ',
  'NaN',
  "'",
];
const JSONS = ['{"a":[1,2.50,{"b":null}],"c":"d"}', '[12345678901234567890]'];
const BODY_WORDS = [
  '<',
  '>',
  '</',
  'a',
  'form',
  ' href="',
  '"',
  '&amp;',
  '&',
  ';',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<!DOCTYPE a [',
  '<?xml',
  '--b\r\n',
  '\r\n\r\n',
  ',',
  '\n',
  'password=',
  '%2e',
  '=',
  ...JSON_WORDS,
];
const BODIES = [
  '<html><body><form action="/a"><input name="b"></form><a href="/c">d</a></body></html>',
  '<?xml version="1.0"?><a b="c"><d>e</d><![CDATA[f]]></a>',
  '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nc\r\n--b--\r\n',
  'id,price\n1,"4,20"\n',
  'token=abc&password=def&id=7',
  ...JSONS,
];
const TYPES = [
  '',
  'application/json',
  'text/html',
  'application/xml',
  'multipart/form-data; boundary=b',
  'multipart/mixed',
  'text/csv',
  'text/plain; charset=x',
  'application/grpc-web',
  'application/connect+json',
  'application/x-www-form-urlencoded',
  'image/png',
];
const ENCODINGS = ['', '', '', '', 'gzip', 'br', 'deflate', 'gzip, gzip', 'x', ','.repeat(100)];

const json: Parser<string> = {
  name: 'JSON of responses and of logs',
  inputs: texts(JSON_WORDS, JSONS),
  parse: (text) => {
    parseJsonText(text);
    parseLenient(text);
  },
};

const bodies: Parser<readonly [string, string, Buffer]> = {
  name: 'bodies of responses: JSON, HTML, XML, multipart, tables, gRPC, masking',
  inputs: fc.tuple(
    fc.constantFrom(...TYPES),
    fc.constantFrom(...ENCODINGS),
    bytesOf(texts(BODY_WORDS, BODIES)),
  ),
  parse: ([type, encoding, body]) => {
    const headers = [
      ...(type === '' ? [] : ['content-type', type]),
      ...(encoding === '' ? [] : ['content-encoding', encoding]),
    ];
    const read = readContent(headers, body, NOWHERE, MAX_BODY_BYTES);
    if ('length' in read) must(read.length <= MAX_BODY_BYTES, 'its length is not bounded');
    protocolFailure(
      { status: 200, headers, bytes: body, length: body.length, digest: '', cut: false },
      MAX_BODY_BYTES,
    );
    const masked = mask.body(headers, body);
    const length = masked?.text.length ?? 0;
    must(length <= body.length * 10 + 1000, `masked it has ${length} characters`);
  },
};

const urls: Parser<string> = {
  name: 'addresses, for masking',
  inputs: texts(
    [
      '/',
      '?',
      '#',
      '&',
      '=',
      '%',
      '%25',
      '%2f',
      'token',
      'id',
      'a',
      '@',
      ':',
      '//',
      'é',
      '\0',
      '+',
    ],
    ['/a/b?token=c&id=7', 'http://u:p@h/a'],
  ),
  parse: (text) => {
    const masked = mask.target(text).text + mask.text(text);
    must(masked.length <= text.length * 10 + 100, 'masked it is out of proportion');
  },
};

const mask = createMask(DEFAULT_COMPARE_SETTINGS.mask);

export const CONTENT_PARSERS = { json, bodies, urls };
