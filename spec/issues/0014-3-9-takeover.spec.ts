import { expect } from 'chai';
import fc from 'fast-check';
import { outageView } from '../../lib/deployment/outage/takeover.ts';
import { reason, TAKEOVER, type World, worldWith } from '../lib/deployment/world.ts';
import { withWorld } from '../support/daemon-world.ts';

/** A daemon goes through several versions on a machine that is busy with other things. */
const LIMIT_MS = 60_000;

const { afterMs, readyMs } = TAKEOVER;

describe('A running version that does not serve', () => {
  it('gives way to a testing version that is ready and has nothing against it, for good', () => {
    const world = deadRunning();
    world.nowMs += afterMs;
    world.tell({ type: 'tick' });
    expect(world.state.promotion?.reasons[0]?.code).to.equal('takeover');
    world.settle();
    expect(world.route?.instance).to.match(/^shop-2/);
    expect(world.state.previous, 'a way back to the dead').to.equal(null);
    expect(world.folders).not.to.include('shop-1');
    const promoted = world.history.find(({ event }) => event === 'promoted');
    expect(promoted?.reasons[0]?.text).to.match(
      /^shop-1, .* has been down for 2 seconds, and shop-2 was ready/,
    );
  });

  it('has the whole time to come back, and a night without requests is no outage', () => {
    const world = deadRunning(false);
    world.nowMs += afterMs - 1;
    world.tell({ type: 'tick' });
    expect(world.state.promotion).to.equal(null);
    world.settle();
    expect(world.route?.instance).to.match(/^shop-1/);
    world.nowMs += 1e9;
    world.tell({ type: 'tick' });
    expect(world.state.promotion).to.equal(null);
    expect(outageOf(world)).to.equal(null);
  });

  it('is given up, too, when it starts and starts and says nothing', () => {
    const world = deadRunning(false);
    world.nowMs += afterMs;
    world.state = { ...world.state, outage: { sinceMs: world.nowMs - afterMs, fault: null } };
    world.tell({ type: 'tick' });
    expect(world.state.promotion?.by).to.equal('vili');
  });

  it('is not left for a version that is not ready for long enough, or has something against it', () => {
    for (const spoil of [
      (world: World): void => world.tell({ type: 'standing', name: 'shop-2', isClear: false }),
      (world: World): void => world.crash('shop-2 testing'),
    ]) {
      const world = deadRunning();
      world.nowMs += afterMs;
      spoil(world);
      world.tell({ type: 'tick' });
      expect(world.state.promotion).to.equal(null);
      expect(outageOf(world)).to.match(/shop-2 is (not ready either|ready, but .*vili promote)/);
    }
  });

  it('is not left for want of disk, ports or files, which any version would need here', () => {
    const world = serving();
    world.crash('shop-1 running', 'place');
    world.pending.length = 0;
    world.nowMs += afterMs;
    world.tell({ type: 'tick' });
    expect(world.state.promotion).to.equal(null);
    expect(outageOf(world)).to.contain('not the fault of a version');
  });

  it('is told with verdict.mode=manual, once in the history, naming vili promote', () => {
    const world = deadRunning();
    world.isManual = true;
    world.nowMs += afterMs;
    for (let n = 0; n < 3; n++) world.tell({ type: 'tick' });
    expect(world.state.promotion).to.equal(null);
    const told = world.history.filter(({ event }) => event === 'delayed');
    expect(told).to.have.length(1);
    expect(told[0]?.reasons[0]?.text).to.contain('vili promote shop-2');
    expect(outageOf(world, true)).to.contain('vili promote shop-2');
    world.tell({
      type: 'verdict',
      name: 'shop-2',
      decision: 'promote',
      by: 'anna',
      reasons: [reason('now')],
    });
    world.settle();
    expect(world.route?.instance).to.match(/^shop-2/);
    expect(world.state.previous).to.equal(null);
  });

  it('stays the way back when it has recovered before the other one is ready', () => {
    const world = deadRunning(false);
    world.nowMs += afterMs;
    world.tell({ type: 'tick' });
    const at = world.pending.findIndex((it) => it.type === 'servlet-ready' && it.name === 'shop-1');
    world.happen(at, true);
    world.settle();
    expect(world.state.running?.release.name).to.equal('shop-2');
    expect(world.state.previous?.release.name).to.equal('shop-1');
  });

  it('never loses users who are served, over any order of failures, recoveries and looks', () => {
    const step = fc.record({ kind: fc.nat(5), n: fc.nat(20), good: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, isManual) => {
        const world = serving();
        world.isManual = isManual;
        for (const { kind, n, good } of steps) {
          world.nowMs += n * 100;
          const before = world.state;
          const keys = [...world.servlets.keys()];
          if (kind <= 1) world.happen(n, good);
          else if (kind === 2)
            world.crash(keys[n % Math.max(1, keys.length)] ?? '', good ? 'crashed' : 'place');
          else if (kind === 3) world.tell({ type: 'standing', name: 'shop-2', isClear: good });
          else if (kind === 4 && n === 0) world.boot();
          else world.tell({ type: 'tick' });
          const begun = before.promotion === null && world.state.promotion !== null;
          if (!begun) continue;
          expect(isManual).to.equal(false);
          expect(before.running?.target ?? null, 'users were served').to.equal(null);
          expect(before.testing?.isClear).to.equal(true);
          expect(world.nowMs - (before.testing?.readySinceMs ?? world.nowMs)).to.be.at.least(
            readyMs,
          );
          expect(world.nowMs - (before.outage?.sinceMs ?? world.nowMs)).to.be.at.least(afterMs);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is replaced within seconds when it exits at once, and a fix waits beside it', () =>
    withWorld({ promotion_takeover: '2s' }, async (world) => {
      await world.arrive('shop-1.0.0.js', 'process.exit(7)');
      const daemon = world.start();
      await daemon.recorded('crashed', 'shop-1.0.0');
      await world.drop('1.1.0');
      const status = await daemon.serving('shop-1.1.0');
      expect(status.previous).to.equal(null);
      const { reasons } = await daemon.recorded('promoted', 'shop-1.1.0');
      expect(reasons[0]).to.contain('it takes over');
      expect((await fetch(`http://127.0.0.1:${world.port}/health`)).status).to.equal(200);
    })).timeout(LIMIT_MS);

  it('is on every surface with verdict.mode=manual', () =>
    withWorld({ promotion_takeover: '2s', verdict_mode: 'manual' }, async (world) => {
      await world.arrive('shop-1.0.0.js', 'process.exit(7)');
      const daemon = world.start();
      await daemon.recorded('crashed', 'shop-1.0.0');
      await world.drop('1.1.0');
      await daemon.recorded('delayed', 'shop-1.1.0');
      const act = 'vili promote shop-1.1.0';
      expect((await daemon.client.status()).outage?.text).to.contain(act);
      for (const command of ['status', 'why', 'history']) {
        const { stdout } = await world.vili(command);
        expect(stdout.replaceAll(/\s+/g, ' '), command).to.contain(act);
      }
      expect(daemon.output).to.contain(act);
      expect((await world.vili('promote', '--yes')).code).to.equal(0);
      await daemon.serving('shop-1.1.0');
    })).timeout(LIMIT_MS);
});

// Private

/** Version 1 serves, 2 is under test with nothing against it, and was ready for long enough. */
function serving(): World {
  const world = worldWith(1);
  world.drop(2, 1);
  world.settle();
  world.tell({ type: 'standing', name: 'shop-2', isClear: true });
  world.nowMs += readyMs;
  return world;
}

/** Version 1 ended by itself; `forGood`: the attempt to start it again, which is pending, never succeeds. */
function deadRunning(forGood = true): World {
  const world = serving();
  world.crash('shop-1 running');
  if (forGood) world.pending.length = 0;
  return world;
}

function outageOf(world: World, isManual = false): string | null {
  const rules = {
    nowMs: world.nowMs,
    wallMs: world.nowMs,
    probationMs: 0,
    comparedMs: null,
    isRollbackManual: false,
    testingCrashesMax: 2,
    takeover: { ...TAKEOVER, isManual },
    compareVersions: () => 0,
  };
  return outageView(world.state, rules)?.text ?? null;
}
