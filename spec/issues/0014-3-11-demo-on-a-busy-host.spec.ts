import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createDemoBase } from '../../lib/demo/base.ts';
import { DEMO_LIMIT_MS, runDemo } from '../../lib/demo/demo.ts';
import { ShadowRun } from '../support/pairs.ts';

const STAND_IN = fileURLToPath(new URL('../lib/demo/stand-in-daemon.js', import.meta.url));

describe('Issue 14, 3.11: the demo on a busy host', () => {
  it('decides although not one response could be timed', () => {
    const busy = { disturbed: true };
    const shadowRun = new ShadowRun({ speed: 'report' }).feed(2000, 400, () => busy);
    const { decision, reasons } = shadowRun.decide();
    expect(decision).to.equal('promote');
    expect(reasons.map(({ code }) => code))
      .to.include('errors')
      .and.not.include('latency');
    expect(reasons.map(({ code }) => code)).to.not.include('slow');
  });

  it('waits for times as before when they count', () => {
    const shadowRun = new ShadowRun().feed(2000, 400, () => ({ disturbed: true }));
    const { decision, missing } = shadowRun.decide();
    expect(decision).to.equal('collecting');
    expect(missing.join(' ')).to.contain('2,000 could not be timed: too busy a host');
  });

  it('does not hold a slow testing version back, nor a slow running one, when times are only reported', () => {
    const slow = { testing: { status: 200, ms: 900, failure: null } };
    const verdict = new ShadowRun({ speed: 'report' }).feed(2000, 400, () => slow).decide();
    expect(verdict.decision).to.equal('promote');
  });

  it('still rejects a version that fails', () => {
    const shadowRun = new ShadowRun({ speed: 'report' }).feed(1000, 400, (index) => ({
      disturbed: true,
      testing: { status: index % 5 === 0 ? 500 : 200, ms: 3, failure: null },
    }));
    expect(shadowRun.decide().decision).to.equal('reject');
  });

  it('has times only reported, and waits 5 minutes at most', async () => {
    const base = await createDemoBase('shop', () => 0.5);
    try {
      expect(await readFile(`${base.folder}/.env`, 'utf8')).to.contain('verdict_speed="report"');
    } finally {
      await base.remove();
    }
    expect(DEMO_LIMIT_MS).to.equal(300_000);
  });

  it('shows what a verdict still needs, while it waits and when it gives up', async () => {
    const lines: string[] = [];
    const code = await runDemo({
      startDaemon: (base) =>
        spawn(process.execPath, [STAND_IN, 'start', '--base', base, 'never-promotes'], {
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      out: (line) => void lines.push(line),
      signal: new AbortController().signal,
      keep: false,
      limitMs: 7000,
      now: Date.now,
      random: Math.random,
    });
    expect(code).to.equal(1);
    const text = lines.join('\n');
    expect(text).to.contain('still needed: 7 more requests, 3 more seconds of logs');
    expect(text).to.match(
      /FAILED: waited \d s for 1\.0\.1 to be promoted; still needed: 7 more requests, 3 more seconds/,
    );
  });
});
