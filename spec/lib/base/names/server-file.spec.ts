import { expect } from 'chai';
import * as fc from 'fast-check';
import { parseServerFile, parseVersionName } from '../../../../lib/base/names/server-file.ts';

const version = fc
  .tuple(
    fc.array(fc.nat({ max: 9999 }), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '-SNAPSHOT', '-rc.1', '-20220310.101112-5', '.Final', '-jdk17'),
  )
  .map(([numbers, rest]) => numbers.join('.') + rest);
const extension = fc.constantFrom('.jar', '.js', '.mjs', '.cjs', '.py', '.sh', '.bin');

describe('the name of a server file', () => {
  it('is IDENTIFIER-version.ext, for every version and extension', () => {
    fc.assert(
      fc.property(version, extension, (text, type) => {
        const fileName = `inventory-${text}${type}`;
        const expected = { fileName, name: `inventory-${text}`, version: text, extension: type };
        expect(parseServerFile('inventory', fileName)).to.deep.equal(expected);
        const folder = { name: expected.name, version: text };
        expect(parseVersionName('inventory', expected.name)).to.deep.equal(folder);
      }),
    );
  });

  it('may have no extension; its folder then has another name than the file', () => {
    for (const text of ['1.4.2', '1.4.2-linux-amd64', '1.0.0.Final', '2.0.0.RC1']) {
      const file = parseServerFile('inventory', `inventory-${text}`);
      expect(file).to.include({ extension: '', version: text, name: `inventory-${text}.d` });
      expect(parseVersionName('inventory', file?.name ?? '')?.version).to.equal(text);
    }
  });

  it('may have hyphens and regular-expression characters in its identifier', () => {
    expect(parseServerFile('my.svc-a', 'my.svc-a-1.0.jar')?.version).to.equal('1.0');
    expect(parseServerFile('my.svc-a', 'myxsvc-a-1.0.jar')).to.equal(undefined);
  });

  for (const name of [
    'id.jar',
    'id-agent-1.0.jar',
    'id-.jar',
    'id-v1.0.jar',
    'idx-1.0.jar',
    'ID-1.0.jar',
    'xid-1.0.jar',
    ...['zip', 'tmp', 'part', 'crdownload', 'jar.part', 'jar.tmp', 'jar.1', 'jar~', 'jar.md5'].map(
      (end) => `id-1.0.${end}`,
    ),
    'id-1.0.jar.sha1',
    'id-1.0.pom',
    'id-1.0-sources.jar',
    'id-1.0-javadoc.jar',
    'id-1.0.jar\n',
    'id-1.0\n.jar',
    'id-1.0 .jar',
    'id-1.0\u0000.jar',
    'id-1.0\u001b[2J.jar',
    'id-1.0/../../x.jar',
    'id-1.0/x.jar',
    'id-1..0.jar',
    'id-1.0...jar',
    'id-..jar',
    'id-1.0.',
    '.id-1.0.jar',
    `id-1.${'0'.repeat(300)}.jar`,
    '',
  ]) {
    it(`is not ${JSON.stringify(name.slice(0, 40))}`, () => {
      expect(parseServerFile('id', name)).to.equal(undefined);
    });
  }

  it('never leads out of its folder, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const file = parseServerFile('id', `id-1${text}.jar`);
        if (file === undefined) return;
        expect(file.fileName).to.match(/^id-1[\w.+~-]*\.jar$/);
        expect(file.fileName).not.to.include('..');
        expect(file.name + file.extension).to.equal(file.fileName);
      }),
    );
  });
});
