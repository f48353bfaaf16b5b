import { expect } from 'chai';
import { transition } from '../../../lib/deployment/transition.ts';
import { reason, type World, worldWith } from './world.ts';

function tested(): World {
  const world = worldWith(1);
  world.drop(2, 1);
  world.settle();
  return world;
}

function verdict(world: World, decision: 'promote' | 'reject', by: string, isByFleet: boolean) {
  const event = {
    type: 'verdict',
    name: 'shop-2',
    decision,
    by,
    reasons: [reason('seen')],
  } as const;
  return transition(world.state, { ...event, isByFleet }, { ...world.rules(), isInFleet: true });
}

describe('A version on a host that is one of several', () => {
  it('goes live when the fleet says so, or a person, and not by the verdict of this host', () => {
    const world = tested();
    expect(verdict(world, 'promote', 'vili', false).state).to.equal(world.state);
    expect(verdict(world, 'promote', 'vili', true).state.promotion).to.not.equal(null);
    expect(verdict(world, 'promote', 'ann', false).state.promotion).to.not.equal(null);
  });

  it('is rejected by the verdict of this host as ever', () => {
    const world = tested();
    expect(verdict(world, 'reject', 'vili', false).state.rejected?.release.name).to.equal('shop-2');
  });
});
