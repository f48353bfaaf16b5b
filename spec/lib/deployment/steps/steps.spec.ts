import { expect } from 'chai';
import { planAct } from '../../../../lib/deployment/acts.ts';
import { parseDeployment } from '../../../../lib/deployment/parse.ts';
import { stepsView } from '../../../../lib/deployment/steps/view.ts';
import { resync } from '../../../../lib/deployment/start/resync.ts';
import { promote, release, TAKEOVER, type World, worldWith } from '../world.ts';

const FIRST_MS = 120_000;
const SECOND_MS = 300_000;
const STEPS = [
  { share: 0.05, ms: FIRST_MS },
  { share: 0.25, ms: SECOND_MS },
];

/** Version 2 has its first share of the users of version 1. */
function inSteps(): World {
  const world = worldWith(1);
  world.steps = STEPS;
  world.drop(2, 1);
  world.settle();
  promote(world, 2);
  world.settle();
  return world;
}

function after(world: World, ms: number): void {
  world.nowMs += ms;
  world.tell({ type: 'tick' });
  world.settle();
}

function asked(world: World, kind: 'promote' | 'reject' | 'pause' | 'resume'): string {
  const act = { kind, version: null, by: 'anna', reason: '', release: null };
  const { reply, event } = planAct(world.state, act, world.rules());
  if (event !== null) world.tell(event);
  world.settle();
  return reply.text;
}

const running = (world: World): string | undefined => world.state.running?.release.name;
const events = (world: World): string[] => world.history.map((it) => `${it.event} ${it.version}`);

describe('A promotion in steps', () => {
  it('gives the version a growing share of the users, then all of them, and a probation', () => {
    const world = inSteps();
    expect([running(world), world.share?.size]).to.deep.equal(['shop-1', 0.05]);
    expect(world.share?.target.instance).to.match(/^shop-2\/.*_running$/);
    const salt = world.share?.salt;
    after(world, FIRST_MS - 1);
    expect(world.share?.size).to.equal(0.05);
    after(world, 1);
    expect([world.share?.size, world.share?.salt]).to.deep.equal([0.25, salt]);
    const served = world.share?.target;
    after(world, SECOND_MS);
    expect([running(world), world.share]).to.deep.equal(['shop-2', null]);
    expect(world.route, 'the same process goes on').to.deep.equal(served);
    expect(world.state.previous?.release.name).to.equal('shop-1');
    expect(events(world).slice(-4)).to.deep.equal([
      'testing shop-2',
      'stepped shop-2',
      'stepped shop-2',
      'promoted shop-2',
    ]);
    expect(world.history.at(-2)?.reasons[0]?.text).to.equal(
      'It has 25 % of the users by address (step 2 of 2) for 5 minutes',
    );
  });

  it('draws another salt each time, so that the same users are not always the first', () => {
    const world = inSteps();
    const { salt } = world.share ?? {};
    asked(world, 'reject');
    world.nowMs += 5;
    world.drop(3, 1);
    world.settle();
    promote(world, 3);
    world.settle();
    expect(world.share?.salt).to.be.a('string').and.not.equal(salt);
  });

  it('takes all users back when theirs is worse, before the process is stopped, and rejects the version', () => {
    const world = inSteps();
    world.worse(2);
    world.settle();
    expect([running(world), world.share, world.state.promotion]).to.deep.equal([
      'shop-1',
      null,
      null,
    ]);
    expect(world.servlets.has('shop-2 running')).to.equal(false);
    expect(world.state.rejected?.release.name).to.equal('shop-2');
    const last = world.history.at(-1);
    expect(last).to.include({ event: 'rolled-back', version: 'shop-2', by: 'vili' });
    expect(last?.reasons.map(({ text }) => text)).to.deep.equal([
      '500 instead of 200',
      'It had 5 % of the users by address (step 1 of 2); all are with shop-1 again',
    ]);
    world.tell({ type: 'arrived', release: release(2), foundAtStart: false });
    expect(world.history.at(-1)?.event, 'not tried again by itself').to.equal('refused');
  });

  it('takes them back when its process ends by itself, also while Vili is paused', () => {
    const world = inSteps();
    asked(world, 'pause');
    world.crash('shop-2 running');
    world.settle();
    expect([running(world), world.share]).to.deep.equal(['shop-1', null]);
    const { event, reasons } = world.history.at(-1) ?? {};
    expect([event, reasons?.[0]?.code]).to.deep.equal(['rolled-back', 'crashed-in-steps']);
  });

  it('goes on after an end that is not the fault of the version, whose time stands still meanwhile', () => {
    const world = inSteps();
    world.nowMs += 50_000;
    world.crash('shop-2 running', 'place');
    expect(world.share, 'its users are with running').to.equal(null);
    world.nowMs += 900_000;
    world.tell({ type: 'tick' });
    world.settle();
    expect(world.share?.size).to.equal(0.05);
    after(world, FIRST_MS - 50_001);
    expect(world.share?.size).to.equal(0.05);
    after(world, 1);
    expect(world.share?.size).to.equal(0.25);
  });

  it('goes on with its step after a restart of Vili, with the same users', () => {
    const world = inSteps();
    after(world, FIRST_MS);
    after(world, 100_000);
    const { size, salt } = world.share ?? {};
    world.nowMs += 7_000_000;
    world.saved = parseDeployment(JSON.parse(JSON.stringify(world.saved)), 'shop');
    world.boot();
    expect(world.share, 'nothing serves yet').to.equal(null);
    world.settle();
    expect([running(world), world.share?.size, world.share?.salt]).to.deep.equal([
      'shop-1',
      size,
      salt,
    ]);
    after(world, SECOND_MS - 100_001);
    expect(running(world)).to.equal('shop-1');
    after(world, 1);
    expect(running(world)).to.equal('shop-2');
    expect(events(world).filter((it) => it === 'stepped shop-2').length).to.equal(2);
  });

  it('restores the share for an actor that forgot it', () => {
    const world = inSteps();
    const { share } = world;
    expect(resync(world.state)).to.deep.include({ type: 'share', share });
  });

  it('stays at its step while Vili is paused, and tells what speaks against the version', () => {
    const world = inSteps();
    asked(world, 'pause');
    after(world, 10 * FIRST_MS);
    expect(world.share?.size).to.equal(0.05);
    world.worse(2);
    world.worse(2);
    expect(world.share?.size).to.equal(0.05);
    const told = world.history.filter(({ event }) => event === 'delayed');
    expect(told.length).to.equal(1);
    expect(told[0]?.reasons[0]?.text).to.match(/Vili is paused, so users stay.*vili rollback/);
    asked(world, 'resume');
    world.worse(2);
    world.settle();
    expect([running(world), world.history.at(-1)?.event]).to.deep.equal(['shop-1', 'rolled-back']);
  });

  it('leaves it to people where probation.rollback is manual', () => {
    const world = inSteps();
    world.isRollbackManual = true;
    world.worse(2);
    after(world, 10 * FIRST_MS);
    expect(world.share?.size).to.equal(0.05);
    expect(stepsView(world.state, world.rules())?.text).to.match(
      /^shop-2 has 5 % of the users by address \(step 1 of 2\): held, since something speaks against it/,
    );
    expect(asked(world, 'promote')).to.match(/all users move over to shop-2 now/);
    expect([running(world), world.share]).to.deep.equal(['shop-2', null]);
  });

  it('ends by hand: all users at once, or back', () => {
    const whole = inSteps();
    asked(whole, 'promote');
    expect([running(whole), whole.history.at(-1)?.by]).to.deep.equal(['shop-2', 'anna']);
    const rejected = inSteps();
    asked(rejected, 'reject');
    expect([running(rejected), rejected.share]).to.deep.equal(['shop-1', null]);
    expect(rejected.history.at(-1)).to.include({ event: 'rejected', by: 'anna' });
    const back = inSteps();
    back.goBack(1);
    back.settle();
    expect([running(back), back.share]).to.deep.equal(['shop-1', null]);
    expect(back.history.at(-1)).to.include({ event: 'rolled-back', version: 'shop-2', by: 'anna' });
  });

  it('begins by hand with steps of its own, not while nobody serves the other users', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    const steps = [{ share: 0.5, ms: FIRST_MS }];
    const act = { kind: 'promote', version: null, by: 'anna', reason: '', release: null } as const;
    const { reply, event } = planAct(world.state, { ...act, steps }, world.rules());
    expect(reply.text).to.equal('shop-2 is being promoted in 1 step, 50 % of the users first');
    if (event !== null) world.tell(event);
    world.settle();
    expect(world.share?.size).to.equal(0.5);
    const again = planAct(world.state, { ...act, steps }, world.rules());
    expect(again.reply.done).to.equal(false);
    const other = worldWith(1);
    other.drop(2, 1);
    other.settle();
    other.crash('shop-1 running');
    expect(planAct(other.state, { ...act, steps }, other.rules()).reply.text).to.match(
      /running does not serve/,
    );
  });

  it('gives all users to the version when running is down for good meanwhile', () => {
    const world = inSteps();
    world.crash('shop-1 running');
    world.nowMs += TAKEOVER.afterMs;
    world.tell({ type: 'tick' });
    expect(running(world)).to.equal('shop-2');
    const texts = world.history.at(-1)?.reasons.map(({ text }) => text);
    expect(texts).to.include('shop-1 is down, so all its users follow');
  });

  it('lets a newer file wait until it has ended', () => {
    const world = inSteps();
    world.drop(3, 1);
    world.settle();
    expect([world.state.incoming?.phase, world.share?.size]).to.deep.equal(['waiting', 0.05]);
    world.worse(2);
    world.settle();
    expect(world.mirror).to.equal('shop-3');
  });

  it('is not read from a state file in which it cannot be', () => {
    const world = inSteps();
    const saved = JSON.parse(JSON.stringify(world.saved)) as {
      promotion: { stepping: Record<string, unknown> };
    };
    const wrong = [
      { at: 2 },
      { at: 0.5 },
      { steps: [{ share: 1, ms: 5 }] },
      { steps: 'all' },
      { salt: null },
      { key: { kind: 'path', name: 'x' } },
      { leftMs: null },
      { complaint: { at: 1 } },
    ];
    for (const change of wrong) {
      const stepping = { ...saved.promotion.stepping, ...change };
      const state = { ...saved, promotion: { ...saved.promotion, stepping } };
      expect(() => parseDeployment(state, 'shop'), JSON.stringify(change)).to.throw(/promotion/);
    }
    const { stepping: _, ...without } = saved.promotion;
    expect(() => parseDeployment({ ...saved, promotion: without }, 'shop')).to.throw(/promotion/);
  });
});
