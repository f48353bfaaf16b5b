import { expect } from 'chai';
import fc from 'fast-check';
import { resync } from '../../lib/deployment/start/resync.ts';
import {
  PROBATION_MS,
  reason,
  TAKEOVER,
  type World,
  worldWith,
  promote,
} from '../lib/deployment/world.ts';
import { withWorld } from '../support/daemon-world.ts';

/** A daemon goes through several versions on a machine that is busy with other things. */
const LIMIT_MS = 60_000;

/** How long each version takes to listen, in the daemon spec. */
const SLOW_MS = 700;
/** A service that listens only after a while. */
const SLOW_PROGRAM = `setTimeout(() => require('node:http').createServer((request, response) =>
  response.end('ok')).listen(process.env.PORT, 'localhost'), ${SLOW_MS});\n`;

describe('After a restart of Vili', () => {
  it('running starts alone, then previous, then the version under test', () => {
    const world = threeVersions();
    const order: string[] = [];
    world.boot();
    for (let n = 0; n < 50 && world.pending.length > 0; n++) {
      for (const key of world.servlets.keys()) if (!order.includes(key)) order.push(key);
      const others = [...world.servlets.values()].filter(({ ready }) => !ready);
      expect(others.length, 'servlets that start at once').to.be.at.most(1);
      world.happen(0, true);
    }
    expect(order).to.deep.equal(['shop-2 running', 'shop-1 running', 'shop-3 testing']);
    expect(world.state.resume).to.equal(null);
    expect(world.mirror).to.equal('shop-3');
  });

  it('a new file, a new build of what was tested and a second look wait for their turn too', () => {
    const world = threeVersions();
    world.drop(4, 1);
    world.boot();
    world.drop(3, 2);
    for (const event of world.pending.filter(({ type }) => type === 'arrived')) {
      world.pending.splice(world.pending.indexOf(event), 1);
      world.tell(event);
    }
    const started = resync(world.state).filter(({ type }) => type === 'start' || type === 'stage');
    expect(started.map((it) => ('release' in it ? it.release.name : ''))).to.deep.equal(['shop-2']);
    world.settle();
    expect(world.state.testing?.release.name).to.equal('shop-4');
    expect(world.state.previous?.target).not.to.equal(null);
  });

  it('one that fails, or that never gets ready, keeps nobody waiting', () => {
    for (const hinder of [
      (world: World): void => world.crash('shop-2 running'),
      (world: World): void => {
        world.nowMs += TAKEOVER.afterMs;
        world.saved = null;
        world.tell({ type: 'tick' });
      },
    ]) {
      const world = threeVersions();
      world.state = withoutEnd(world);
      world.boot();
      world.happen(0, true);
      hinder(world);
      expect([...world.servlets.keys()]).to.include('shop-1 running');
    }
  });

  it('users can go back to a previous version that has not started yet', () => {
    const world = threeVersions();
    world.boot();
    world.tell({ type: 'roll-back', version: 'shop-1', by: 'anna', reasons: [reason('asked')] });
    world.settle();
    expect(world.route?.instance).to.match(/^shop-1/);
  });

  it('a promotion that was under way goes on once running is ready', () => {
    const world = threeVersions();
    // Vili itself promotes nothing while running is on probation.
    promote(world, 3, 'anna');
    world.boot();
    expect([...world.servlets.keys()]).to.deep.equal([]);
    world.settle();
    expect(world.state.running?.release.name).to.equal('shop-3');
  });

  it('everybody gets his turn, whatever fails meanwhile', () => {
    const step = fc.record({ n: fc.nat(20), good: fc.boolean(), late: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const world = threeVersions();
        world.boot();
        for (const { n, good, late } of steps) {
          if (late) world.nowMs += n;
          world.happen(n, good);
          world.tell({ type: 'tick' });
        }
        world.settle();
        expect(world.state.resume ?? null).to.equal(null);
        expect(world.route).not.to.equal(null);
        expect(['testing', undefined]).to.include(world.state.testing?.phase);
      }),
      { numRuns: 300 },
    );
  });

  it('no servlet is started before the one that users wait for is ready', () =>
    withWorld({}, async (world) => {
      const arrive = (version: string): Promise<void> =>
        world.arrive(`shop-${version}.js`, `// ${version}\n${SLOW_PROGRAM}`);
      await arrive('1.0.0');
      const first = world.start();
      await first.serving('shop-1.0.0');
      await arrive('1.1.0');
      await first.testing('shop-1.1.0');
      await world.vili('promote', '--yes');
      await first.serving('shop-1.1.0');
      await arrive('1.2.0');
      await first.testing('shop-1.2.0');
      await first.kill();
      await world.untilNoProcess().catch(() => undefined);
      const second = world.start();
      await second.testing('shop-1.2.0');
      const { running, previous, testing } = await second.client.status();
      const at = [running, previous, testing].map((it) => Date.parse(it?.startedAt ?? ''));
      expect((at[1] ?? 0) - (at[0] ?? 0), 'previous after running').to.be.at.least(SLOW_MS);
      expect((at[2] ?? 0) - (at[1] ?? 0), 'testing after previous').to.be.at.least(SLOW_MS);
    })).timeout(LIMIT_MS);
});

// Private

/** Version 2 is running, 1 was before it, and 3 is under test. */
function threeVersions(): World {
  const world = worldWith(1);
  world.drop(2, 1);
  world.settle();
  promote(world, 2);
  world.settle();
  world.drop(3, 1);
  world.settle();
  expect(world.state.previous?.release.name).to.equal('shop-1');
  return world;
}

/** The probation lasts, however long the start takes. */
function withoutEnd({ state, nowMs }: World): World['state'] {
  const { previous } = state;
  return previous === null
    ? state
    : { ...state, previous: { ...previous, untilMs: nowMs + 100 * PROBATION_MS } };
}
