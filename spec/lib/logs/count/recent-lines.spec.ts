import { expect } from 'chai';
import { RecentLines } from '../../../../lib/logs/count/recent-lines.ts';

describe('the latest lines of a log', () => {
  it('are the last ones in order, with places reserved for warnings and errors', () => {
    const lines = new RecentLines((line) => line);
    lines.add('error', 'the error');
    for (let index = 0; index < 300; index++) lines.add('info', `line ${index}`);
    lines.add('warn', 'the warning');
    lines.add('info', 'the end');
    const taken = lines.take().map(({ level, text }) => `${level} ${text}`);
    expect(taken).to.have.length(102);
    expect(taken.slice(0, 2)).to.deep.equal(['error the error', 'info line 201']);
    expect(taken.slice(-2)).to.deep.equal(['warn the warning', 'info the end']);
    expect(lines.take()).to.deep.equal([]);
  });

  it('are masked before they are cut, so that a cut hides no field from the mask', () => {
    const lines = new RecentLines((line) => line.replace(/secret/g, '[masked]'));
    lines.add('info', `${'x'.repeat(497)}secret`);
    lines.add('info', `${'x'.repeat(499)}\u{1F600}`);
    lines.add('error', null);
    const [masked, cut, unread] = lines.take().map(({ text }) => text);
    expect(masked).to.equal(`${'x'.repeat(497)}[ma`);
    expect(cut).to.equal('x'.repeat(499));
    expect(unread).to.match(/left out/);
  });
});
