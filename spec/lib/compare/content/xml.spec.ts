import { expect } from 'chai';
import * as fc from 'fast-check';
import { foundBetween, typed } from '../../../support/contents.ts';

const ORDER = `<?xml version="1.0"?><s:Envelope xmlns:s="http://x/soap"><s:Body>
<order id="7"><item sku="a"><price>4.20</price></item><item sku="b"><price>1.00</price></item>
<note><![CDATA[as <soon> as possible]]></note></order></s:Body></s:Envelope>`;

describe('the comparison of XML', () => {
  it('finds nothing where only prefixes, spaces and the order of attributes changed', () => {
    const other = ORDER.replace(/(<\/?)s:/g, '$1soap-env:')
      .replace('xmlns:s=', 'xmlns:soap-env=')
      .replaceAll('><', '>\n <');
    expect(changes(ORDER, other)).to.deep.equal([]);
  });

  it('names elements, attributes and texts by where they are', () => {
    expect(
      changes(ORDER, ORDER.replace('<item sku="b"><price>1.00</price></item>', '')),
    ).to.include('missing xml: Envelope Body order item');
    expect(changes(ORDER, ORDER.replaceAll(/<price>.*?<\/price>/g, ''))).to.deep.equal([
      'missing xml: Envelope Body order item price',
    ]);
    expect(changes(ORDER, ORDER.replace(' id="7"', ''))).to.deep.equal([
      'missing xml: Envelope Body order @id',
    ]);
    expect(changes(ORDER, ORDER.replace('4.20', '0'))).to.deep.equal([
      'value xml: Envelope Body order item price text',
    ]);
    expect(changes(ORDER, ORDER.replace('soon', 'late'))).to.deep.equal([
      'value xml: Envelope Body order note text',
    ]);
  });

  it('counts XML that is no longer well-formed', () => {
    for (const broken of [ORDER.replace('</order>', ''), `${ORDER}<`, ORDER.replace('"7"', '7')]) {
      const found = foundBetween(typed('application/xml', ORDER), typed('application/xml', broken));
      expect(found.differences[0]?.testing).to.equal('XML that is not well-formed');
      expect(
        foundBetween(typed('application/xml', broken), typed('application/xml', ORDER)).differences,
      ).to.not.deep.include({ kind: 'type' });
    }
  });

  it('reads vector graphics and feeds as XML, whatever type says so', () => {
    for (const type of ['image/svg+xml', 'application/atom+xml', 'text/xml', '']) {
      expect(changes(ORDER, ORDER.replace(' id="7"', ''), type), type).to.have.length(1);
    }
  });

  it('reads hostile documents in bounded time: depth, entities, attributes, huge texts', function () {
    this.timeout(20_000);
    const size = 262_144;
    const entities = Array.from(
      { length: 20 },
      (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`,
    ).join('');
    for (const document of [
      '<a>'.repeat(size / 3),
      `<!DOCTYPE a [<!ENTITY e0 "x">${entities}]><a>&e20;</a>`,
      `<a ${Array.from({ length: 20_000 }, (_, at) => `b${at}=""`).join(' ')}/>`,
      `<a>${'x'.repeat(size)}</a>`,
      `<a b="${'x'.repeat(size)}"/>`,
      '<!--'.repeat(size / 4),
      `<a>${'&lt;'.repeat(size / 4)}</a>`,
      '<![CDATA['.repeat(size / 9),
    ]) {
      const beganAt = process.cpuUsage();
      foundBetween(typed('text/xml', document), typed('text/xml', `${document}<b/>`));
      const { user, system } = process.cpuUsage(beganAt);
      expect((user + system) / 1000, document.slice(0, 20)).to.be.lessThan(3000);
    }
  });

  it('accepts any text as XML', () => {
    const piece = fc.constantFrom(
      '<a>',
      '</a>',
      '<b c="d"/>',
      'x',
      '&amp;',
      '<?x?>',
      '<!DOCTYPE a>',
      '<![CDATA[',
      ']]>',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.string(), (pieces, text) => {
        const document = pieces.join('') + text;
        expect(changes(document, document)).to.deep.equal([]);
      }),
    );
  });
});

// Private

function changes(running: string, testing: string, type = 'application/xml'): string[] {
  const found = foundBetween(typed(type, running), typed(type, `${testing}\n`));
  return found.differences.map(({ kind, path }) => `${kind} ${path}`).sort();
}
