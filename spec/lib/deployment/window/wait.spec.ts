import { expect } from 'chai';
import { promote, reason, type World, worldWith } from '../world.ts';

const CLOSED = { opensMs: Date.UTC(2026, 0, 5, 7), window: 'Mon-Thu 08:00-16:00 Europe/Oslo' };

function testing(): World {
  const world = worldWith(1);
  world.drop(2, 1);
  world.settle();
  world.history.length = 0;
  return world;
}

function verdict(world: World, decision: 'promote' | 'reject', by = 'vili'): void {
  world.tell({ type: 'verdict', name: 'shop-2', decision, by, reasons: [reason('seen')] });
}

describe('A version that may go live outside of promotion.window', () => {
  it('waits and says so once for each opening, over restarts, and goes live when it opens', () => {
    const world = testing();
    world.promotionClosed = CLOSED;
    verdict(world, 'promote');
    verdict(world, 'promote');
    world.boot();
    world.settle();
    verdict(world, 'promote');
    expect(world.state.promotion).to.equal(null);
    const delays = () => world.history.filter(({ event }) => event === 'delayed');
    expect(delays().map(({ version }) => version)).to.deep.equal(['shop-2']);
    expect(delays()[0]?.reasons[0]?.text).to.equal(
      'shop-2 may go live, and waits for promotion.window (Mon-Thu 08:00-16:00 Europe/Oslo), ' +
        'which opens on 2026-01-05 07:00:00Z; now instead: vili promote 2',
    );
    world.promotionClosed = { ...CLOSED, opensMs: CLOSED.opensMs + 1 };
    verdict(world, 'promote');
    expect(delays()).to.have.length(2);
    world.promotionClosed = null;
    verdict(world, 'promote');
    world.settle();
    expect(world.state.running?.release.name).to.equal('shop-2');
  });

  it('is promoted by people, and rejected as ever', () => {
    const byHand = testing();
    byHand.promotionClosed = CLOSED;
    promote(byHand, 2);
    verdict(byHand, 'promote', 'anna');
    byHand.settle();
    expect(byHand.state.running?.release.name).to.equal('shop-2');
    const rejected = testing();
    rejected.promotionClosed = CLOSED;
    verdict(rejected, 'promote');
    verdict(rejected, 'reject');
    expect(rejected.state.rejected?.release.name).to.equal('shop-2');
  });
});
