import { expect } from 'chai';
import * as fc from 'fast-check';
import { instanceProperties } from '../../../../lib/base/instance/properties.ts';

const HEAD = '# This is a copied and modified propertie file.\n# Modifications are done by Vili\n';
const values = { test: true, portIdentifier: 'server.port', port: 9401 };

function isPort(line: string): boolean {
  return /^[ \t\f]*server\.port(?:[=: \t\f]|$)/.test(line);
}

function isTest(line: string): boolean {
  return /^[ \t\f]*vili\.test(?:[=: \t\f]|$)/.test(line);
}

function body(original: string): string {
  const text = instanceProperties(original, values);
  const head = `${HEAD}vili.test=true\n`;
  expect(text.startsWith(head)).to.equal(true);
  return text.slice(head.length);
}

describe('the properties of an instance', () => {
  it('begin as the Go program wrote them, and keep every line of the user', () => {
    const original = '# mine\nserver.port=8080\ncolour = red\n\nname=a\\\n  b\n';
    expect(instanceProperties(original, { ...values, test: false })).to.equal(
      `${HEAD}vili.test=false\n# mine\nserver.port=9401\ncolour = red\n\nname=a\\\n  b\n`,
    );
  });

  it('replace the port however it is written', () => {
    for (const line of [
      'server.port=1',
      'server.port = 1',
      '  server.port: 1',
      'server.port 1',
      '\tserver.port\t1',
      'server.port',
      'server\\.port=1',
      'server.port=\\\n   1',
      'server.\\\n   port=1',
    ]) {
      expect(body(`a=b\n${line}\nc=d\n`), line).to.equal('a=b\nserver.port=9401\nc=d\n');
    }
  });

  it('keep a key that ends with a backslash, which Java reads as another one', () => {
    for (const line of ['server.port\\\\', 'server\\\\.port=1']) {
      expect(body(`${line}\nc=d\n`), line).to.equal(`${line}\nc=d\nserver.port=9401\n`);
    }
  });

  it('replace the port on every line, since in Java the last one counts', () => {
    expect(body('server.port=1\nx=y\nserver.port=2')).to.equal(
      'server.port=9401\nx=y\nserver.port=9401',
    );
  });

  it('append the port as a line of its own behind one that a backslash leaves open', () => {
    for (const line of ['\\', 'x=\\', 'x=a\\\\\\']) {
      expect(body(line), line).to.equal(`${line}\n\nserver.port=9401\n`);
      expect(body(`${line}\n`), line).to.equal(`${line}\n\nserver.port=9401\n`);
    }
    expect(body('x=a\\\\')).to.equal('x=a\\\\\nserver.port=9401\n');
    expect(body('# a\\')).to.equal('# a\\\nserver.port=9401\n');
  });

  it('append the port when no line has its key', () => {
    for (const line of [
      '',
      '#server.port=1',
      '! server.port=1',
      'my.server.port=1',
      'server.portal=1',
      'serverxport=1',
    ]) {
      const expected = line === '' ? '' : `${line}\n`;
      expect(body(line), line).to.equal(`${expected}server.port=9401\n`);
    }
    expect(body('note=a \\\nserver.port=1\n')).to.equal(
      'note=a \\\nserver.port=1\nserver.port=9401\n',
    );
    expect(body('# ends with \\\nserver.port=1\n')).to.equal('# ends with \\\nserver.port=9401\n');
  });

  it('keep the line ends of the file', () => {
    expect(body('a=b\r\nserver.port=1\r\nc=d')).to.equal('a=b\r\nserver.port=9401\r\nc=d');
  });

  it('state once whether it is a test, even when the original is itself a copy', () => {
    const copy = instanceProperties('a=b\n', { ...values, test: false });
    const again = instanceProperties(copy, values);
    expect(again.match(/^vili\.test=.*$/gm)).to.deep.equal(['vili.test=true']);
  });

  it('contain no port line when no key is set', () => {
    const text = instanceProperties('a=b\n', { ...values, portIdentifier: '' });
    expect(text).to.equal(`${HEAD}vili.test=true\na=b\n`);
  });

  it('keep all other lines byte for byte and in order, and at least one correct port', () => {
    const line = fc.oneof(
      fc.constantFrom('server.port=1', 'server.port : 2', '# server.port=3', '', 'k=v\\\\', 'x y'),
      fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replace(/[\r\n\\]/g, '')),
    );
    const end = fc.constantFrom('\n', '\r\n');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), end, (lines, lineEnd) => {
        const original = lines.map((each) => each + lineEnd).join('');
        const result = body(original).split(lineEnd);
        const others = lines.filter((each) => !isPort(each) && !isTest(each));
        const kept = result.slice(0, -1).filter((each) => !each.startsWith('server.port=9401'));
        expect(kept).to.deep.equal(others);
        const ports = Math.max(1, lines.filter(isPort).length);
        expect(result.join('\n').match(/server\.port=9401/g)).to.have.lengthOf(ports);
      }),
      { numRuns: 50 },
    );
  });
});
