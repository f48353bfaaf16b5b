import { expect } from 'chai';
import * as fc from 'fast-check';
import { sameJson } from '../../../../lib/compare/json/difference.ts';
import { parseLenient } from '../../../../lib/compare/json/lenient.ts';
import { parseJson } from '../../../../lib/compare/json/parse.ts';
import { foundBetween, typed } from '../../../support/contents.ts';

describe('JSON of any form', () => {
  const FORMS: readonly (readonly [name: string, type: string, write: (json: string) => string])[] =
    [
      ['text without a type', '', (json) => json],
      ['plain text, as Go sends it', 'text/plain; charset=utf-8', (json) => json],
      ['a page, as PHP sends it', 'text/html', (json) => json],
      ['bytes', 'application/octet-stream', (json) => json],
      ['a vendor type', 'application/vnd.shop.v2+json', (json) => json],
      ['lines', 'application/x-ndjson', (json) => `${json}\n${json}\n`],
      ['lines without a type', 'text/plain', (json) => `${json}\n${json}\n`],
      ['a text sequence', 'application/json-seq', (json) => `\u001e${json}\n\u001e${json}\n`],
      ['events', 'text/event-stream', (json) => `: hi\n\nevent: price\nid: 1\ndata: ${json}\n\n`],
      ['JSON behind a guard', 'application/json', (json) => `)]}',\n${json}`],
      ['JSON behind an endless loop', 'application/json', (json) => `while(1);${json}`],
      ['JSON in a callback', 'text/javascript', (json) => `/**/ shop.show(${json});`],
      ['JSON in UTF-16', 'application/json; charset=utf-16le', (json) => json],
    ];
  for (const [name, type, write] of FORMS) {
    it(`is compared by structure as ${name}`, () => {
      const encode = (text: string) =>
        Buffer.from(text, type.includes('utf-16') ? 'utf16le' : 'utf8');
      const between = (ours: unknown, theirs: unknown) =>
        foundBetween(
          typed(type, encode(write(JSON.stringify(ours)))),
          typed(type, encode(write(JSON.stringify(theirs)))),
        );
      expect(between({ a: 1, b: 'é' }, { b: 'é', a: 1 }).differences).to.deep.equal([]);
      const lost = between({ a: 1, b: 2 }, { a: 1 });
      expect(lost.differences.map(({ kind }) => kind)).to.deep.equal(['missing']);
      expect(lost.differences[0]?.path).to.match(/\.b$/);
      expect(lost.differs).to.equal(true);
    });
  }

  it('is read leniently where its writer knows more values than JSON', () => {
    const odd = (price: string) =>
      typed('application/json', `{"price":${price},'n':[1,],"at":None}`);
    expect(foundBetween(odd('NaN'), odd('NaN ')).differences).to.deep.equal([]);
    expect(foundBetween(odd('NaN'), odd('-Infinity')).differences).to.deep.equal([
      { kind: 'value', path: '$.price', running: 'NaN', testing: '-Infinity' },
    ]);
    // Clients that could parse running's response can no longer.
    const broken = foundBetween(
      typed('application/json', '{"a":1}'),
      typed('application/json', '{"a":NaN}'),
    );
    expect(broken.differences).to.deep.equal([
      { kind: 'type', path: '$', running: 'JSON', testing: 'JSON that is not valid' },
    ]);
    expect(
      foundBetween(typed('application/json', '{"a":NaN}'), typed('application/json', '{"a":1}'))
        .differs,
    ).to.equal(false);
  });

  it('is another kind of content without its guard', () => {
    const [guarded, bare] = [
      typed('application/json', ")]}'\n{}"),
      typed('application/json', '{}'),
    ];
    expect(foundBetween(guarded, bare).differs).to.equal(true);
  });

  it('stays text where it is none: prose, numbers, templates', () => {
    for (const text of ['12', 'true', '{{ name }} is here', '[INFO] started', 'call(me) maybe']) {
      const found = foundBetween(typed('text/plain', text), typed('text/plain', `${text}!`));
      expect(
        found.differences.map(({ path }) => path.slice(0, 5)),
        text,
      ).to.deep.equal(['text:']);
    }
  });

  it('means the same leniently as it does strictly', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const strict = parseJson(Buffer.from(text));
        expect(strict.ok && sameJson(parseLenient(text)?.value, strict.value)).to.equal(true);
      }),
    );
  });

  it('neither throws nor hangs on any text that is no JSON', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseLenient(text)));
    for (const start of ['[', '{"a":', '/*', '"\\', '//\n', '-']) {
      expect(parseLenient(start.repeat(100_000))).to.equal(null);
    }
  });
});
