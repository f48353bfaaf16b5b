import { expect } from 'chai';
import { parseDeployment } from '../../../../lib/deployment/parse.ts';
import { promote, type World, worldWith } from '../world.ts';

const PRICE = { endpoint: null, path: '$.price', reason: 'prices are text now' };

function declare(
  world: World,
  version: number,
  entries: readonly (typeof PRICE)[] = [PRICE],
): void {
  const fileName = `shop-${version}.accept`;
  world.tell({ type: 'declared', version: String(version), fileName, entries });
  world.settle();
}

function testsOf(world: World, name: string): number {
  return world.history.filter((it) => it.event === 'testing' && it.version === name).length;
}

describe('What a file declares for one release', () => {
  it('counts in its test when the file came first, and is in the history', () => {
    const world = worldWith(1);
    declare(world, 2);
    world.drop(2, 1);
    world.settle();
    expect(world.evaluated.at(-1)).to.deep.include({ declared: [PRICE] });
    const began = world.history.findLast(({ event }) => event === 'testing');
    expect(began?.reasons.map(({ text }) => text)).to.deep.equal([
      'shop-2.accept declares 1 difference: $.price (prices are text now)',
    ]);
  });

  it('begins a test that is under way anew, once for each change', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    const first = world.evaluated.at(-1);
    expect(first).to.not.have.property('declared');
    world.nowMs += 500;
    declare(world, 2);
    declare(world, 2);
    expect(testsOf(world, 'shop-2')).to.equal(2);
    expect(world.mirror).to.equal('shop-2');
    expect(world.evaluated.at(-1)).to.deep.include({ declared: [PRICE] });
    expect(world.evaluated.at(-1)?.sinceMs).to.be.above(first?.sinceMs ?? Infinity);
    declare(world, 2, []);
    expect(testsOf(world, 'shop-2')).to.equal(3);
    expect(world.evaluated.at(-1)).to.not.have.property('declared');
  });

  it('changes nothing for another version, nor for one that serves', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    declare(world, 3);
    declare(world, 1);
    expect(testsOf(world, 'shop-2')).to.equal(1);
    expect(world.state.declared?.map(({ version }) => version)).to.deep.equal(['3']);
  });

  it('survives a restart of Vili, holds on probation, and is forgotten after that release', () => {
    const world = worldWith(1);
    world.comparedMs = 100;
    world.drop(2, 1);
    declare(world, 2);
    world.state = parseDeployment(JSON.parse(JSON.stringify(world.saved)), 'shop');
    world.boot();
    world.settle();
    expect(world.evaluated.at(-1)).to.deep.include({ declared: [PRICE] });
    promote(world, 2);
    world.settle();
    expect(world.evaluated.at(-1)).to.deep.include({ declared: [PRICE], against: 'shop-1' });
    world.nowMs += 10_000;
    world.tell({ type: 'probation-over' });
    world.drop(3, 1);
    world.settle();
    expect(world.evaluated.at(-1)).to.not.have.property('declared');
    promote(world, 3);
    world.settle();
    declare(world, 4);
    expect(world.state.declared?.map(({ version }) => version)).to.deep.equal(['4']);
  });

  it('is left out of a state file where it is not as it should be', () => {
    const world = worldWith(1);
    declare(world, 2);
    const good = world.state.declared?.[0];
    const read = (declared: unknown): unknown =>
      parseDeployment(JSON.parse(JSON.stringify({ ...world.state, declared })), 'shop').declared;
    expect(read([good, { ...good, entries: 'x' }, { ...good, entries: [7] }, null])).to.deep.equal([
      good,
    ]);
    expect(read('all of it')).to.equal(undefined);
  });
});
