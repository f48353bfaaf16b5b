import { execFile } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { expect } from 'chai';
import { Evaluation } from '../../lib/evaluation/evaluation.ts';
import { LogContext } from '../../lib/evaluation/samples/log-context.ts';
import { correctionMs, steadyNow, wallTimeOf } from '../../lib/runtime/clock.ts';
import { RunningMemory } from '../../lib/evaluation/running-memory.ts';
import { Verdict } from '../../lib/verdict/verdict.ts';
import { Trace } from '../../lib/actor/trace.ts';
import { transition } from '../../lib/deployment/transition.ts';
import type { Deployment } from '../../lib/deployment/state.ts';
import { TAKEOVER, type World, worldWith, promote, release } from '../lib/deployment/world.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../support/default-settings.ts';
import { batchOf } from '../support/log-batches.ts';
import { pairOf, START_MS } from '../support/pairs.ts';

const HOUR_MS = 3_600_000;
const WEEKEND_MS = 60 * HOUR_MS;
const { minTimeMs, deadlineMs } = DEFAULT_VERDICT_SETTINGS;
const CLOCK = new URL('../../lib/runtime/clock.js', import.meta.url).href;
const BUILD = { name: 'shop-2', fingerprint: 'shop-2#1', sinceMs: 7 };

describe('The clocks of Vili', () => {
  it('tell a time of day as the clock of the host is set now, and measure by one that it does not move', async () => {
    // In a process of its own, whose wall clock is set an hour ahead and a day back while it runs.
    const script = `
      const clock = await import(${JSON.stringify(CLOCK)});
      const real = Date.now;
      const before = clock.steadyNow();
      const told = [];
      for (const shift of [0, ${HOUR_MS}, ${-24 * HOUR_MS}]) {
        Date.now = () => real() + shift;
        told.push(Math.abs(clock.wallTimeOf(clock.steadyNow()) - Date.now()));
      }
      console.log(JSON.stringify({ told, steady: clock.steadyNow() - before }));`;
    const { told, steady } = JSON.parse(await nodeOutput(script)) as {
      told: number[];
      steady: number;
    };
    for (const error of told) expect(error).to.be.below(200);
    expect(steady).to.be.within(0, 5000);
  });

  it('are the same in all threads', async () => {
    const source = `import(${JSON.stringify(CLOCK)}).then(({ steadyNow }) =>
      require('node:worker_threads').parentPort.postMessage(steadyNow()));`;
    const before = steadyNow();
    const worker = new Worker(source, { eval: true });
    const [there] = (await once(worker, 'message')) as [number];
    expect(there).to.be.within(before, steadyNow());
    await worker.terminate();
  });

  it('do not blur times by the moment between two looks', () => {
    expect(correctionMs(1000, 1000.4)).to.equal(0);
    expect(correctionMs(HOUR_MS, 0)).to.equal(HOUR_MS);
    expect(correctionMs(0, HOUR_MS)).to.equal(-HOUR_MS);
    expect(wallTimeOf(steadyNow())).to.be.closeTo(Date.now(), 200);
  });

  it('give records the time of day and nothing else: history, trace, log lines of samples', () => {
    const rules = {
      nowMs: 5000,
      wallMs: HOUR_MS,
      probationMs: 1000,
      comparedMs: null,
      isRollbackManual: false,
      testingCrashesMax: 2,
      takeover: TAKEOVER,
      compareVersions: () => 0,
    };
    const world = serving();
    const down = { name: 'shop-1', role: 'running', problem: 'ended', cause: 'crashed' } as const;
    const { commands } = transition(world.state, { type: 'servlet-down', ...down }, rules);
    expect(commands.find(({ type }) => type === 'record')).to.include({ atMs: HOUR_MS });

    const trace = new Trace(
      () => 5000,
      { size: 4, slowMs: 1 },
      (atMs) => atMs + HOUR_MS,
    );
    trace.mark('/vili', 'text');
    expect(trace.read()[0]?.atMs).to.equal(5000 + HOUR_MS);

    const context = new LogContext((atMs) => atMs + HOUR_MS);
    context.logged(
      'testing',
      batchOf(10, {}, { fromMs: 0, latest: [{ level: 'error', text: 'x' }] }),
    );
    const copy = { id: '1', requestId: 'r', path: '/', atMs: 5, runningMs: 5 };
    context.expect(copy as Parameters<LogContext['expect']>[0], 10);
    const [sample] = context.take(10, true);
    expect(sample?.logs.testing.lines[0]?.at).to.equal(new Date(10 + HOUR_MS).toISOString());
  });

  it('end a probation after its time, whatever the clock of the host was set to meanwhile', () => {
    const world = serving();
    world.drop(2, 1);
    world.settle();
    promote(world, 2);
    world.settle();
    const { previous } = world.state;
    const rules = {
      nowMs: world.nowMs,
      wallMs: -WEEKEND_MS,
      probationMs: 1000,
      comparedMs: null,
      isRollbackManual: false,
      testingCrashesMax: 2,
    };
    const all = { ...rules, takeover: TAKEOVER, compareVersions: () => 0 };
    const early = transition(
      world.state,
      { type: 'probation-over' },
      { ...all, wallMs: WEEKEND_MS },
    );
    expect(early.state.previous).to.equal(previous);
    const late = { ...all, nowMs: previous?.untilMs ?? 0 };
    expect(transition(world.state, { type: 'probation-over' }, late).state.previous).to.equal(null);
  });
});

describe('Time while Vili is down', () => {
  it('promotes nobody: the shortest time of a test is time in which it was observed', () => {
    const verdict = good(minTimeMs / 2);
    const afterMs = START_MS + minTimeMs / 2 + WEEKEND_MS;
    const resumed = Verdict.restore(DEFAULT_VERDICT_SETTINGS, verdict.checkpoint(), {
      nowMs: afterMs,
      observedMs: verdict.observedMs,
    });
    expect(resumed.decide(afterMs).elapsedMs).to.equal(minTimeMs / 2);
    const time = (atMs: number): readonly string[] =>
      resumed.decide(atMs).missing.filter((text) => /more (minutes?|seconds?)$/.test(text));
    expect(time(afterMs)).to.deep.equal(['3 more minutes']);
    expect(time(afterMs + minTimeMs / 2 - 1)).to.deep.equal(['1 more second']);
    expect(time(afterMs + minTimeMs / 2)).to.deep.equal([]);
  });

  it('is no probation: what is left of it begins when Vili is there again', () => {
    const world = serving();
    world.drop(2, 1);
    world.settle();
    promote(world, 2);
    world.settle();
    const begunMs = world.nowMs;
    world.nowMs += WEEKEND_MS;
    world.boot();
    world.settle();
    expect(world.state.previous?.release.name).to.equal('shop-1');
    world.crash('shop-2 running');
    expect(world.route?.instance, 'there is a way back').to.match(/^shop-1/);

    // A long one, of which half an hour has passed before Vili goes down.
    const probationMs = HOUR_MS;
    const rules = {
      wallMs: 0,
      probationMs,
      comparedMs: null,
      isRollbackManual: false,
      testingCrashesMax: 2,
      takeover: TAKEOVER,
    };
    const at = (nowMs: number) => ({ ...rules, nowMs, compareVersions: () => 0 });
    const adopted = { running: null, testing: null };
    const kept = { release: release(1), target: null, untilMs: begunMs + probationMs };
    let state: Deployment = { ...world.state, running: null, previous: kept };
    const running = { release: release(2), phase: 'ready', target: null } as const;
    state = { ...state, running, previous: { ...kept, leftMs: probationMs } };
    for (let atMs = begunMs; atMs <= begunMs + HOUR_MS / 2; atMs += 10_000) {
      state = transition(state, { type: 'probation-over' }, at(atMs)).state;
    }
    const laterMs = begunMs + WEEKEND_MS;
    const booted = { type: 'booted', saved: state, adopted, files: [] } as const;
    const after = transition(state, booted, at(laterMs));
    expect(after.state.previous?.untilMs).to.equal(laterMs + HOUR_MS / 2);
    const look = after.commands.find(({ type }) => type === 'probation');
    expect(look).to.deep.equal({ type: 'probation', atMs: laterMs + 10_000 });
  });

  it('ends no test by its deadline', () => {
    const verdict = new Verdict(DEFAULT_VERDICT_SETTINGS, START_MS);
    verdict.pair(pairOf({ atMs: 10 }));
    verdict.decide(START_MS + 1000);
    const afterMs = START_MS + WEEKEND_MS;
    expect(verdict.decision(afterMs), 'observed all the time').to.equal('inconclusive');
    const young = new Verdict(DEFAULT_VERDICT_SETTINGS, START_MS);
    young.pair(pairOf({ atMs: 10 }));
    young.decide(START_MS + 1000);
    const resumed = Verdict.restore(DEFAULT_VERDICT_SETTINGS, young.checkpoint(), {
      nowMs: afterMs,
      observedMs: 1000,
    });
    expect(resumed.decision(afterMs)).to.equal('collecting');
    expect(resumed.decision(afterMs + deadlineMs - 1001)).to.equal('collecting');
    expect(resumed.decision(afterMs + deadlineMs - 1000)).to.equal('inconclusive');
  });

  it('is left out with a checkpoint of an earlier Vili, too, which knows its last pair', () => {
    const old = good(minTimeMs / 2).checkpoint();
    const afterMs = START_MS + WEEKEND_MS;
    const resumed = Verdict.restore(DEFAULT_VERDICT_SETTINGS, old, {
      nowMs: afterMs,
      observedMs: 0,
    });
    expect(resumed.observedMs).to.be.within(1, minTimeMs / 2);
    expect(resumed.decision(afterMs)).to.equal('collecting');
  });

  it('is told from a silent night with Vili up, whose time is saved without any new evidence', () => {
    const settings = { verdict: DEFAULT_VERDICT_SETTINGS, nowMs: START_MS };
    const startUp = { errors: 0, example: undefined, lines: 0 };
    const evaluation = Evaluation.begin(BUILD, settings, new RunningMemory(), startUp);
    evaluation.pairs([pairOf({ atMs: 10 })]);
    evaluation.decide(START_MS + 20);
    evaluation.checkpoint();
    expect(evaluation.changed).to.equal(false);
    evaluation.decide(START_MS + 8 * HOUR_MS);
    expect(evaluation.changed).to.equal(true);
    const saved: unknown = JSON.parse(JSON.stringify(evaluation.checkpoint()));
    const nowMs = START_MS + WEEKEND_MS;
    const resumed = Evaluation.resume(BUILD, { ...settings, nowMs }, saved);
    expect(resumed?.decide(nowMs).elapsedMs).to.equal(8 * HOUR_MS);
  });

  it('moves no rejection that is being confirmed', () => {
    const verdict = new Verdict(DEFAULT_VERDICT_SETTINGS, START_MS);
    verdict.pair(pairOf({ atMs: 0 }));
    for (let n = 0; n < 120; n++) {
      verdict.pair(pairOf({ atMs: 1000 * n, testing: { status: 500, ms: 5, failure: null } }));
    }
    expect(verdict.decide(START_MS + 120_000).condemned).to.equal(true);
    const afterMs = START_MS + WEEKEND_MS;
    const resumed = Verdict.restore(DEFAULT_VERDICT_SETTINGS, verdict.checkpoint(), {
      nowMs: afterMs,
      observedMs: verdict.observedMs,
    });
    expect(resumed.decision(afterMs)).to.equal('collecting');
  });
});

// Private

/** Enough good pairs for a promotion, all within `spanMs`. */
function good(spanMs: number): Verdict {
  const verdict = new Verdict(DEFAULT_VERDICT_SETTINGS, START_MS);
  const pairs = 3000;
  for (let n = 0; n < pairs; n++) verdict.pair(pairOf({ atMs: (spanMs * n) / pairs }));
  verdict.decide(START_MS + spanMs);
  return verdict;
}

function serving(): World {
  const world = worldWith(1);
  return world;
}

function nodeOutput(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
  });
}
