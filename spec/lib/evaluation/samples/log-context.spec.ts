import { expect } from 'chai';
import type { SampleCopy } from '../../../../lib/compare/sample/sample.ts';
import { LogContext } from '../../../../lib/evaluation/samples/log-context.ts';
import type { Level, LogLine } from '../../../../lib/logs/follow/batch.ts';
import { batchOf } from '../../../support/log-batches.ts';

/** A pair to which running responded at 10.05 s, and testing at some time until 12 s. */
const SAMPLE: SampleCopy = {
  id: '00000001',
  endpoint: 'GET /a',
  signal: 'errors',
  key: 'k',
  atMs: 10_000,
  requestId: 'request-0001',
  path: '/items/7',
  runningMs: 50,
  text: '{}',
};
const KEPT_AT_MS = 12_000;

describe('the log lines of a sample', () => {
  it('are those of the time in which each side responded, even when they arrive later', () => {
    const context = new LogContext();
    for (const toMs of [9000, 10_200, 11_000]) {
      context.logged('running', batchOf(toMs, {}, { latest: [info(`/items/7 at ${toMs}`)] }));
    }
    context.expect(SAMPLE, KEPT_AT_MS);
    for (const toMs of [9000, 11_900, 12_200]) {
      context.logged('testing', batchOf(toMs, {}, { latest: [info(`/items/7 at ${toMs}`)] }));
    }
    // Testing's log may be read late: nothing says yet that no further line belongs to the pair.
    expect(context.take(KEPT_AT_MS + 4000)).to.deep.equal([]);
    context.logged('testing', batchOf(13_000, {}, { latest: [info('/items/7 at 13000')] }));
    const [found, ...others] = context.take(KEPT_AT_MS + 4000);
    expect(others).to.deep.equal([]);
    expect(found?.id).to.equal('00000001');
    expect(texts(found?.logs.running)).to.deep.equal(['/items/7 at 10200']);
    expect(texts(found?.logs.testing)).to.deep.equal(['/items/7 at 11900', '/items/7 at 12200']);
    expect(found?.logs.running.lines[0]).to.include({
      at: '1970-01-01T00:00:10.200Z',
      level: 'info',
    });
    expect(context.take(KEPT_AT_MS + 9000, true)).to.deep.equal([]);
  });

  it('are complete once both logs were read past the pair, whether or not lines follow', () => {
    const context = new LogContext();
    context.expect(SAMPLE, KEPT_AT_MS);
    context.readTo('running', KEPT_AT_MS + 400);
    context.logged('testing', batchOf(KEPT_AT_MS + 1000, {}, { readToMs: KEPT_AT_MS - 100 }));
    // The log grew faster than it was read: more may follow.
    expect(context.take(KEPT_AT_MS + 1100)).to.deep.equal([]);
    context.readTo('testing', KEPT_AT_MS + 400);
    expect(context.take(KEPT_AT_MS + 1200)).to.have.length(1);
  });

  it('are those known after 5 s where a side was not read', () => {
    const context = new LogContext();
    context.logged('testing', batchOf(13_000, {}, { latest: [] }));
    context.expect(SAMPLE, KEPT_AT_MS);
    expect(context.take(KEPT_AT_MS + 4999)).to.deep.equal([]);
    expect(context.take(KEPT_AT_MS + 5000)).to.have.length(1);
  });

  it('are returned early when the report is written', () => {
    const context = new LogContext();
    context.expect(SAMPLE, KEPT_AT_MS);
    const none = { lines: [], more: 0 };
    expect(context.take(KEPT_AT_MS, true)).to.deep.equal([
      { id: '00000001', logs: { running: none, testing: none } },
    ]);
  });

  it('are 10 per side: those of the request, then errors near it', () => {
    const context = new LogContext();
    const busy = Array.from({ length: 40 }, (_, index) => info(`line ${index}`));
    busy.splice(5, 0, { level: 'error', text: 'broken' });
    busy.push(info('GET /items/7 500 of another user'));
    const own = Array.from({ length: 12 }, (_, index) => info(`request-0001 step ${index}`));
    context.logged('testing', batchOf(5000, {}, { latest: [info('request-0001 came')] }));
    context.logged('testing', batchOf(12_100, {}, { latest: busy }));
    context.expect(SAMPLE, KEPT_AT_MS);
    expect(texts(context.take(KEPT_AT_MS, true)[0]?.logs.testing)).to.deep.equal([
      'request-0001 came',
      'broken',
    ]);
    context.logged('testing', batchOf(12_100, {}, { latest: own }));
    context.expect(SAMPLE, KEPT_AT_MS);
    const [found] = context.take(KEPT_AT_MS, true);
    expect(found?.logs.testing.lines).to.have.length(10);
    expect(texts(found?.logs.testing).join()).to.not.contain('line').and.not.contain('another');
    expect(found?.logs.testing.more).to.equal(4);
  });

  it('have its path or are errors where no line names the request', () => {
    const context = new LogContext();
    const latest = [info('started'), info('GET /items/7 200'), info('GET /items/8 200')];
    context.logged('testing', batchOf(12_100, {}, { latest }));
    context.expect(SAMPLE, KEPT_AT_MS);
    const [found] = context.take(KEPT_AT_MS, true);
    expect(texts(found?.logs.testing)).to.deep.equal(['GET /items/7 200']);
  });

  it('do not depend on a request id that is too short', () => {
    const context = new LogContext();
    context.logged('testing', batchOf(5000, {}, { latest: [info('a b c')] }));
    context.expect({ ...SAMPLE, requestId: 'a' }, KEPT_AT_MS);
    expect(context.take(KEPT_AT_MS, true)[0]?.logs.testing.lines).to.deep.equal([]);
  });

  it('are bounded, whatever is logged and however many samples wait', () => {
    const context = new LogContext();
    const latest = Array.from({ length: 60 }, () => info('/items/7'));
    for (let toMs = 12_000; toMs < 12_100; toMs++) {
      context.logged('testing', batchOf(toMs, {}, { latest }));
    }
    for (let index = 0; index < 1000; index++) context.expect(SAMPLE, KEPT_AT_MS);
    const taken = context.take(KEPT_AT_MS, true);
    expect(taken).to.have.length(500);
    expect(taken[0]?.logs.testing.more).to.equal(1500 - 10);
  });
});

function info(text: string, level: Level = 'info'): LogLine {
  return { level, text };
}

function texts(side: { readonly lines: readonly { readonly text: string }[] } | undefined) {
  return side?.lines.map(({ text }) => text) ?? [];
}
