import { expect } from 'chai';
import fc from 'fast-check';
import { parseDeployment } from '../../../../lib/deployment/parse.ts';
import { PROBATION_MS, promote, reason, type World, worldWith } from '../world.ts';

/** Version 2 is on probation, and 1 is kept warm. */
function onProbation(): World {
  const world = worldWith(1);
  world.drop(2, 1);
  world.settle();
  promote(world, 2);
  world.settle();
  return world;
}

const events = (world: World): string[] => world.history.map((it) => `${it.event} ${it.version}`);

function told(world: World): string[] {
  const all = world.history.filter(({ event }) => event === 'delayed');
  return all.map(({ version, reasons }) => `${version}: ${reasons.map((it) => it.text).join(' ')}`);
}

const act = { by: 'anna', reason: '', reasons: [reason('asked')] };

describe('A version that is worse than previous on probation', () => {
  it('loses its users at once, with the reasons, and is not tried again by itself', () => {
    const world = onProbation();
    world.worse(2);
    expect(world.route?.instance).to.match(/^shop-1/);
    world.settle();
    expect(world.history.find(({ event }) => event === 'rolled-back')).to.deep.include({
      version: 'shop-2',
      by: 'vili',
      reasons: [reason('500 instead of 200')],
    });
    expect(world.state.rejected).to.deep.include({ reasons: [reason('500 instead of 200')] });
    expect(world.state.previous).to.equal(null);
    world.drop(2, 1);
    world.boot();
    world.settle();
    expect(world.state.running?.release.name).to.equal('shop-1');
    expect(world.state.testing).to.equal(null);
  });

  it('takes the test of a newer one with it, since that was compared with it', () => {
    const world = onProbation();
    world.drop(3, 1);
    world.settle();
    expect(world.mirror).to.equal('shop-3');
    world.worse(2);
    world.settle();
    expect(world.mirror).to.equal(null);
    expect(world.state.testing).to.equal(null);
    expect(events(world)).to.include('superseded shop-3');
    promote(world, 3);
    world.settle();
    expect(world.state.running?.release.name).to.equal('shop-1');
  });

  it('does so too when it crashes, even while the newer one is being promoted', () => {
    const world = onProbation();
    world.drop(3, 1);
    world.settle();
    promote(world, 3, 'anna');
    world.happen(0, true);
    expect(world.state.promotion?.phase).to.equal('starting');
    world.crash('shop-2 running');
    world.settle();
    expect(world.route?.instance).to.match(/^shop-1/);
    expect(events(world)).to.include('superseded shop-3').and.not.include('promoted shop-3');
  });

  it('is no concern once its probation is over, nor is the version before it', () => {
    const world = onProbation();
    world.worse(1);
    world.worse(3);
    expect(world.state.running?.release.name).to.equal('shop-2');
    world.nowMs += PROBATION_MS;
    world.tell({ type: 'probation-over' });
    world.worse(2);
    world.settle();
    expect(world.state.running?.release.name).to.equal('shop-2');
    expect(told(world)).to.deep.equal([]);
  });

  it('keeps its users where people decide, who are told once, also over a restart of Vili', () => {
    const world = onProbation();
    world.isRollbackManual = true;
    world.worse(2);
    world.boot();
    world.settle();
    world.worse(2);
    expect(world.state.running?.release.name).to.equal('shop-2');
    expect(told(world)).to.deep.equal([
      'shop-2: It is worse than shop-1 on probation, and probation.rollback is manual, so users stay; ' +
        'to take users back: vili rollback. 500 instead of 200',
    ]);
    const read = parseDeployment(JSON.parse(JSON.stringify(world.state)), 'shop');
    expect(read.previous).to.deep.equal(world.state.previous);
    world.goBack(1);
    expect(world.route?.instance).to.match(/^shop-1/);
  });

  it('is started again where people decide and it crashes: they are told', () => {
    const world = onProbation();
    world.isRollbackManual = true;
    world.crash('shop-2 running');
    expect(world.route).to.equal(null);
    world.settle();
    expect(world.route?.instance).to.match(/^shop-2/);
    expect(told(world)).to.have.length(1);
    expect(told(world)[0]).to.contain('ended by itself while on probation');
  });

  it('keeps its users while Vili is paused, and loses them after that', () => {
    const world = onProbation();
    world.tell({ type: 'pause', ...act });
    world.worse(2);
    expect(world.state.running?.release.name).to.equal('shop-2');
    expect(told(world)[0]).to.contain('Vili is paused');
    world.tell({ type: 'resume', ...act });
    world.worse(2);
    expect(world.state.running?.release.name).to.equal('shop-1');
  });

  it('keeps its users until previous is ready: a bad response is better than none', () => {
    const world = onProbation();
    world.crash('shop-1 running');
    world.worse(2);
    expect(world.route?.instance).to.match(/^shop-2/);
    expect(told(world)[0]).to.contain('shop-1 is not ready, so users stay until then');
    world.settle();
    world.worse(2);
    expect(world.route?.instance).to.match(/^shop-1/);
    expect(told(world)).to.have.length(1);
  });

  it('is told again after a state file in which what was told is damaged', () => {
    const world = onProbation();
    for (const complaint of [7, { at: 'now' }, { at: 'now', reasons: [7] }]) {
      const previous = { ...world.state.previous, complaint };
      const read = parseDeployment({ ...world.state, previous }, 'shop');
      expect(read.previous).to.deep.equal(world.state.previous);
    }
  });

  it('never comes back by itself, whatever happens next', () => {
    const step = fc.record({ kind: fc.nat(6), n: fc.nat(20), good: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const world = onProbation();
        world.drop(3, 1);
        world.settle();
        world.worse(2);
        world.settle();
        for (const { kind, n, good } of steps) {
          world.nowMs += n * 20;
          const keys = [...world.servlets.keys()];
          if (kind <= 1) world.happen(n, good);
          else if (kind === 2) world.drop(2 + (n % 2), 1);
          else if (kind === 3) world.crash(keys[n % Math.max(1, keys.length)] ?? '');
          else if (kind === 4) world.boot();
          else if (kind === 5) promote(world, 2 + (n % 2));
          else world.worse(1 + (n % 3));
        }
        world.settle();
        expect(world.state.running?.release.name).to.equal('shop-1');
        expect(world.route?.instance).to.match(/^shop-1/);
      }),
      { numRuns: 300 },
    );
  });
});
