import { expect } from 'chai';
import fc from 'fast-check';
import { reason, type World, TAKEOVER, worldWith } from './world.ts';

/** Anna's act, as it reaches the state machine. */
function pause(world: World): void {
  const reasons = [reason('asked')];
  world.tell({ type: 'pause', by: 'anna', reason: 'release freeze', reasons });
}

function resume(world: World): void {
  world.tell({ type: 'resume', by: 'anna', reasons: [reason('asked')] });
}

function verdict(world: World, decision: 'promote' | 'reject', by: string): void {
  world.tell({ type: 'verdict', name: 'shop-2', decision, by, reasons: [reason('seen')] });
}

function testing(): World {
  const world = worldWith(1);
  world.drop(2, 1);
  world.settle();
  return world;
}

describe('A paused deployment', () => {
  it('neither promotes nor rejects by itself, and does so with the first verdict after the pause', () => {
    for (const decision of ['promote', 'reject'] as const) {
      const world = testing();
      pause(world);
      verdict(world, decision, 'vili');
      expect(world.state.promotion).to.equal(null);
      expect(world.mirror, 'the test goes on').to.equal('shop-2');
      resume(world);
      verdict(world, decision, 'vili');
      world.settle();
      expect(world.history.at(-1)?.event).to.equal(
        `${decision}${decision === 'promote' ? 'd' : 'ed'}`,
      );
    }
  });

  it('obeys people, and stays paused', () => {
    for (const decision of ['promote', 'reject'] as const) {
      const world = testing();
      pause(world);
      verdict(world, decision, 'bert');
      world.settle();
      expect(world.state.testing).to.equal(null);
      expect(world.state.paused).to.include({ by: 'anna', reason: 'release freeze' });
    }
  });

  it('begins tests of new files, and supersedes older ones', () => {
    const world = testing();
    pause(world);
    world.drop(3, 1);
    world.settle();
    expect(world.mirror).to.equal('shop-3');
  });

  it('is remembered over a restart, and recorded once with who and why', () => {
    const world = testing();
    pause(world);
    pause(world);
    world.boot();
    world.settle();
    verdict(world, 'promote', 'vili');
    expect(world.state.promotion).to.equal(null);
    resume(world);
    resume(world);
    const acts = world.history.filter(({ event }) => event === 'paused' || event === 'resumed');
    expect(acts.map(({ event, by, version }) => [event, by, version])).to.deep.equal([
      ['paused', 'anna', 'shop-1'],
      ['resumed', 'anna', 'shop-1'],
    ]);
  });

  it('starts a version that crashes again, and rejects it with the first crash after the pause', () => {
    const world = testing();
    pause(world);
    for (let n = 0; n < 4; n++) {
      world.crash('shop-2 testing');
      world.settle();
    }
    expect(world.state.testing).to.include({ phase: 'testing', crashes: 4 });
    resume(world);
    world.crash('shop-2 testing');
    expect(world.state.rejected?.release.name).to.equal('shop-2');
  });

  it('leaves it to people whether a testing version takes over from a dead one', () => {
    const world = testing();
    world.tell({ type: 'standing', name: 'shop-2', isClear: true });
    pause(world);
    world.crash('shop-1 running');
    world.nowMs += TAKEOVER.afterMs;
    world.tell({ type: 'tick' });
    expect(world.state.promotion).to.equal(null);
    expect(world.history.at(-1)?.reasons[0]?.text).to.match(/Vili is paused.*vili promote shop-2/);
    resume(world);
    world.tell({ type: 'tick' });
    expect(world.state.promotion?.by).to.equal('vili');
  });

  it('sends users back from a version that crashes on probation: that protects them', () => {
    const world = testing();
    verdict(world, 'promote', 'vili');
    world.settle();
    pause(world);
    world.crash('shop-2 running');
    expect(world.state.running?.release.name).to.equal('shop-1');
  });

  it('has no promotion or rejection by Vili over any interleaving of events', () => {
    const step = fc.record({ kind: fc.nat(7), n: fc.nat(20), good: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = testing();
        pause(world);
        const before = world.history.length;
        for (const { kind, n, good } of steps) {
          world.nowMs += n * 50;
          const keys = [...world.servlets.keys()].filter((key) => key.endsWith('testing'));
          if (kind <= 1) world.happen(n, good);
          else if (kind === 2) world.drop(2 + (n % 4), 1 + (n % 2));
          else if (kind === 3) world.crash(keys[n % Math.max(1, keys.length)] ?? '', 'hopeless');
          else if (kind === 4) world.boot();
          else if (kind === 5) world.tell({ type: 'tick' });
          else if (kind === 6) world.tell({ type: 'standing', name: 'shop-2', isClear: good });
          else verdict(world, good ? 'promote' : 'reject', 'vili');
        }
        const decided = world.history.slice(before).map(({ event }) => event);
        expect(decided).not.to.include('promoted').and.not.include('rejected');
        expect(world.state.running?.release.name).to.equal('shop-1');
      }),
    );
  });
});
