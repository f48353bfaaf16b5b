import { expect } from 'chai';
import { Overdue } from '../../../../lib/mirror/worker/overdue.ts';

describe('Overdue copies', () => {
  it('are those that take four times as long as running and a second more', () => {
    let nowMs = 0;
    const overdue = new Overdue<string>(() => nowMs);
    overdue.began('quick', 10);
    overdue.began('slow', 1000);
    nowMs = 1040;
    expect(overdue.count()).to.equal(1);
    expect([overdue.isNews(1), overdue.isNews(1)]).to.deep.equal([true, false]);
    nowMs = 5000;
    expect(overdue.count()).to.equal(2);
    overdue.ended('quick');
    expect(overdue.count()).to.equal(1);
    overdue.clear();
    expect(overdue.count()).to.equal(0);
    expect(overdue.isNews(0)).to.equal(true);
  });
});
