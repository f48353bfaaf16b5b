import { expect } from 'chai';
import type { Role } from '../../../lib/model/role.ts';
import { promote, reason, release, type World, worldWith } from './world.ts';

const events = (world: World): string[] => world.history.map((it) => `${it.event} ${it.version}`);

/** Anna's act, as it reaches the state machine. */
function restart(world: World, version: number, role: Role): void {
  const reasons = [reason('asked')];
  world.tell({ type: 'restart', version: `shop-${version}`, role, by: 'anna', reasons });
}

function testing(): World {
  const world = worldWith(1);
  world.drop(2, 1);
  world.settle();
  world.history.length = 0;
  return world;
}

describe('A restart by hand', () => {
  it('has users wait for a fresh process of running, and says who asked and when it was done', () => {
    const world = testing();
    const before = world.route?.instance;
    restart(world, 1, 'running');
    expect(world.route).to.equal(null);
    expect(world.state.running).to.include({ phase: 'restarting', target: null });
    world.settle();
    expect(world.route?.instance)
      .to.match(/^shop-1/)
      .and.not.equal(before);
    expect(events(world)).to.deep.equal(['restarted shop-1', 'restarted shop-1']);
    expect(world.history.map(({ by }) => by)).to.deep.equal(['anna', 'vili']);
    expect(world.state.testing).to.include({ phase: 'testing', crashes: 0 });
  });

  it('is no crash: users do not go back to the version before', () => {
    const world = testing();
    promote(world, 2);
    world.settle();
    restart(world, 2, 'running');
    world.settle();
    expect(world.route?.instance).to.match(/^shop-2/);
    expect(world.state.previous?.release.name).to.equal('shop-1');
    world.crash('shop-2 running');
    expect(world.state.running?.release.name, 'a crash is one').to.equal('shop-1');
  });

  it('is not what begins a test anew: that is a retest of the version under test', () => {
    const world = testing();
    const tests = world.evaluated.length;
    const before = [...world.servlets.keys()];
    const asked = { by: 'anna', reasons: [reason('asked')] };
    world.tell({ type: 'retest', release: release(2), ...asked });
    world.settle();
    expect(world.evaluated).to.have.length(tests + 1);
    expect(world.state.testing).to.include({ phase: 'testing', crashes: 0 });
    expect([...world.servlets.keys()], 'the process stays').to.deep.equal(before);
    expect(events(world)).to.deep.equal(['arrived shop-2', 'testing shop-2']);
    expect(world.history[0]?.by).to.equal('anna');
  });

  it('goes on with the test of the same evidence', () => {
    const world = testing();
    const tests = world.evaluated.length;
    world.nowMs += 50;
    restart(world, 2, 'testing');
    expect(world.state.testing).to.include({ phase: 'testing', readySinceMs: null });
    world.settle();
    expect(world.mirror).to.equal('shop-2');
    expect(world.state.testing).to.include({ crashes: 0, readySinceMs: 50 });
    expect(world.evaluated).to.have.length(tests);
    expect(events(world)).to.deep.equal(['restarted shop-2']);
  });

  it('does nothing to another version, nor while one is promoted', () => {
    const world = testing();
    restart(world, 2, 'running');
    restart(world, 1, 'testing');
    promote(world, 2);
    const during = world.history.length;
    restart(world, 1, 'running');
    restart(world, 2, 'testing');
    expect(world.history).to.have.length(during);
    world.settle();
    expect(world.state.running?.release.name).to.equal('shop-2');
  });

  it('survives a kill before anything of it was done', () => {
    const world = testing();
    const reasons = [reason('asked')];
    const asked = { type: 'restart', version: 'shop-1', role: 'running', reasons } as const;
    world.dieAfterSaving({ ...asked, by: 'anna' });
    world.settle();
    expect(world.state.running?.phase).to.equal('ready');
    expect(world.mirror).to.equal('shop-2');
  });
});
