import { expect } from 'chai';
import * as fc from 'fast-check';
import { scanLine } from '../../../../lib/logs/classify/scan.ts';

describe('the reading of a line that is nearly JSON', () => {
  const read: readonly (readonly [what: string, line: string, entry: object])[] = [
    [
      'cut within a text',
      '{"level":"error","msg":"the order has fai',
      { level: 'error', msg: 'the order has fai' },
    ],
    ['cut within a number', '{"msg":"m","level":5', { msg: 'm' }],
    ['cut at the start of a text', '{"msg":"m","level":"f', { msg: 'm' }],
    [
      'with NaN',
      '{"level":50,"value":NaN,"other":-Infinity,"msg":"m"}',
      { level: 50, value: null, other: -Infinity, msg: 'm' },
    ],
    [
      'of Python',
      "{'level': 'error', 'ok': False, 'x': None}",
      { level: 'error', ok: false, x: null },
    ],
    ['with text behind', '{"level":"error"} and more', { level: 'error' }],
    [
      'with raw control characters',
      '{"level":"error","msg":"a\tb"}',
      { level: 'error', msg: 'a\tb' },
    ],
    ['with a comma too many', '{"level":"error",,"msg":"m",}', { level: 'error', msg: 'm' }],
    ['with escapes', '{"msg":"a\\n\\"b\\" \\u00e9"', { msg: 'a\n"b" é' }],
    ['with a key given twice', '{"level":"info","level":"error"}', { level: 'info' }],
    ['spread over lines', '  "level": 50,', { level: 50 }],
    ['that began in the last file', 'broken","level":50,"msg":"m"}', { level: 50, msg: 'm' }],
    [
      'with deep values',
      `{"a":${'['.repeat(50)}1,"}"${']'.repeat(50)},"level":"error"}`,
      { level: 'error' },
    ],
  ];
  for (const [what, line, entry] of read) {
    it(`finds what it can in a line ${what}`, () => {
      expect({ ...scanLine(line)?.entry }).to.deep.include(entry);
    });
  }

  it('keeps what comes before the first key', () => {
    const line = '2026-01-01T10:15:00Z stdout F {"level":"error"}';
    expect(scanLine(line)?.before).to.equal('2026-01-01T10:15:00Z stdout F ');
  });

  it('finds nothing in a text', () => {
    for (const text of ['', 'listening on 8080', 'he said "no": well', '{', '{}', '[1,2]', '":']) {
      expect(scanLine(text), text).to.equal(null);
    }
  });

  it('is what the parser reads, for any object that is not cut', () => {
    const values = fc.jsonValue({ maxDepth: 3, noUnicodeString: false });
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), values, { minKeys: 1 }),
        (object) => {
          const line = JSON.stringify(object);
          const { entry } = scanLine(line) ?? { entry: {} };
          expect(JSON.parse(JSON.stringify(entry))).to.deep.equal(JSON.parse(line));
        },
      ),
    );
  });

  it('never throws, and is quick, for any cut of any object', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.nat(), (json, cut) => {
        scanLine(`{"a":${json}`.slice(0, cut % (json.length + 6)));
      }),
    );
    const started = process.cpuUsage();
    for (const piece of [
      '{"a":',
      '[',
      '"',
      '\\',
      '"a":"',
      "'",
      '{',
      ',',
      '":',
      ' ',
      '{"',
      '1',
      '"a"',
    ]) {
      for (let i = 0; i < 50; i += 1) scanLine(`{"a":1,${piece.repeat(200_000)}`);
    }
    expect(process.cpuUsage(started).user / 1000).to.be.below(1500);
  });
});
