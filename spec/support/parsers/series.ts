import * as fc from 'fast-check';
import { WINDOWS, Series } from '../../../lib/metrics/series/series.ts';
import { hasCode, must, type Parser } from './parser.ts';

const FILE = new Series().encode();
const HEADER_END = FILE.indexOf('\n', FILE.indexOf('\n') + 1) + 1;
const WALL_MS = 1_767_225_600_000;

/** A file with some of its bytes changed, most of them in what says what follows. */
const damaged = fc
  .array(fc.tuple(fc.nat(HEADER_END), fc.nat(255)), { maxLength: 8 })
  .map((changes) => {
    const file = Buffer.from(FILE);
    for (const [at, byte] of changes) file[at] = byte;
    return file;
  });

const series: Parser<Buffer> = {
  name: 'the file of the series',
  inputs: fc.oneof(
    damaged,
    fc.nat(FILE.length).map((length) => FILE.subarray(0, length)),
    fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((header) => Buffer.from(`vili.series/1\n${header}\n`)),
  ),
  parse: (file) => {
    const read = new Series();
    read.restore(file);
    const { columns } = read.view('24h', WALL_MS);
    must(columns.held.length === WINDOWS['24h'].points, 'a window has its length');
    must(
      columns.held.every((value) => value === null || Number.isFinite(value)),
      'a point is a number',
    );
  },
  mayThrow: hasCode('VILI_SERIES_FILE'),
};

export const SERIES_PARSERS = { series };
