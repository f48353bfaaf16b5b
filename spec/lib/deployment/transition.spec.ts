import { expect } from 'chai';
import fc from 'fast-check';
import { declaredOf } from '../../../lib/deployment/declared/declared.ts';
import { transition } from '../../../lib/deployment/transition.ts';
import { PROBATION_MS, reason, type World, TAKEOVER, worldWith, release } from './world.ts';

function verdictOn(world: World, name: string, decision: 'promote' | 'reject'): void {
  world.tell({ type: 'verdict', name, decision, by: 'vili', reasons: [reason('seen')] });
}

const STEPS = [
  { share: 0.05, ms: 100 },
  { share: 0.25, ms: 300 },
];

/** Time passes until no promotion is under way; what speaks against one is waved through. */
function endSteps(world: World): void {
  for (let ticks = 0; ticks < 10 && world.state.promotion !== null; ticks++) {
    world.nowMs += 1000;
    world.tell({ type: 'tick' });
    const { promotion, testing } = world.state;
    if (promotion?.stepping?.complaint && testing !== null) {
      const { name } = testing.release;
      const reasons = [reason('asked')];
      world.tell({ type: 'verdict', name, decision: 'promote', by: 'anna', reasons });
    }
    world.settle();
  }
}

const events = (world: World): string[] => world.history.map((it) => `${it.event} ${it.version}`);

describe('The deployment', () => {
  it('begins with the newest file as the running version', () => {
    const world = worldWith(1, 3, 2);
    expect(world.state.running?.release.name).to.equal('shop-3');
    expect(world.route?.instance).to.equal('shop-3/1_running');
    expect(world.state.testing).to.equal(null);
    expect(events(world)).to.deep.equal(['started shop-3']);
  });

  it('tests a newer file, promotes it on good evidence and archives the old one after probation', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    expect(world.mirror).to.equal('shop-2');
    expect(world.route?.instance).to.match(/^shop-1/);
    verdictOn(world, 'shop-2', 'promote');
    world.settle();
    expect(world.route?.instance).to.match(/^shop-2\/.*_running$/);
    expect(world.state.previous?.release.name).to.equal('shop-1');
    expect(world.folders).to.include('shop-1');
    world.tell({ type: 'probation-over' });
    world.settle();
    expect(world.folders, 'a clock of an earlier probation').to.include('shop-1');
    world.nowMs += PROBATION_MS;
    world.tell({ type: 'probation-over' });
    world.settle();
    expect(world.folders).not.to.include('shop-1');
    expect(events(world).slice(1)).to.deep.equal([
      'arrived shop-2',
      'testing shop-2',
      'promoted shop-2',
      'archived shop-1',
    ]);
  });

  it('rejects a version on bad evidence, keeps its folder until the next one and never tries that file again', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    verdictOn(world, 'shop-2', 'reject');
    world.settle();
    expect(world.folders).to.include('shop-2');
    world.boot();
    world.settle();
    expect(world.state.testing).to.equal(null);
    world.drop(3, 1);
    world.settle();
    expect(world.mirror).to.equal('shop-3');
    expect(world.folders).not.to.include('shop-2');
  });

  it('tries a new build of a rejected version once its old folder is archived', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    verdictOn(world, 'shop-2', 'reject');
    world.drop(2, 2);
    world.settle();
    expect(world.mirror).to.equal('shop-2');
    expect(world.state.testing?.release.fingerprint).to.equal('shop-2#2');
    expect(events(world)).to.include('archived shop-2');
  });

  it('tests a rejected version again when somebody asks for it, as a test of its own', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    verdictOn(world, 'shop-2', 'reject');
    world.settle();
    const [first] = world.evaluated;
    world.nowMs += 10;
    world.retest('shop-2');
    world.settle();
    expect(world.mirror).to.equal('shop-2');
    expect(world.folders).to.include('shop-2');
    expect(world.evaluated.at(-1)?.sinceMs).to.be.above(first?.sinceMs ?? 0);
    expect(world.history.at(-2)).to.include({ event: 'arrived', by: 'anna' });
    verdictOn(world, 'shop-2', 'promote');
    world.settle();
    expect(world.state.running?.release.name).to.equal('shop-2');
  });

  it('tests a version again that was rejected before the last, whose report then makes room', () => {
    const world = worldWith(1);
    for (const version of [2, 3]) {
      world.drop(version, 1);
      world.settle();
      verdictOn(world, `shop-${version}`, 'reject');
      world.settle();
    }
    expect(world.folders).not.to.include('shop-2');
    world.retest('shop-2');
    world.settle();
    expect(world.mirror).to.equal('shop-2');
    expect(world.folders).to.include('shop-2').and.not.include('shop-3');
    expect(world.state.rejected).to.equal(null);
  });

  it('says of an older file with content that was rejected that it is older', () => {
    const world = worldWith(5);
    world.drop(6, 1);
    world.settle();
    verdictOn(world, 'shop-6', 'reject');
    world.settle();
    const { fingerprint } = release(6);
    world.tell({ type: 'arrived', release: { ...release(2), fingerprint }, foundAtStart: false });
    const last = world.history.at(-1);
    expect([last?.event, last?.reasons[0]?.text]).to.deep.equal([
      'refused',
      'shop-2.jar is not newer than shop-5, which is running',
    ]);
    world.tell({ type: 'arrived', release: { ...release(7), fingerprint }, foundAtStart: false });
    expect(world.history.at(-1)?.reasons[0]?.text).to.contain('vili retest 7');
  });

  it('tests a superseded version again once no other is tested', () => {
    const world = worldWith(1);
    for (const version of [2, 3]) {
      world.drop(version, 1);
      world.settle();
    }
    expect(events(world)).to.include('superseded shop-2');
    world.retest('shop-2');
    world.settle();
    expect(world.mirror).to.equal('shop-3');
    verdictOn(world, 'shop-3', 'reject');
    world.settle();
    world.retest('shop-2');
    world.settle();
    expect(world.mirror).to.equal('shop-2');
    expect(world.state.superseded).to.deep.equal([]);
  });

  it('tests neither a new build of a rejected version again, nor a version that is no longer newer', () => {
    const world = worldWith(1);
    for (const version of [2, 3]) {
      world.drop(version, 1);
      world.settle();
      verdictOn(world, `shop-${version}`, version === 2 ? 'reject' : 'promote');
      world.settle();
    }
    world.retest('shop-2');
    world.settle();
    expect(world.mirror).to.equal(null);
    expect(world.state.testing).to.equal(null);
  });

  it('tests nothing again while another version is tested, nor what was not rejected', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    verdictOn(world, 'shop-2', 'reject');
    world.drop(3, 1);
    world.settle();
    for (const name of ['shop-2', 'shop-1', 'shop-3']) {
      world.retest(name);
    }
    world.settle();
    expect(world.mirror).to.equal('shop-3');
    expect(world.state.incoming).to.equal(null);
  });

  it('declines a new build of the running version and an older file', () => {
    const world = worldWith(2);
    world.drop(2, 2);
    world.drop(1, 1);
    world.settle();
    expect(events(world).slice(1)).to.deep.equal(['refused shop-2', 'refused shop-1']);
    expect(world.history.at(-2)?.reasons[0]?.text).to.include('is running');
  });

  it('lets a newer candidate replace the version under test only when it is ready', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    world.drop(3, 1);
    world.happen(0, true);
    expect(world.mirror).to.equal('shop-2');
    world.settle();
    expect(world.mirror).to.equal('shop-3');
    expect(world.folders).not.to.include('shop-2');
  });

  it('rejects a testing version that keeps ending by itself, naming how', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    world.crash('shop-2 testing');
    expect(world.mirror).to.equal('shop-2');
    world.settle();
    world.crash('shop-2 testing');
    world.settle();
    expect(world.state.rejected?.reasons[0]?.text).to.include('2 times');
    expect(world.state.rejected?.reasons[0]?.text).to.include('exited with code 1');
  });

  it('begins a test anew after a failure of Vili itself, and holds nothing against the version', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    for (let i = 0; i < 4; i++) {
      world.nowMs += 100;
      world.crash('shop-2 testing', 'vili');
      expect(world.mirror).to.equal(null);
      // On its way since before; what it goes by is worth nothing now.
      verdictOn(world, 'shop-2', 'reject');
      expect(world.state.testing).to.include({ phase: 'starting', sinceMs: world.nowMs });
      world.settle();
      expect(world.mirror).to.equal('shop-2');
      expect(world.state.testing).to.include({ phase: 'testing', crashes: 0 });
    }
    expect(events(world)).not.to.include('crashed shop-2');
    expect(events(world)).not.to.include('rejected shop-2');
  });

  it('rejects a version that is present at every failure of Vili itself', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    for (let i = 0; i < 5; i++) {
      world.crash('shop-2 testing', 'vili');
      world.settle();
    }
    const text = 'While it was started or tested, what Vili starts servlets with ended 5 times';
    expect(world.state.rejected?.reasons[0]?.text).to.contain(text);
    expect(world.state.testing).to.equal(null);
  });

  it('neither rejects nor rolls back for a failure of Vili itself', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    verdictOn(world, 'shop-2', 'promote');
    world.happen(0, true);
    world.crash('shop-2 running', 'vili');
    world.settle();
    expect(world.state.running?.release.name).to.equal('shop-2');
    world.crash('shop-2 running', 'vili');
    expect(world.route).to.equal(null);
    world.settle();
    expect(world.route?.instance).to.match(/^shop-2/);
    expect(events(world)).not.to.include('rolled-back shop-2');
  });

  it('leaves users where they are when the promoted version does not get ready', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    verdictOn(world, 'shop-2', 'promote');
    world.happen(0, true);
    world.crash('shop-2 running');
    world.settle();
    expect(world.route?.instance).to.match(/^shop-1/);
    expect(world.state.rejected?.release.name).to.equal('shop-2');
  });

  it('rolls back at once when the new version crashes on probation', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    verdictOn(world, 'shop-2', 'promote');
    world.settle();
    world.crash('shop-2 running');
    expect(world.route?.instance).to.match(/^shop-1/);
    world.settle();
    expect(events(world)).to.include('rolled-back shop-2');
  });

  it('continues a promotion and a probation that a restart of Vili interrupted', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    verdictOn(world, 'shop-2', 'promote');
    world.boot();
    world.settle();
    expect(world.state.running?.release.name).to.equal('shop-2');
    world.boot();
    world.settle();
    expect(world.state.previous?.release.name).to.equal('shop-1');
    world.nowMs += PROBATION_MS + 1;
    world.tell({ type: 'probation-over' });
    world.settle();
    expect(world.state.previous).to.equal(null);
    expect(world.folders).not.to.include('shop-1');
  });

  it('removes the link of a test that was over when Vili was killed before it could', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    const reasons = [reason('seen')];
    const verdict = { type: 'verdict', name: 'shop-2', by: 'vili', reasons } as const;
    world.dieAfterSaving({ ...verdict, decision: 'reject' });
    world.settle();
    expect(world.state.rejected?.release.name).to.equal('shop-2');
    expect([...world.links]).to.deep.equal([['running', 'shop-1']]);
    world.drop(3, 1);
    world.settle();
    expect(world.folders).not.to.include('shop-2');
  });

  it('lets no probation last longer than a full one after a clock that was set back', () => {
    const world = worldWith(1);
    world.nowMs = 1e12;
    world.drop(2, 1);
    world.settle();
    verdictOn(world, 'shop-2', 'promote');
    world.settle();
    world.nowMs = 5;
    world.boot();
    world.settle();
    expect(world.state.previous?.untilMs).to.equal(5 + PROBATION_MS);
  });

  it('promotes a candidate also when the file of the trusted version is gone', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    const target = { instance: 'shop-2/2_running', host: '127.0.0.1', port: 2 };
    const promotion = { phase: 'starting', by: 'anna', reasons: [] } as const;
    const { state } = transition(
      { ...world.state, running: null, promotion },
      { type: 'servlet-ready', name: 'shop-2', role: 'running', target },
      {
        nowMs: 0,
        wallMs: 0,
        probationMs: PROBATION_MS,
        comparedMs: null,
        isRollbackManual: false,
        testingCrashesMax: 2,
        takeover: TAKEOVER,
        compareVersions: () => 0,
      },
    );
    expect(state).to.include({ promotion: null, previous: null, testing: null });
    expect(state.running).to.include({ target, phase: 'ready' });
  });

  it('continues a test that a restart of Vili interrupted, without recording a new one', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    world.boot();
    world.settle();
    expect(world.mirror).to.equal('shop-2');
    expect(events(world).filter((event) => event === 'testing shop-2')).to.have.length(1);
  });

  it('leaves no link of an earlier test when Vili was killed while a newer one took its place', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.settle();
    world.drop(3, 1);
    world.settle();
    // As after a kill that saved the newer test and did not come to its link.
    world.links.set('testing', 'shop-2');
    world.boot();
    world.settle();
    expect(world.links.get('testing')).to.equal('shop-3');
    expect(world.folders).not.to.include('shop-2');
  });

  it('begins no new test while the disk is short, goes on with the one under way, and begins it later', () => {
    const world = worldWith(1);
    const problem = 'the disk has 1 % free';
    world.drop(2, 1);
    world.settle();
    world.tell({ type: 'disk', problem });
    expect(world.mirror, 'it goes on').to.equal('shop-2');
    world.drop(3, 1);
    world.settle();
    expect(world.state.incoming).to.include({ phase: 'waiting' });
    expect(world.folders).not.to.include('shop-3');
    expect(events(world).slice(-2)).to.deep.equal(['arrived shop-3', 'refused shop-3']);
    expect(world.history.at(-1)?.reasons[0]?.text).to.match(/^the disk has 1 % free, so no new/);
    world.boot();
    world.settle();
    expect(world.state.incoming, 'also after a restart').to.include({ phase: 'waiting' });
    expect(events(world).filter((event) => event === 'refused shop-3')).to.have.length(1);
    world.tell({ type: 'disk', problem: null });
    world.settle();
    expect(world.mirror).to.equal('shop-3');
  });

  it('keeps its promises over any interleaving of arrivals, verdicts, crashes and restarts', () => {
    const step = fc.record({ kind: fc.nat(19), n: fc.nat(20), good: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.boolean(), (steps, isInSteps) => {
        const world = worldWith(1);
        if (isInSteps) world.steps = STEPS;
        for (const { kind, n, good } of steps) {
          world.nowMs += n * 20;
          const keys = [...world.servlets.keys()];
          if (kind <= 4) world.happen(n, good || kind > 0);
          else if (kind <= 6) world.drop(1 + (n % 6), 1 + (n % 3));
          else if (kind === 7) {
            const causes = ['hopeless', 'crashed', 'vili', 'place'] as const;
            world.crash(keys[n % Math.max(1, keys.length)] ?? '', causes[n % causes.length]);
          } else if (kind === 8) world.boot();
          else if (kind === 9) verdictOn(world, `shop-${1 + (n % 6)}`, good ? 'promote' : 'reject');
          else if (kind === 12) world.dieDuring(n);
          else if (kind === 13) world.tell({ type: 'disk', problem: good ? null : 'full' });
          else if (kind === 10) world.tell({ type: 'probation-over' });
          else if (kind === 11) {
            const name = good ? `shop-${1 + (n % 6)}` : world.state.rejected?.release.name;
            world.retest(name ?? 'shop-1');
          } else if (kind === 16) {
            world.isRollbackManual = good;
            world.worse(1 + (n % 6));
          } else if (kind === 18) world.tell({ type: 'tick' });
          else if (kind === 17) {
            const [role, holder] = good
              ? (['running', world.state.running] as const)
              : (['testing', world.state.testing] as const);
            const version = holder?.release.name ?? 'shop-1';
            world.tell({ type: 'restart', version, role, by: 'anna', reasons: [reason('asked')] });
          } else if (kind === 19) {
            const version = String(1 + (n % 6));
            const entries = good ? [{ endpoint: null, path: `$.n${n}`, reason: 'meant' }] : [];
            world.tell({ type: 'declared', version, fileName: `shop-${version}.accept`, entries });
          } else world.goBack(1 + (n % 6));
        }
        world.tell({ type: 'disk', problem: null });
        world.settle();
        endSteps(world);
        expect(world.share).to.equal(null);
        expect(world.state.running?.phase).to.equal('ready');
        expect(world.route).not.to.equal(null);
        expect(world.state.promotion).to.equal(null);
        expect(world.state.archiving).to.deep.equal([]);
        expect(['testing', undefined]).to.include(world.state.testing?.phase);
        expect(world.state.incoming).to.equal(null);
        expect(world.state.rollback ?? null).to.equal(null);
        // A test is made by what is declared now.
        const release = world.state.testing?.release;
        if (release !== undefined) {
          const last = world.evaluated.findLast((it) => it.release.name === release.name);
          expect(last?.declared).to.deep.equal(declaredOf(world.state, release).declared);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
