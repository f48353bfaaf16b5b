import { expect } from 'chai';
import * as fc from 'fast-check';
import { LogWindows } from '../../../../lib/logs/count/windows.ts';
import { batchOf } from '../../../support/log-batches.ts';

const SPAN_MS = 1000;

function readTo(windows: LogWindows, toMs: number): void {
  windows.readTo('running', toMs);
  windows.readTo('testing', toMs);
}

describe('log windows', () => {
  it('count errors and warnings of both versions in the same span, once it is over for sure', () => {
    const windows = new LogWindows(SPAN_MS);
    windows.pairsAt(5100);
    windows.add('testing', batchOf(5300, { error: 2, fatal: 1, warn: 4, info: 9 }));
    windows.add('running', batchOf(5900, { error: 1 }));
    readTo(windows, 10_000);
    expect(windows.close(6999), 'late batches may still arrive').to.deep.equal([]);
    expect(windows.close(7000)).to.deep.equal([
      { atMs: 5000, running: { errors: 1, warnings: 0 }, testing: { errors: 3, warnings: 4 } },
    ]);
    expect(windows.close(9000), 'each is returned once').to.deep.equal([]);
  });

  it('stay open until both logs were read to their end, however late that is', () => {
    const windows = new LogWindows(SPAN_MS);
    for (const atMs of [5100, 6100]) windows.pairsAt(atMs);
    windows.readTo('running', 30_000);
    expect(windows.close(30_000), "nobody has read testing's").to.deep.equal([]);
    windows.readTo('testing', 6900);
    expect(windows.close(30_000).map(({ atMs }) => atMs)).to.deep.equal([5000]);
    windows.readTo('testing', 7000);
    expect(windows.close(30_000).map(({ atMs }) => atMs)).to.deep.equal([6000]);
  });

  it('are one where errors were read only after several, since nobody knows in which they were', () => {
    const windows = new LogWindows(SPAN_MS);
    for (let atMs = 5100; atMs < 12_000; atMs += SPAN_MS) windows.pairsAt(atMs);
    windows.add('running', batchOf(8300, { error: 1 }));
    windows.add('testing', batchOf(9300, { error: 7 }, { fromMs: 6800 }));
    // Pairs are told of late, too.
    windows.pairsAt(7500);
    windows.add('testing', batchOf(10_300, { error: 4 }, { fromMs: 9300 }));
    readTo(windows, 20_000);
    expect(windows.close(11_000).map(({ atMs }) => atMs)).to.deep.equal([5000, 6000, 9000]);
    const closed = windows.close(20_000);
    expect(closed.map(({ testing }) => testing.errors)).to.deep.equal([4, 0]);
  });

  it('are one for both logs where what was read at once overlaps', () => {
    const windows = new LogWindows(SPAN_MS);
    for (let atMs = 3100; atMs < 10_000; atMs += SPAN_MS) windows.pairsAt(atMs);
    windows.add('running', batchOf(6300, { error: 2 }, { fromMs: 3200 }));
    windows.add('testing', batchOf(8300, { error: 7 }, { fromMs: 5100 }));
    readTo(windows, 20_000);
    const closed = windows.close(20_000);
    expect(closed.map(({ atMs }) => atMs)).to.deep.equal([3000, 8000, 9000]);
    expect(closed[1]).to.deep.include({
      running: { errors: 2, warnings: 0 },
      testing: { errors: 7, warnings: 0 },
    });
  });

  it('omit a span without pairs, since a quiet night proves nothing', () => {
    const windows = new LogWindows(SPAN_MS);
    windows.add('testing', batchOf(5300, { error: 2 }));
    readTo(windows, 60_000);
    expect(windows.close(60_000)).to.deep.equal([]);
  });

  it('lose no error while few are open, in whatever order batches arrive', () => {
    const batch = fc.record({ toMs: fc.integer({ min: 0, max: 20_000 }), errors: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 40 }), (batches) => {
        const windows = new LogWindows(SPAN_MS);
        for (const { toMs, errors } of batches) {
          windows.pairsAt(toMs);
          windows.add('testing', batchOf(toMs, { error: errors }));
        }
        readTo(windows, 1e6);
        const closed = windows.close(1e6);
        const counted = closed.reduce((sum, window) => sum + window.testing.errors, 0);
        expect(counted).to.equal(batches.reduce((sum, { errors }) => sum + errors, 0));
        const starts = closed.map((window) => window.atMs);
        expect(starts).to.deep.equal([...starts].sort((a, b) => a - b));
      }),
    );
  });

  it('stay bounded when a log was not read for long', () => {
    const windows = new LogWindows(SPAN_MS);
    for (let at = 0; at < 20; at++) windows.pairsAt(at * SPAN_MS);
    windows.add('testing', batchOf(1e9, { error: 1 }, { fromMs: 0 }));
    readTo(windows, 1e12);
    expect(windows.close(1e12).length).to.be.at.most(32);
  });

  it('stay bounded when time jumps', () => {
    const windows = new LogWindows(SPAN_MS);
    for (let at = 0; at < 500; at++) windows.pairsAt(at * 60_000);
    readTo(windows, 1e12);
    expect(windows.close(1e12).length).to.be.at.most(32);
  });
});
