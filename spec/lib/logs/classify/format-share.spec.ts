import { expect } from 'chai';
import { FormatShare } from '../../../../lib/logs/classify/format-share.ts';
import { batchOf } from '../../../support/log-batches.ts';

describe("the format of a version's log", () => {
  it('is known after enough lines, and described with the keys that were seen', () => {
    const share = new FormatShare();
    share.add(batchOf(0, { unknown: 20 }, { unknownKeys: ['msg', 'sev'] }));
    expect(share.hasLevels).to.equal(null);
    share.add(batchOf(0, { unknown: 30, info: 10 }));
    expect(share.hasLevels).to.equal(false);
    expect(share.describe()).to.equal('10 of 60 lines had a level; keys seen: msg, sev');
    share.add(batchOf(0, { info: 100 }));
    expect(share.hasLevels).to.equal(true);
  });

  it('depends on the lines that were parsed, not on those skipped in a flood', () => {
    const share = new FormatShare();
    share.add(batchOf(0, { info: 60 }, { lines: 1_000_060, sampledOut: 1_000_000 }));
    expect(share.hasLevels).to.equal(true);
  });
});
