import { expect } from 'chai';
import fc from 'fast-check';
import { PROBATION_MS, promote, reason, type World, worldWith } from '../world.ts';

const SHARE_MS = PROBATION_MS / 2;

/** Version 2 is on probation and judged by 1. */
function compared(by = 'vili', isAgainst = false): World {
  const world = worldWith(1);
  world.comparedMs = SHARE_MS;
  world.drop(2, 1);
  world.settle();
  world.tell({ type: 'standing', name: 'shop-2', isClear: !isAgainst, isAgainst });
  promote(world, 2, by);
  world.settle();
  return world;
}

function pass(world: World, ms: number): void {
  world.nowMs += ms;
  world.tell({ type: 'probation-over' });
  world.settle();
}

describe('A version on probation', () => {
  it('is compared with previous, as an evaluation of its own, until the probation is over', () => {
    const world = compared();
    expect(world.comparedWith).to.equal('shop-1');
    expect(world.evaluated.at(-1)).to.deep.include({ against: 'shop-1' });
    expect(world.evaluated.at(-1)?.release.name).to.equal('shop-2');
    pass(world, PROBATION_MS);
    expect(world.comparedWith).to.equal(null);
    expect(world.folders).not.to.include('shop-1');
  });

  it('goes on being compared after a restart of Vili, once both are ready, with the same evidence', () => {
    const world = compared();
    const { sinceMs } = world.evaluated.at(-1) ?? {};
    world.nowMs += 100;
    world.boot();
    expect(world.comparedWith).to.equal(null);
    world.settle();
    expect(world.comparedWith).to.equal('shop-1');
    expect(world.evaluated.at(-1)).to.deep.include({ sinceMs, against: 'shop-1' });
    expect(world.state.previous?.untilMs).to.equal(world.nowMs + PROBATION_MS);
  });

  it('is compared for its share before a newer version is tested, which is promoted only after the probation', () => {
    const world = compared();
    world.drop(3, 1);
    world.settle();
    expect(world.state.testing).to.include({ phase: 'waiting' });
    pass(world, SHARE_MS - 1);
    expect(world.comparedWith).to.equal('shop-1');
    pass(world, 1);
    expect([world.comparedWith, world.mirror]).to.deep.equal([null, 'shop-3']);
    promote(world, 3);
    world.settle();
    expect(world.state.running?.release.name).to.equal('shop-2');
    pass(world, SHARE_MS);
    promote(world, 3);
    world.settle();
    expect(world.state.running?.release.name).to.equal('shop-3');
    expect(world.comparedWith, 'and is then on probation itself').to.equal('shop-2');
  });

  it('may be replaced by hand at any time, and a newer one rejected', () => {
    const world = compared();
    pass(world, SHARE_MS);
    for (const version of [3, 4]) {
      world.drop(version, 1);
      world.settle();
    }
    world.tell({
      type: 'verdict',
      name: 'shop-4',
      decision: 'reject',
      by: 'vili',
      reasons: [reason('bad')],
    });
    world.settle();
    expect(world.state.rejected?.release.name).to.equal('shop-4');
    world.drop(5, 1);
    world.settle();
    promote(world, 5, 'anna');
    world.settle();
    expect(world.state.running?.release.name).to.equal('shop-5');
  });

  it('is compared no longer when users leave it, and then the waiting one is tested', () => {
    const world = compared();
    world.drop(3, 1);
    world.settle();
    world.worse(2);
    world.settle();
    expect(world.comparedWith).to.equal(null);
    expect(world.mirror).to.equal('shop-3');
    expect(world.state.running?.release.name).to.equal('shop-1');
  });

  it('keeps its users when it was promoted by hand against the evidence, which is told', () => {
    const world = compared('anna', true);
    expect(world.state.previous?.isDoubted).to.equal(true);
    const reasons = [reason('a field is missing')];
    const worse = { type: 'worse-on-probation', name: 'shop-2', by: 'vili', reasons } as const;
    world.tell({ ...worse, isByPairs: true });
    expect(world.state.running?.release.name).to.equal('shop-2');
    expect(world.history.at(-1)?.reasons[0]?.text).to.contain('it was promoted by hand although');
    world.tell(worse);
    expect(world.state.running?.release.name, 'what users get counts').to.equal('shop-1');
  });

  it('is not doubted when nothing was proven against it', () => {
    const world = compared('anna');
    expect(world.state.previous?.isDoubted).to.equal(undefined);
    const reasons = [reason('a field is missing')];
    const worse = { type: 'worse-on-probation', name: 'shop-2', by: 'vili', reasons } as const;
    world.tell({ ...worse, isByPairs: true });
    expect(world.state.running?.release.name).to.equal('shop-1');
  });

  it('is compared with previous and with nobody else, over any order of events', () => {
    const step = fc.record({ kind: fc.nat(9), n: fc.nat(20), good: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = compared();
        for (const { kind, n, good } of steps) {
          world.nowMs += n * 20;
          const keys = [...world.servlets.keys()];
          if (kind <= 2) world.happen(n, good || kind > 0);
          else if (kind === 3) world.drop(2 + (n % 5), 1 + (n % 2));
          else if (kind === 4) world.crash(keys[n % Math.max(1, keys.length)] ?? '');
          else if (kind === 5) world.boot();
          else if (kind === 6) promote(world, 2 + (n % 5), good ? 'vili' : 'anna');
          else if (kind === 7) world.worse(2 + (n % 5));
          else if (kind === 8) world.dieDuring(n);
          else world.tell({ type: 'probation-over' });
        }
        world.settle();
        const { previous, running, testing } = world.state;
        const isCompared = previous?.isCompared === true;
        expect(world.comparedWith).to.equal(isCompared ? previous.release.name : null);
        if (testing?.phase === 'testing') expect(isCompared).to.equal(false);
        expect(running?.phase).to.equal('ready');
        pass(world, PROBATION_MS);
        pass(world, PROBATION_MS);
        expect(world.state.previous).to.equal(null);
        expect(world.comparedWith).to.equal(null);
        expect(['testing', undefined]).to.include(world.state.testing?.phase);
      }),
      { numRuns: 1000 },
    );
  });
});
