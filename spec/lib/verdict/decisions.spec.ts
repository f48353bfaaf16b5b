import { expect } from 'chai';
import { Verdict } from '../../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../support/default-settings.ts';
import { missingField, pairOf, responseOf, ShadowRun, START_MS } from '../../support/pairs.ts';

const demo = {
  minTimeMs: 8000,
  minRequests: 150,
  warmupRequests: 20,
  warmupTimeMs: 2000,
  confirmTimeMs: 2000,
  logWindowMs: 1000,
};

function errorKind(signature: string, level: 'warn' | 'error' = 'error') {
  return { signature, level, count: 1, example: `ERROR ${signature} failed for order 7` };
}

/** Failures of the last endpoint until a rejection, each 3 s after the one before. */
function failuresUntilRejected(endpoints: number, clean: number, history: number): number {
  const verdict = new Verdict({ ...DEFAULT_VERDICT_SETTINGS, confirmTimeMs: 0 }, START_MS);
  const names = Array.from({ length: endpoints }, (_, index) => `GET /${index}`);
  const last = names.at(-1) ?? '';
  // The last one is to be discovered last, also when there is no history of it.
  for (const endpoint of names) {
    const answers = endpoint === last ? history : Math.max(1, history);
    for (let index = 0; index < answers; index++) {
      verdict.running(endpoint, responseOf(200), START_MS - 1);
    }
  }
  let atMs = 0;
  for (let index = 0; index < clean; index++) {
    verdict.pair(pairOf({ endpoint: names[index % endpoints] ?? '', atMs: (atMs += 300) }));
  }
  for (let failures = 1; failures < 100; failures++) {
    verdict.pair(pairOf({ endpoint: last, testing: responseOf(500), atMs: (atMs += 3000) }));
    for (const endpoint of names.slice(0, -1)) {
      verdict.pair(pairOf({ endpoint, atMs: (atMs += 300) }));
    }
    if (verdict.decision(START_MS + atMs) === 'reject') return failures;
  }
  return 100;
}

describe('The verdict', () => {
  it('has the default settings as documented', () => {
    expect(DEFAULT_VERDICT_SETTINGS).to.deep.equal({
      mode: 'auto',
      minRequests: 200,
      minTimeMs: 300_000,
      margin: 0.005,
      warmupRequests: 200,
      warmupTimeMs: 60_000,
      confirmTimeMs: 30_000,
      logWindowMs: 10_000,
      deadlineMs: 86_400_000,
      shape: 'block',
      values: 'report',
      systematic: 'hold',
      speed: 'block',
      maxEndpoints: 500,
    });
  });

  const table: readonly [clean: number, history: number, failures: readonly number[]][] = [
    [0, 0, [5, 7, 7]],
    [0, 100, [3, 5, 5]],
    [100, 100, [7, 7, 6]],
    [1000, 100, [8, 8, 8]],
  ];
  for (const [clean, history, failures] of table) {
    const before = `${clean} good pairs and ${history} earlier responses of running`;
    it(`rejects after ${failures.join(', ')} failures on the last of 1, 10, 50 endpoints, after ${before}`, () => {
      expect(
        [1, 10, 50].map((count) => failuresUntilRejected(count, clean, history)),
      ).to.deep.equal(failures);
    });
  }

  it('promotes a version that responds as running does, once there is enough evidence', () => {
    const shadowRun = new ShadowRun();
    shadowRun.feed(940, 400);
    expect(shadowRun.decide()).to.include({ decision: 'collecting', condemned: false });
    shadowRun.feed(10, 400);
    expect(shadowRun.decide()).to.include({ decision: 'promote', pairs: 950, progress: 1 });
  });

  it('waits for the shortest time of a test however many requests there are', () => {
    const shadowRun = new ShadowRun().feed(20_000, 10);
    const report = shadowRun.decide();
    expect(report.decision).to.equal('collecting');
    expect(report.missing).to.include('2 more minutes');
    expect(report.progress).to.be.closeTo(0.667, 0.01);
  });

  it('never decides without a pair', () => {
    const shadowRun = new ShadowRun({ deadlineMs: 1000 });
    for (let window = 0; window < 1000; window++) shadowRun.pass(10_000, { testingErrors: 50 });
    shadowRun.verdict.startupErrors(10, 'ERROR boom');
    for (let hit = 0; hit < 1000; hit++)
      shadowRun.verdict.running('GET /a', responseOf(500), START_MS);
    expect(shadowRun.decide()).to.include({ decision: 'collecting', pairs: 0, progress: 0 });
  });

  it('rejects a dead version at once, without confirmation', () => {
    const shadowRun = new ShadowRun();
    shadowRun.feed(8, 300, (index) => ({
      endpoint: `GET /${index % 4}`,
      testing: { status: 0, ms: 0, failure: 'refused' },
    }));
    const report = shadowRun.decide();
    expect(report.decision).to.equal('reject');
    expect(report.reasons[0]?.text).to.contain(
      'refused the connection where running responded 200',
    );
  });

  it('confirms a pending rejection, and withdraws it when testing recovers meanwhile', () => {
    const shadowRun = new ShadowRun();
    shadowRun.feed(100, 300);
    shadowRun.feed(10, 200, () => ({ testing: responseOf(502) }));
    const condemned = shadowRun.decide();
    expect(condemned).to.include({ decision: 'collecting', condemned: true });
    expect(condemned.missing[0]).to.match(/being confirmed, \d+ s more/);
    shadowRun.feed(100, 200);
    expect(shadowRun.decide()).to.include({ decision: 'collecting', condemned: false });
  });

  it('does not confirm evidence that falls, since its cause is over', () => {
    const endpoints = (index: number) => ({ endpoint: `GET /${index % 8}` });
    const shadowRun = new ShadowRun().feed(100, 300, endpoints);
    shadowRun.feed(60, 300, (index) => ({ ...endpoints(index), testing: responseOf(404) }));
    expect(shadowRun.decide().condemned).to.equal(true);
    shadowRun.feed(200, 300, endpoints);
    expect(shadowRun.decide().decision).to.equal('collecting');
    shadowRun.feed(600, 300, (index) => ({ ...endpoints(index), testing: responseOf(404) }));
    expect(shadowRun.decide().decision).to.equal('reject');
  });

  it('rejects for slowness alone only after the shortest time of a test', () => {
    const slow = { running: responseOf(200, 40), testing: responseOf(200, 200) };
    const shadowRun = new ShadowRun().feed(970, 300, () => slow);
    expect(shadowRun.decide()).to.include({ decision: 'collecting', condemned: false });
    shadowRun.feed(140, 300, () => slow);
    expect(shadowRun.decide().decision).to.equal('reject');
  });

  it('promotes a version that was slow only until it was warm', () => {
    const shadowRun = new ShadowRun();
    shadowRun.feed(500, 300, () => ({
      running: responseOf(200, 40),
      testing: responseOf(200, 70),
    }));
    shadowRun.feed(3000, 300, () => ({
      running: responseOf(200, 40),
      testing: responseOf(200, 42),
    }));
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('gives credit once for a failure of running that a client retries again and again', () => {
    const test = (isBetter: (index: number) => boolean) =>
      new ShadowRun().feed(8000, 200, (index) => {
        if (index % 40 === 0) return { testing: responseOf(500) };
        return isBetter(index % 120) ? { running: responseOf(500) } : {};
      });
    const retried = test((index) => index > 100 && index < 105);
    expect(retried.decide().decision).to.not.equal('promote');
    const spread = test((index) => index % 30 === 15);
    expect(spread.decide().decision).to.equal('promote');
  });

  it('does not blame testing for letting in a caller whose denial running takes back', () => {
    const passing = { running: responseOf(401), testing: responseOf(200), deniedAgain: false };
    const shadowRun = new ShadowRun().feed(1000, 400, (index) => (index % 50 === 0 ? passing : {}));
    expect(shadowRun.decide().decision).to.equal('promote');
    // Where running mostly takes it back, one it was not asked about again says nothing either.
    const unasked = { ...passing, deniedAgain: null };
    shadowRun.feed(1000, 400, (index) => (index % 50 === 0 ? unasked : {}));
    expect(shadowRun.decide().decision).to.equal('promote');
    const standing = { ...passing, endpoint: 'GET /admin', deniedAgain: true };
    shadowRun.feed(200, 400, (index) => (index % 50 === 0 ? standing : {}));
    expect(shadowRun.decide().decision).to.equal('reject');
  });

  it('takes longer to confirm a rejection while no requests come', () => {
    const shadowRun = new ShadowRun().feed(100, 300);
    shadowRun.feed(10, 200, () => ({ testing: responseOf(502) }));
    expect(shadowRun.decide().condemned).to.equal(true);
    shadowRun.pass(60_000);
    expect(shadowRun.decide()).to.include({ decision: 'collecting', condemned: true });
    shadowRun.pass(61_000);
    expect(shadowRun.decide().decision).to.equal('reject');
  });

  it('rejects a missing endpoint, naming it, although all others improve', () => {
    const shadowRun = new ShadowRun();
    shadowRun.feed(1500, 333, (index) =>
      index % 25 === 3
        ? { endpoint: 'GET /prices/{id}', testing: responseOf(404) }
        : { running: responseOf(index % 50 === 7 ? 500 : 200) },
    );
    const report = shadowRun.decide();
    expect(report.decision).to.equal('reject');
    expect(report.reasons[0]).to.include({ code: 'errors', endpoint: 'GET /prices/{id}' });
    expect(report.reasons[0]?.text).to.contain('responded 404 where running responded 200');
    expect(report.reasons[0]?.samples).to.have.lengthOf(5);
  });

  it('rejects a version that lets in two callers whom running denied', () => {
    const shadowRun = new ShadowRun({ confirmTimeMs: 0 }).feed(300, 300);
    const letIn = { endpoint: 'GET /admin', running: responseOf(401), testing: responseOf(200) };
    shadowRun.feed(1, 300, () => letIn);
    expect(shadowRun.decide().decision).to.equal('collecting');
    shadowRun.feed(1, 300, () => letIn);
    const report = shadowRun.decide();
    expect(report.decision).to.equal('reject');
    expect(report.reasons.map((one) => one.code)).to.include('auth-bypass');
  });

  it('blocks the promotion for long after one caller was let in', () => {
    const shadowRun = new ShadowRun().feed(1, 300, () => ({
      running: responseOf(401),
      testing: responseOf(200),
    }));
    shadowRun.feed(3000, 300);
    expect(shadowRun.decide().decision).to.equal('collecting');
    expect(shadowRun.decide().missing.join()).to.contain('that running denies (401, 403)');
  });

  it('waits for a denied caller where running denied some before the test', () => {
    const shadowRun = new ShadowRun();
    for (let index = 0; index < 100; index++) {
      shadowRun.verdict.running(
        'GET /admin',
        responseOf(index % 10 === 0 ? 403 : 200),
        START_MS - 1,
      );
    }
    shadowRun.feed(1000, 400);
    shadowRun.feed(10, 400, () => ({ endpoint: 'GET /admin' }));
    expect(shadowRun.decide().missing[0]).to.contain('GET /admin denied callers (401, 403) before');
    shadowRun.feed(1, 400, () => ({
      endpoint: 'GET /admin',
      running: responseOf(403),
      testing: responseOf(403),
    }));
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('rejects a changed type that is not in the baseline', () => {
    const shadowRun = new ShadowRun();
    shadowRun.feed(1000, 400, (index) => {
      if (index % 10 !== 0) return {};
      return {
        endpoint: 'GET /prices/{id}',
        differs: true,
        baseline: { differs: false },
        differences: [{ kind: 'type', path: '$.price', running: '12.5', testing: '"12.5"' }],
      };
    });
    const report = shadowRun.decide();
    expect(report.decision).to.equal('reject');
    expect(report.reasons[0]).to.include({ code: 'body-difference', endpoint: 'GET /prices/{id}' });
    expect(report.reasons[0]?.text).to.contain(
      'GET /prices/{id}: $.price changed from number to string in 100 of 100 responses',
    );
  });

  it('treats what differs between two responses of running as noise', () => {
    const shadowRun = new ShadowRun();
    shadowRun.feed(1000, 400, (index) => ({
      differs: index % 3 === 0,
      baseline: { differs: index % 3 === 1 },
      differences: index % 3 === 0 ? [missingField('$.at')] : [],
    }));
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('blocks, but does not reject, for a difference without any baseline', () => {
    const shadowRun = new ShadowRun();
    shadowRun.feed(3000, 400, (index) =>
      index % 10 === 0
        ? { endpoint: 'POST /orders', differs: true, differences: [missingField('$.id')] }
        : {},
    );
    const report = shadowRun.decide();
    expect(report).to.include({ decision: 'collecting', condemned: false });
    expect(report.missing[0]).to.contain('running was not asked twice');
    expect(report.reasons[0]?.text).to.contain('does not reject');
  });

  it('ignores differences that are only reported', () => {
    const shadowRun = new ShadowRun({ shape: 'report' });
    shadowRun.feed(1000, 400, () => ({ differs: true, baseline: { differs: false } }));
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('rejects a version that is one and a half times slower', () => {
    const shadowRun = new ShadowRun().feed(1500, 333, () => ({
      running: responseOf(200, 40),
      testing: responseOf(200, 60),
    }));
    expect(shadowRun.decide().decision).to.equal('reject');
    expect(shadowRun.decide().reasons.map((one) => one.code)).to.include('latency');
  });

  it('ignores times taken while the thread that takes them was held up itself', () => {
    const shadowRun = new ShadowRun();
    // A busy host: two of three responses seem to come late; of the second ones those of both versions.
    const late = responseOf(200, 90);
    shadowRun.feed(3000, 333, (index) =>
      index % 3 === 0
        ? {}
        : { testing: late, disturbed: true, again: { running: late, testing: late } },
    );
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('does not promote a version whose times could not be taken, and says so', () => {
    const shadowRun = new ShadowRun().feed(3000, 333, () => ({ disturbed: true }));
    const { decision, missing } = shadowRun.decide();
    expect(decision).to.equal('collecting');
    expect(missing.join('\n')).to.match(/could not be timed: too busy a host/);
  });

  it('does not judge latency during the warm-up', () => {
    const shadowRun = new ShadowRun();
    shadowRun.feed(190, 300, () => ({
      running: responseOf(200, 40),
      testing: responseOf(200, 400),
    }));
    shadowRun.feed(1000, 300, () => ({
      running: responseOf(200, 40),
      testing: responseOf(200, 40),
    }));
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('rejects a version that keeps logging errors and names the level', () => {
    const shadowRun = new ShadowRun();
    for (let index = 0; index < 100; index++) {
      shadowRun.feed(30, 300).pass(1000, { testingErrors: 2, runningErrors: 0 });
    }
    const report = shadowRun.decide();
    expect(report.decision).to.equal('reject');
    expect(report.reasons[0]?.code).to.equal('log-errors');
    expect(report.reasons[0]?.text).to.contain('ERROR');
  });

  it('blocks for a single new kind of error, until running has it too', () => {
    const shadowRun = new ShadowRun().feed(1000, 400);
    expect(shadowRun.decide().decision).to.equal('promote');
    shadowRun.verdict.newErrorKind(errorKind('orders/timeout'), START_MS + shadowRun.nowMs);
    const held = shadowRun.decide();
    expect(held.decision).to.equal('collecting');
    expect(held.missing[0]).to.match(/minutes without the new ERROR .* which running never had/);
    expect(held.reasons[0]?.code).to.equal('new-error-kind');
    shadowRun.verdict.runningErrorKind(errorKind('orders/timeout'), START_MS + shadowRun.nowMs);
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('stops blocking for a new kind of error that does not come back', () => {
    const shadowRun = new ShadowRun().feed(1000, 400);
    shadowRun.verdict.newErrorKind(errorKind('orders/timeout'), START_MS + shadowRun.nowMs);
    shadowRun.feed(3000, 400);
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('rejects for a new kind of error that keeps coming, but not for one on both sides', () => {
    const both = new ShadowRun().feed(100, 400);
    const alone = new ShadowRun().feed(100, 400);
    for (let window = 0; window < 40; window++) {
      for (const shadowRun of [both, alone]) {
        shadowRun.feed(30, 400);
        shadowRun.verdict.newErrorKind(errorKind('orders/timeout'), START_MS + shadowRun.nowMs);
      }
      if (window % 2 === 1) {
        both.verdict.runningErrorKind(errorKind('orders/timeout'), START_MS + both.nowMs);
      }
      alone.decide();
    }
    expect(alone.decide().decision).to.equal('reject');
    expect(alone.decide().reasons[0]?.code).to.equal('new-error-kind');
    expect(both.decide().decision).to.equal('promote');
  });

  it('does not count a new warning as an error', () => {
    const shadowRun = new ShadowRun().feed(1000, 400);
    shadowRun.verdict.newErrorKind(errorKind('deprecated', 'warn'), START_MS + shadowRun.nowMs);
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('blocks for a log without levels, and names both formats', () => {
    const shadowRun = new ShadowRun().feed(1000, 400);
    shadowRun.verdict.logFormat({ running: 'writes a level', testing: 'writes no level' });
    const report = shadowRun.decide();
    expect(report.decision).to.equal('collecting');
    expect(report.progress).to.equal(0);
    expect(report.reasons[0]?.text).to.contain('running writes a level, testing writes no level');
  });

  it('reports errors at the start, and does no more when they are few', () => {
    const shadowRun = new ShadowRun();
    shadowRun.verdict.startupErrors(1, 'ERROR cannot reach cache');
    shadowRun.feed(1200, 400);
    const report = shadowRun.decide();
    expect(report.decision).to.equal('promote');
    const told = report.reasons.find((one) => one.code === 'startup-errors');
    expect(told?.text).to.contain('1 ERROR line while it started, the first: "ERROR cannot reach');
  });

  it('blocks while running does clearly worse than before the test, and not afterwards', () => {
    const shadowRun = new ShadowRun();
    for (let index = 0; index < 1000; index++) {
      shadowRun.verdict.running('GET /items/{id}', responseOf(200), START_MS - 1);
    }
    const both = { running: responseOf(500), testing: responseOf(500) };
    shadowRun.feed(1000, 400, (index) => (index % 10 === 0 ? both : {}));
    const held = shadowRun.decide();
    expect(held.decision).to.equal('collecting');
    expect(held.reasons.map((one) => one.code)).to.deep.equal(['running-hurt']);
    shadowRun.feed(5000, 400);
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('waits while much of the traffic goes to endpoints tried only once', () => {
    const shadowRun = new ShadowRun().feed(1000, 400, (index) =>
      index % 20 === 0 ? { endpoint: `GET /rare-${index}` } : {},
    );
    expect(shadowRun.decide().missing).to.deep.equal([
      '50 endpoints tried only once: about 5 % of the traffic is still unknown (at most 2 %)',
    ]);
    shadowRun.feed(1500, 400);
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('blocks while the latest responses of one endpoint fail, and names it', () => {
    const shadowRun = new ShadowRun().feed(3000, 400);
    shadowRun.feed(2, 20_000, () => ({ endpoint: 'GET /new', testing: responseOf(500) }));
    const report = shadowRun.decide();
    expect(report.decision).to.equal('collecting');
    expect(report.missing).to.deep.equal(['GET /new fails in testing, worse in 2 of 2 requests']);
    expect(report.progress).to.be.below(0.5);
  });

  it('blocks while one endpoint did worse too often to be chance, however many others are fine', () => {
    const shadowRun = new ShadowRun().feed(20_000, 400, (index) =>
      index % 100 === 0
        ? {
            endpoint: 'GET /rare',
            testing: responseOf(index % 400 === 0 && index < 1600 ? 500 : 200),
          }
        : {},
    );
    expect(shadowRun.decide().decision).to.equal('promote');
    shadowRun.feed(1, 400, () => ({ endpoint: 'GET /rarer', testing: responseOf(404) }));
    shadowRun.feed(3, 400, () => ({ endpoint: 'GET /rarer' }));
    expect(shadowRun.decide().missing[0]).to.match(
      /^GET \/rarer did worse in 1 of 4 requests: needs/,
    );
  });

  it('promotes only once very slow responses are ruled out', () => {
    const slow = { running: responseOf(200, 10), testing: responseOf(200, 900) };
    const few = new ShadowRun().feed(1400, 400, (index) => (index === 700 ? slow : {}));
    expect(few.decide().decision).to.equal('promote');
    const many = new ShadowRun().feed(1400, 400, (index) => (index % 70 === 69 ? slow : {}));
    expect(many.decide().decision).to.not.equal('promote');
    const both = { running: responseOf(200, 900), testing: responseOf(200, 900) };
    const same = new ShadowRun().feed(1400, 400, (index) => (index % 70 === 69 ? both : {}));
    expect(same.decide().decision).to.equal('promote');
  });

  it('holds no version for ever for a few very slow responses that are far within the margin', () => {
    const slow = { running: responseOf(200, 10), testing: responseOf(200, 900) };
    const early = new ShadowRun().feed(1400, 400, (index) =>
      index % 200 === 199 && index < 1200 ? slow : {},
    );
    expect(early.decide().missing.join()).to.match(/is very slow in testing \d times/);
    early.feed(3000, 400);
    expect(early.decide().decision).to.equal('promote');
    const on = new ShadowRun().feed(4400, 400, (index) => (index % 150 === 149 ? slow : {}));
    expect(on.decide().decision).to.not.equal('promote');
  });

  it('counts one outage as one failure', () => {
    const shadowRun = new ShadowRun().feed(500, 300);
    shadowRun.feed(100, 15, () => ({ testing: responseOf(502) }));
    shadowRun.feed(20, 300);
    const down = shadowRun.decide();
    expect(down.condemned).to.equal(false);
    expect(down.decision).to.equal('collecting');
  });

  it('does not blame testing for another failure where running fails too', () => {
    const shadowRun = new ShadowRun().feed(1000, 400, (index) =>
      index % 10 === 0 ? { running: responseOf(500), testing: responseOf(404) } : {},
    );
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('does not reject for errors at the start alone, however many', () => {
    const shadowRun = new ShadowRun();
    shadowRun.verdict.startupErrors(1000, 'ERROR boom');
    shadowRun.feed(2000, 400);
    expect(shadowRun.decide()).to.include({ condemned: false });
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('does not count a client error instead of a failure as better', () => {
    const shadowRun = new ShadowRun().feed(100, 400, () => ({
      running: responseOf(500),
      testing: responseOf(404),
    }));
    expect(shadowRun.decide().reasons).to.deep.equal([]);
    const { evidence } = shadowRun.verdict.checkpoint() as {
      evidence: { totals: { better: number } };
    };
    expect(evidence.totals.better).to.equal(0);
  });

  it('blocks while many pairs are still open', () => {
    const shadowRun = new ShadowRun().feed(1000, 400);
    shadowRun.verdict.openPairs(20);
    expect(shadowRun.decide().missing[0]).to.contain('20 requests that it still works on');
    shadowRun.verdict.openPairs(2);
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('ends inconclusive at the deadline and says what was ruled out', () => {
    const shadowRun = new ShadowRun({ deadlineMs: 600_000 });
    shadowRun.feed(500, 1000, (index) => (index % 100 === 1 ? { testing: responseOf(500) } : {}));
    expect(shadowRun.decide().decision).to.equal('collecting');
    shadowRun.pass(600_000);
    const report = shadowRun.decide();
    expect(report.decision).to.equal('inconclusive');
    expect(report.reasons[0]?.text).to.match(
      /^inconclusive: no decision after 19 minutes and 500 requests: with 97.5 % confidence testing fails at most [\d.]+ % more/,
    );
  });

  it('judges endpoints beyond the limit together', () => {
    const shadowRun = new ShadowRun({ maxEndpoints: 10 });
    shadowRun.feed(2000, 100, (index) => ({
      endpoint: `GET /${index}`,
      testing: responseOf(index > 100 && index % 4 === 0 ? 500 : 200),
    }));
    shadowRun.decide();
    shadowRun.feed(400, 100, (index) => ({ testing: responseOf(index % 4 === 0 ? 500 : 200) }));
    const report = shadowRun.decide();
    expect(report.decision).to.equal('reject');
    expect(report.reasons[0]?.endpoint).to.equal('other endpoints');
    const size = JSON.stringify(shadowRun.verdict.checkpoint()).length;
    expect(size).to.be.below(20_000);
  });

  it('drops an endpoint that is not mirrored in favour of a mirrored one', () => {
    const shadowRun = new ShadowRun({ maxEndpoints: 10, confirmTimeMs: 0 });
    for (let index = 0; index < 1000; index++) {
      shadowRun.verdict.running(`GET /scan-${index}`, responseOf(404), START_MS + 1);
    }
    shadowRun.feed(30, 300, () => ({ endpoint: 'GET /a', testing: responseOf(500) }));
    expect(shadowRun.decide().reasons[0]?.endpoint).to.equal('GET /a');
  });

  it('decides in seconds with the settings of the demo', () => {
    const good = new ShadowRun(demo).feed(1000, 20, (index) => ({ endpoint: `GET /${index % 8}` }));
    expect(good.decide().decision).to.equal('promote');
    const broken = new ShadowRun(demo);
    broken.feed(100, 20, (index) => ({ endpoint: `GET /${index % 8}` }));
    let decision = 'collecting';
    for (let index = 0; index < 750 && decision === 'collecting'; index++) {
      const failing = index % 8 === 3 && index % 16 === 3;
      broken.feed(1, 20, () => ({
        endpoint: `GET /${index % 8}`,
        testing: responseOf(failing ? 500 : 200),
      }));
      decision = broken.decide().decision;
    }
    expect(decision).to.equal('reject');
  });

  it('throws for settings that make a test impossible', () => {
    for (const wrong of [{ margin: 0 }, { margin: 1 }, { logWindowMs: 0 }, { maxEndpoints: 0 }]) {
      expect(() => new ShadowRun(wrong)).to.throw(/verdict setting \w+ is [\d.]+, it must be/);
    }
  });
});
