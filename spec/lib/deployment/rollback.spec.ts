import { expect } from 'chai';
import { transition } from '../../../lib/deployment/transition.ts';
import { promote, PROBATION_MS, type World, worldWith } from './world.ts';

const events = (world: World): string[] => world.history.map((it) => `${it.event} ${it.version}`);

/** 1 and 2 are archived or warm, 3 serves. */
function threePromoted(isWarm: boolean): World {
  const world = worldWith(1);
  for (const version of [2, 3]) {
    world.drop(version, 1);
    world.settle();
    promote(world, version, 'anna');
    world.settle();
  }
  if (!isWarm) endProbation(world);
  world.settle();
  world.history.length = 0;
  return world;
}

function endProbation(world: World): void {
  world.nowMs += PROBATION_MS;
  world.tell({ type: 'probation-over' });
}

describe('A rollback by hand', () => {
  it('is one step while the version before is warm, and the one left is not tested by itself', () => {
    const world = threePromoted(true);
    world.goBack(2);
    expect(world.route?.instance).to.match(/^shop-2/);
    world.settle();
    expect(events(world)).to.deep.equal(['rolled-back shop-3']);
    expect(world.history[0]).to.include({ by: 'anna' });
    expect(world.links.get('running')).to.equal('shop-2');
    world.boot();
    world.settle();
    expect(world.state.testing).to.equal(null);
    expect(world.state.rejected?.release.name).to.equal('shop-3');
    world.retest('shop-3');
    world.settle();
    expect(world.mirror).to.equal('shop-3');
  });

  it('restores an archived version, which gets ready while running serves', () => {
    const world = threePromoted(true);
    world.goBack(1);
    expect(world.folders).not.to.include('shop-1');
    expect(world.pending.map(({ type }) => type)).to.deep.equal(['restored']);
    world.happen(0, true);
    expect(world.route?.instance).to.match(/^shop-3/);
    world.settle();
    expect(world.route?.instance).to.match(/^shop-1/);
    expect(world.links.get('running')).to.equal('shop-1');
    expect(world.duties.get('shop-1')).to.equal('running');
    expect(events(world)).to.deep.equal([
      'restored shop-1',
      'rolled-back shop-3',
      'archived shop-2',
    ]);
    expect(world.state.previous).to.equal(null);
    expect([...world.servlets.keys()]).to.deep.equal(['shop-1 running']);
  });

  it('changes nothing when the archive is damaged or the version does not start', () => {
    for (const fail of [
      (world: World) => world.happen(0, false),
      (world: World) => {
        world.happen(0, true);
        world.crash('shop-2 running');
      },
    ]) {
      const world = threePromoted(false);
      world.goBack(2);
      fail(world);
      world.settle();
      expect(world.route?.instance).to.match(/^shop-3/);
      const refused = world.history.find(({ event }) => event === 'refused');
      expect(refused).to.include({ version: 'shop-2', by: 'anna' });
      expect(refused?.reasons[0]?.text).to.match(/^Users could not go back to it: .*shop-3$/);
      expect(world.folders).not.to.include('shop-2');
      world.goBack(2);
      world.settle();
      expect(world.route?.instance).to.match(/^shop-2/);
    }
  });

  it('waits out what this place prevents', () => {
    const world = threePromoted(false);
    world.goBack(2);
    world.happen(0, true);
    world.crash('shop-2 running', 'place');
    expect(world.history.at(-1)?.event).to.equal('delayed');
    world.settle();
    expect(world.route?.instance).to.match(/^shop-2/);
  });

  it('waits for a folder that is being archived', () => {
    const world = threePromoted(true);
    endProbation(world);
    world.goBack(2);
    expect(world.state.rollback?.phase).to.equal('waiting');
    world.settle();
    expect(world.route?.instance).to.match(/^shop-2/);
  });

  it('starts a previous version that is down, without an archive', () => {
    const world = threePromoted(true);
    world.crash('shop-2 running');
    world.goBack(2);
    expect(world.route?.instance).to.match(/^shop-3/);
    world.settle();
    expect(world.route?.instance).to.match(/^shop-2/);
    expect(events(world)).to.deep.equal(['rolled-back shop-3']);
  });

  it('ends a test under way, which is told and can be made again', () => {
    for (const version of [1, 2]) {
      const world = threePromoted(true);
      world.drop(4, 1);
      world.settle();
      world.goBack(version);
      world.settle();
      expect(world.mirror).to.equal(null);
      expect(world.links.get('testing')).to.equal(undefined);
      const ended = world.history.find(({ event }) => event === 'superseded');
      expect(ended?.reasons[0]?.text).to.match(
        /so the test ended; to test it again: vili retest 4$/,
      );
      world.boot();
      world.settle();
      expect(world.state.testing, 'not by itself').to.equal(null);
      world.retest('shop-4');
      world.settle();
      expect(world.mirror).to.equal('shop-4');
    }
  });

  it('ends a promotion under way', () => {
    const world = threePromoted(true);
    world.drop(4, 1);
    world.settle();
    promote(world, 4, 'anna');
    world.goBack(1);
    expect(world.state.promotion).to.equal(null);
    world.settle();
    expect(world.route?.instance).to.match(/^shop-1/);
  });

  it('lets no verdict move users meanwhile, and tests what arrives once it is over', () => {
    const world = threePromoted(true);
    world.drop(4, 1);
    world.settle();
    world.goBack(1);
    promote(world, 4, 'anna');
    expect(world.state.promotion).to.equal(null);
    world.tell({
      type: 'arrived',
      release: {
        ...world.files.get('shop-4')!,
        name: 'shop-5',
        fileName: 'shop-5.jar',
        version: '5',
        fingerprint: 'shop-5#1',
      },
      foundAtStart: false,
    });
    world.settle();
    expect(world.route?.instance).to.match(/^shop-1/);
    expect(world.mirror).to.equal('shop-5');
  });

  it('is completed after a kill of Vili at any step of it', () => {
    for (let steps = 0; steps < 6; steps++) {
      const world = threePromoted(false);
      world.goBack(2);
      for (let n = 0; n < steps && world.pending.length > 0; n++) world.happen(0, true);
      if (world.pending.length > 0) world.dieDuring(0);
      else world.boot();
      world.settle();
      expect(world.route?.instance, `${steps} steps`).to.match(/^shop-2/);
      expect(world.links.get('running')).to.equal('shop-2');
      expect(world.state.rejected?.release.name).to.equal('shop-3');
    }
  });

  it('is completed although running does not start after the kill', () => {
    const world = threePromoted(false);
    world.goBack(2);
    world.boot();
    world.happen(0, true);
    world.crash('shop-3 running');
    world.settle();
    expect(world.route?.instance).to.match(/^shop-2/);
  });

  it('passes by server files between the two, which are not tested by themselves', () => {
    const world = threePromoted(false);
    world.goBack(1);
    const [found] = world.pending.splice(0, 1);
    if (found?.type !== 'restored') throw new Error('nothing is restored');
    world.folders.add('shop-1');
    world.tell({ ...found, newer: ['shop-2#1'] });
    world.settle();
    world.boot();
    world.settle();
    expect(world.route?.instance).to.match(/^shop-1/);
    expect(world.state.testing).to.equal(null);
  });

  it('is no event of a version that runs or is tested, nor while another is under way', () => {
    const world = threePromoted(false);
    world.drop(4, 1);
    world.settle();
    const before = world.state;
    world.goBack(3);
    world.goBack(4);
    expect(world.state).to.equal(before);
    world.goBack(2);
    world.goBack(1);
    expect(world.state.rollback?.version).to.equal('shop-2');
  });

  it('takes no late report for its own', () => {
    const { state } = threePromoted(false);
    const rules = { ...RULES };
    const late = { type: 'not-restored', name: 'shop-2', problem: 'late' } as const;
    expect(transition(state, late, rules).state).to.equal(state);
  });
});

// Private

const RULES = {
  nowMs: 0,
  wallMs: 0,
  probationMs: PROBATION_MS,
  comparedMs: null,
  isRollbackManual: false,
  testingCrashesMax: 2,
  takeover: { afterMs: 2000, readyMs: 300, isManual: false },
  compareVersions: (a: string, b: string) => Number(a) - Number(b),
};
