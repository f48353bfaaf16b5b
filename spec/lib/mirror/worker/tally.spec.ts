import { expect } from 'chai';
import { Tally } from '../../../../lib/mirror/worker/tally.ts';
import { pairOf } from '../../../support/pairs.ts';

describe('The tally of pairs', () => {
  it('marks what was timed in a disturbed tick or right after it, nothing else', () => {
    const tally = new Tally();
    const ticks: [string, boolean][] = [
      ['calm', false],
      ['disturbed', true],
      ['after', false],
      ['calm again', false],
    ];
    for (const [requestId, isDisturbed] of ticks) {
      tally.add(pairOf({ requestId }));
      tally.tick(isDisturbed);
    }
    const marked = tally.take()?.outcomes.filter(({ disturbed }) => disturbed === true);
    expect(marked?.map(({ requestId }) => requestId)).to.deep.equal(['disturbed', 'after']);
  });

  it('goes on marking after a report was taken in the middle of a tick', () => {
    const tally = new Tally();
    tally.add(pairOf({ requestId: 'reported' }));
    tally.take();
    tally.add(pairOf({ requestId: 'next' }));
    tally.tick(true);
    expect(tally.take()?.outcomes)
      .to.have.length(1)
      .and.to.satisfy(
        (outcomes: readonly { disturbed?: boolean }[]) => outcomes[0]?.disturbed === true,
      );
  });
});
