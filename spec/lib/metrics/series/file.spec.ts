import { expect } from 'chai';
import fc from 'fast-check';
import { ViliError } from '../../../../lib/errors.ts';
import { COLUMN_NAMES } from '../../../../lib/metrics/series/columns.ts';
import { encodeSeries, SERIES_FILE_MAX_BYTES } from '../../../../lib/metrics/series/file.ts';
import { Ring } from '../../../../lib/metrics/series/ring.ts';
import { Series } from '../../../../lib/metrics/series/series.ts';
import { readingWith } from './readings.ts';

const START_MS = 1_767_225_600_000;
const END_MS = START_MS + 300_000;

function filled(): Series {
  const series = new Series();
  for (let second = 0; second <= 300; second++) {
    const [wallMs, steadyMs] = [START_MS + second * 1000, second * 1000];
    series.timed('testing', second);
    const reading = readingWith({ requests_5xx: second ** 2 }, { held: second % 7 });
    series.add(reading, { wallMs, steadyMs });
  }
  return series;
}

describe('The file of the series', () => {
  it('brings all of them back, and takes little room', () => {
    const before = filled();
    const file = before.encode();
    const after = new Series();
    after.restore(file);
    for (const window of ['15m', '24h'] as const) {
      expect(after.view(window, END_MS)).to.deep.equal(before.view(window, END_MS));
    }
    expect(after.view('15m', END_MS).columns.requests_5xx.at(-1)).to.equal(599);
    expect(file.length).to.be.below(SERIES_FILE_MAX_BYTES / 8);
  });

  it('may be of a release with other columns or windows', () => {
    const ring = new Ring(900, 2);
    ring.write(START_MS / 1000, [5, 7]);
    const other = new Ring(10, 2);
    const windows = [
      { stepMs: 5000, ring: other },
      { stepMs: 1000, ring },
    ];
    const series = new Series();
    series.restore(encodeSeries(['held', 'unheard_of'], windows));
    const { columns } = series.view('15m', START_MS + 1000, START_MS);
    expect(columns.held).to.deep.equal([5]);
    for (const name of COLUMN_NAMES)
      if (name !== 'held') expect(columns[name]).to.deep.equal([null]);
  });

  it('is refused, and changes nothing, whichever of its bytes is wrong or missing', () => {
    const file = filled().encode();
    const expectRefused = (bytes: Buffer): void => {
      const series = new Series();
      const empty = series.view('15m', END_MS);
      expect(() => series.restore(bytes)).to.throw(ViliError, 'it is no file of series');
      expect(series.view('15m', END_MS)).to.deep.equal(empty);
    };
    const changes = fc.record({
      at: fc.nat(file.length - 1),
      by: fc.integer({ min: 1, max: 255 }),
    });
    fc.assert(
      fc.property(changes, ({ at, by }) => {
        const changed = Buffer.from(file);
        changed[at] = ((changed[at] ?? 0) + by) % 256;
        // The name of a column may be another one: then it is not taken over.
        const isName = at < file.indexOf('"windows"');
        if (!isName) expectRefused(changed);
      }),
      { numRuns: 50 },
    );
    for (const length of [0, 5, 14, 40, file.length - 1]) expectRefused(file.subarray(0, length));
    expectRefused(Buffer.concat([file, Buffer.of(0)]));
  });

  const hostile: Readonly<Record<string, string>> = {
    'no header': 'vili.series/1\n',
    'a header without an end': `vili.series/1\n${'x'.repeat(10_000)}`,
    'a header of another kind': 'vili.series/1\nnull\n',
    'sizes beyond all limits':
      'vili.series/1\n{"columns":["held"],"windows":[{"stepMs":1000,"points":1e300}],"crc":0}\n',
    'windows of nothing': 'vili.series/1\n{"columns":["held"],"windows":[null],"crc":0}\n',
  };
  for (const [what, text] of Object.entries(hostile)) {
    it(`is refused with ${what}`, () => {
      expect(() => new Series().restore(Buffer.from(text))).to.throw(
        ViliError,
        'no file of series',
      );
    });
  }
});
