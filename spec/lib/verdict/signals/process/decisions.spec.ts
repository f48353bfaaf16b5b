import { expect } from 'chai';
import { processScenarios } from '../../../../bench/verdict/process-scenarios.ts';
import { heldShare, measureProcess } from '../../../../bench/verdict/processes.ts';
import { Verdict } from '../../../../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../../../support/default-settings.ts';
import { pairOf, START_MS } from '../../../../support/pairs.ts';

const RUNS = 2;
const SEED = 500;
const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;
const ALIKE = /^(same build|saw tooth|cache fills|JVM|memory wanders|both)/;

function runsOf(name: string) {
  const scenario = processScenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`there is no ${name}`);
  return measureProcess(scenario, RUNS, SEED);
}

/** Twelve minutes in which testing grows by so much a minute. */
function grown(perMinute: number): Verdict {
  const verdict = new Verdict(DEFAULT_VERDICT_SETTINGS, START_MS);
  verdict.pair(pairOf());
  for (let ms = 0; ms <= 12 * MINUTE_MS; ms += 5000)
    observe(verdict, ms, 100 + (perMinute * ms) / MINUTE_MS);
  return verdict;
}

function observe(verdict: Verdict, ms: number, memoryMiB: number): void {
  const usage = {
    memoryBytes: 100 * MIB,
    measure: 'pss',
    cpuMs: ms / 20,
    threads: 9,
    files: 30,
  } as const;
  verdict.processes({
    atMs: START_MS + ms,
    running: { instance: 'r', usage },
    testing: { instance: 't', usage: { ...usage, memoryBytes: memoryMiB * MIB } },
    runningRequests: 20,
    testingRequests: 20,
  });
}

describe('How processes behave', () => {
  it('holds no build that behaves as running does: saw teeth, caches and heaps that fill, load', function () {
    this.timeout(60_000);
    for (const { name } of processScenarios.filter((one) => ALIKE.test(one.name))) {
      const runs = runsOf(name);
      expect(heldShare(runs, 60), name).to.equal(0);
      expect(
        runs.filter(({ rejected }) => rejected !== null),
        name,
      ).to.deep.equal([]);
    }
  });

  it('reports a leak of 1 MB a minute, holds 5 within 60 minutes, and 20 within 10', function () {
    this.timeout(60_000);
    const slow = runsOf('leak of 1 MB a minute');
    expect(heldShare(slow, 60)).to.equal(0);
    expect(slow.every(({ reported }) => reported !== null)).to.equal(true);
    expect(heldShare(runsOf('leak of 5 MB a minute'), 60)).to.equal(1);
    expect(heldShare(runsOf('leak of 20 MB a minute'), 10)).to.equal(1);
  });

  it('lets go what levels off above running, and rejects what clearly does not', function () {
    this.timeout(60_000);
    const levelled = runsOf('levels off 150 MB above running in 10 min');
    expect(levelled.every(({ letGo, rejected }) => letGo !== null && rejected === null)).to.equal(
      true,
    );
    expect(runsOf('leak of 100 MB a minute').every(({ rejected }) => rejected !== null)).to.equal(
      true,
    );
  });

  it('holds and then rejects five times the processor time, but not a warm-up', function () {
    this.timeout(60_000);
    const hungry = runsOf('5 times the processor time');
    expect(heldShare(hungry, 5)).to.equal(1);
    expect(hungry.every(({ rejected }) => rejected !== null)).to.equal(true);
    for (const minutes of [2, 10]) {
      const runs = runsOf(`warm-up: 6 times the processor time for ${minutes} min`);
      expect(
        runs.every(({ rejected, promoted }) => rejected === null && promoted !== null),
      ).to.equal(true);
    }
  });

  it('is told with the numbers of the curve', () => {
    const report = grown(20).decide(START_MS + 12 * MINUTE_MS);
    const reason = report.reasons.find(({ code }) => code === 'memory-growth');
    expect(reason?.text).to.match(
      /^testing's memory grew by 20 MiB a minute more than running's: (\d+ MiB at \d+m, ){4}3\d\d MiB at 11m after its start; running's now 100 MiB, at most 100 MiB/,
    );
    expect(report.missing).to.include('memory that levels off: it grows by 20 MiB a minute');
    expect(report.blocked).to.equal(true);
  });

  it('is held no longer once an operator has accepted it', () => {
    const verdict = grown(20);
    verdict.accept(['memory-growth']);
    const report = verdict.decide(START_MS + 12 * MINUTE_MS);
    expect(report.missing.join()).to.not.include('levels off');
    expect(report.reasons.map(({ code }) => code)).to.include('memory-growth');
  });

  it('goes on from a checkpoint, still held', () => {
    const saved = JSON.parse(JSON.stringify(grown(20).checkpoint()));
    const atMs = START_MS + 12 * MINUTE_MS;
    const verdict = Verdict.restore(DEFAULT_VERDICT_SETTINGS, saved);
    expect(verdict.decide(atMs).reasons).to.deep.equal(grown(20).decide(atMs).reasons);
    expect(verdict.decide(atMs).blocked).to.equal(true);
  });

  it('says nothing of a curve that is level', () => {
    const report = grown(0).decide(START_MS + 12 * MINUTE_MS);
    expect(report.reasons.map(({ code }) => code)).to.not.include('memory-growth');
  });
});
