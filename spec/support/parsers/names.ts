import * as fc from 'fast-check';
import { nameOfText, textOfName } from '../../../lib/archive/zip/names.ts';
import { instanceProperties } from '../../../lib/base/instance/properties.ts';
import { parseServerFile, parseVersionName } from '../../../lib/base/names/server-file.ts';
import { compareVersions } from '../../../lib/base/names/version-order.ts';
import { bytesOf, texts } from './inputs.ts';
import { must, mustEqual, type Parser } from './parser.ts';

const VERSION_WORDS = [
  '1',
  '0',
  '10',
  '00',
  '.',
  '-',
  '+',
  '~',
  '_',
  'rc',
  'SNAPSHOT',
  'alpha',
  'a1',
];
const VERSIONS = ['1.4.2', '1.0.0-rc1', '1.0-20220310.101112-5', '2.0.0-SNAPSHOT', '1.0.0.Final'];
const NAME_WORDS = [
  ...VERSION_WORDS,
  'shop-',
  'shop',
  '/',
  '..',
  '\0',
  '\\',
  '.jar',
  '.zip',
  '.d',
  ' ',
];
const PROPERTY_WORDS = [
  'server.port',
  '=',
  ':',
  ' ',
  '\\',
  '\n',
  '\r',
  '\t',
  '#',
  '!',
  '80',
  'vili.test',
];
const PROPERTIES = ['server.port=80\ncolour : red\\\n  blue\n', '# a\r\n\r\nserver.port 80\r\n'];
const OWN_LINES = 3;

const serverFiles: Parser<string> = {
  name: 'server file names',
  inputs: texts(
    NAME_WORDS,
    VERSIONS.map((version) => `shop-${version}.jar`),
  ),
  parse: (text) => {
    const file = parseServerFile('shop', text);
    const version = parseVersionName('shop', text);
    for (const name of [file?.name, version?.name]) {
      if (name === undefined) continue;
      must(!/[/\\\0]|^\.|\.\./.test(name), `${JSON.stringify(name)} is not one segment of a path`);
    }
    if (file === undefined) return;
    must(file.name.startsWith('shop-'), 'its folder does not begin with the identifier');
    mustEqual(parseVersionName('shop', file.name)?.version, file.version, 'folder and file differ');
  },
};

const versions: Parser<readonly [string, string, string]> = {
  name: 'versions',
  inputs: fc.tuple(...Array.from({ length: 3 }, () => texts(VERSION_WORDS, VERSIONS))) as never,
  parse: ([one, two, three]) => {
    const sign = (left: string, right: string): number => Math.sign(compareVersions(left, right));
    must(sign(one, two) + sign(two, one) === 0, 'the order is not the same from both sides');
    must((sign(one, two) === 0) === (one === two), 'two texts are one version');
    if (sign(one, two) <= 0 && sign(two, three) <= 0) {
      must(sign(one, three) <= 0, 'the order is not transitive');
    }
  },
};

const entryNames: Parser<Buffer> = {
  name: 'names in zips',
  inputs: bytesOf(texts(['%', '2F', '%2f', '/', '..', '\\', '\0', 'a', '\xff', 'é', '\x7f', '\n'])),
  parse: (name) => {
    const text = textOfName(name);
    must(text.length <= name.length * 3, 'the text is more than three times as long');
    must(nameOfText(text).equals(name), 'the text does not lead back to the name');
    // Whatever a stranger's zip has.
    nameOfText(name.toString());
  },
};

const properties: Parser<string> = {
  name: '.properties files',
  inputs: texts(PROPERTY_WORDS, PROPERTIES),
  parse: (text) => {
    const values = { test: true, portIdentifier: 'server.port', port: 9401 };
    const copy = instanceProperties(text, values);
    must(copy.length <= text.length * 20 + 200, 'the copy is out of proportion');
    must(/^server\.port=9401\r?$/m.test(copy.replaceAll('\r', '\n')), 'there is no port');
    const body = copy.split('\n').slice(OWN_LINES).join('\n');
    const again = instanceProperties(body, values);
    mustEqual(again, copy, 'a second copy differs');
  },
};

export const NAME_PARSERS = { serverFiles, versions, entryNames, properties };
