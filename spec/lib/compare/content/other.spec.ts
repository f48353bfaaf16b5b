import { expect } from 'chai';
import * as fc from 'fast-check';
import { comparePair, PLAIN } from '../../../../lib/compare/pair.ts';
import { createRuleBook } from '../../../../lib/compare/rules/rules.ts';
import { foundBetween, typed } from '../../../support/contents.ts';
import { DEFAULT_COMPARE_SETTINGS } from '../../../support/default-settings.ts';

describe('the comparison of text, tables, files and parts', () => {
  it('goes by lines, and by names where lines have them', () => {
    expect(changes('text/plain', 'one\ntwo', 'one\r\ntwo\r\n')).to.deep.equal([]);
    expect(changes('text/plain', 'one\ntwo', 'one')).to.deep.equal(['missing text: line']);
    expect(changes('text/plain', 'one\ntwo', 'one\nother')).to.deep.equal(['value text: line']);
    const metrics = '# HELP x\nup 1\nrequests{code="200"} 5\nrequests{code="500"} 0\n';
    expect(changes('text/plain', metrics, metrics.replace('up 1\n', ''))).to.deep.equal([
      'missing text: up',
    ]);
    expect(changes('text/plain', metrics, metrics.replace('} 5', '} 6'))).to.deep.equal([
      'value text: requests',
    ]);
    expect(changes('application/yaml', 'name: a\nsize: 1', 'name: a')).to.deep.equal([
      'missing text: size',
    ]);
  });

  it('goes by columns in tables', () => {
    const table = 'id,price,"a, b"\n1,4.20,x\n2,1.00,"y, z"\n';
    expect(changes('text/csv', table, table.replace('4.20', '0'))).to.deep.equal([
      'value table: price cell',
    ]);
    expect(changes('text/csv', table, 'id,"a, b"\n1,x\n2,"y, z"\n')).to.deep.equal([
      'missing table: price',
    ]);
    expect(changes('text/csv', table, 'id,price,"a, b"\n1,4.20,x\n')).to.include(
      'missing table: id cell',
    );
  });

  it('reads text in the charset that is declared', () => {
    const latin = typed('text/plain; charset=iso-8859-1', Buffer.from('caf\xe9', 'latin1'));
    expect(
      foundBetween(latin, typed('text/plain; charset=utf-8', 'café')).differences,
    ).to.deep.equal([]);
  });

  it('goes by what files are, by size and by hash', () => {
    const png = (rest: string) =>
      typed('image/png', Buffer.from(`\x89PNG\r\n\x1a\n${rest}`, 'latin1'));
    expect(foundBetween(png('a'), png('a')).differences).to.deep.equal([]);
    expect(foundBetween(png('a'), png('b')).differences[0]?.kind).to.equal('body');
    const broken = foundBetween(png('a'), typed('image/png', 'Not found'));
    expect(broken.differences[0]).to.include({
      kind: 'type',
      running: 'a PNG image',
      testing: 'text',
    });
    const pdf = foundBetween(
      typed('application/pdf', '%PDF-1.7\nx'),
      typed('application/pdf', '<html>'),
    );
    expect(pdf.differs).to.equal(true);
  });

  it('goes part by part, each by its own kind', () => {
    const body = (price: string, extra = '') =>
      `--x\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n{"price":${price}}\r\n` +
      `--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n${extra}--x--\r\n`;
    const type = 'multipart/form-data; boundary=x';
    expect(changes(type, body('1'), body('1'))).to.deep.equal([]);
    expect(changes(type, body('1'), body('0'))).to.deep.equal(['value $.price']);
    expect(changes(type, body('1'), body('"1"'))).to.deep.equal(['type $.price']);
    const one = body('1').replace(/--x\r\nContent-Disposition: form-data; name="note"[^-]*/, '');
    expect(changes(type, body('1'), one)).to.deep.equal(['missing part: note']);
    // The boundary is made anew for each response.
    const other = body('1').replaceAll('--x', '--yy');
    const found = foundBetween(
      typed(type, body('1')),
      typed('multipart/form-data; boundary=yy', other),
    );
    expect(found.differences).to.deep.equal([]);
  });

  it('ignores a place that a rule names, and what is inside', () => {
    const rules = createRuleBook([
      { endpoint: null, path: '"html: main ul"', action: 'ignore' },
      { endpoint: null, path: '"text: b"', action: 'ignore' },
    ])('GET', '/');
    const between = (type: string, running: string, testing: string) =>
      comparePair(DEFAULT_COMPARE_SETTINGS, 'GET', typed(type, running), typed(type, testing), {
        ...PLAIN,
        rules,
      });
    const page = '<main><h1>a</h1><ul><li>1<li>2</ul></main>';
    const found = between('text/html', page, page.replace('<li>2', ''));
    expect(found.differences).to.deep.equal([]);
    expect(found.skipped).to.deep.equal(['html: main ul li', 'html: main ul li text']);
    expect(between('text/html', page, page.replace('<h1>a</h1>', '')).differs).to.equal(true);
    expect(between('text/plain', 'a: 1\nb: 2', 'a: 1\nc: 3').skipped).to.deep.equal(['text: b']);
  });

  it('accepts any bytes of any type, and finds no difference between a body and itself', () => {
    const type = fc.constantFrom(
      '',
      'text/plain',
      'text/csv',
      'text/html',
      'multipart/mixed; boundary=a',
      'application/json',
      'application/x-ndjson',
      'text/event-stream',
      'application/xml',
      'image/png',
      'text/javascript',
    );
    fc.assert(
      fc.property(type, fc.uint8Array(), fc.uint8Array(), (of, left, right) => {
        const [ours, theirs] = [typed(of, Buffer.from(left)), typed(of, Buffer.from(right))];
        expect(foundBetween(ours, typed(of, Buffer.from(left))).differences).to.deep.equal([]);
        foundBetween(ours, theirs);
      }),
    );
  });
});

// Private

function changes(type: string, running: string, testing: string): string[] {
  const found = foundBetween(typed(type, running), typed(type, testing));
  return found.differences.map(({ kind, path }) => `${kind} ${path}`).sort();
}
