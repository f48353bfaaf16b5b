import { expect } from 'chai';
import * as fc from 'fast-check';
import { LogWindows } from '../../../../lib/logs/count/windows.ts';
import { batchOf } from '../../../support/log-batches.ts';

const SPAN_MS = 1000;

describe('log windows', () => {
  it('count errors and warnings of both versions in the same span, once it is over for sure', () => {
    const windows = new LogWindows(SPAN_MS);
    windows.pairsAt(5100);
    windows.add('testing', batchOf(5300, { error: 2, fatal: 1, warn: 4, info: 9 }));
    windows.add('running', batchOf(5900, { error: 1 }));
    expect(windows.close(6999), 'late batches may still arrive').to.deep.equal([]);
    expect(windows.close(7000)).to.deep.equal([
      { atMs: 5000, running: { errors: 1, warnings: 0 }, testing: { errors: 3, warnings: 4 } },
    ]);
    expect(windows.close(9000), 'each is returned once').to.deep.equal([]);
  });

  it('omit a span without pairs, since a quiet night proves nothing', () => {
    const windows = new LogWindows(SPAN_MS);
    windows.add('testing', batchOf(5300, { error: 2 }));
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
        const closed = windows.close(1e6);
        const counted = closed.reduce((sum, window) => sum + window.testing.errors, 0);
        expect(counted).to.equal(batches.reduce((sum, { errors }) => sum + errors, 0));
        const starts = closed.map((window) => window.atMs);
        expect(starts).to.deep.equal([...starts].sort((a, b) => a - b));
      }),
    );
  });

  it('stay bounded when time jumps', () => {
    const windows = new LogWindows(SPAN_MS);
    for (let at = 0; at < 500; at++) windows.pairsAt(at * 60_000);
    expect(windows.close(1e12).length).to.be.at.most(32);
  });
});
