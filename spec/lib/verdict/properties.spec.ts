import { expect } from 'chai';
import * as fc from 'fast-check';
import type { PairOutcome, ResponseSummary } from '../../../lib/compare/outcome.ts';
import { ViliError } from '../../../lib/errors.ts';
import { Verdict } from '../../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../support/default-settings.ts';
import { pairOf, responseOf, START_MS } from '../../support/pairs.ts';

const settings = {
  ...DEFAULT_VERDICT_SETTINGS,
  minRequests: 20,
  minTimeMs: 2000,
  warmupRequests: 5,
  warmupTimeMs: 500,
  confirmTimeMs: 1000,
  logWindowMs: 1000,
  deadlineMs: 60_000,
  maxEndpoints: 3,
};

type Event = (verdict: Verdict, atMs: number) => void;

const response: fc.Arbitrary<ResponseSummary> = fc.record({
  status: fc.constantFrom(200, 200, 200, 204, 401, 403, 404, 500, 503, 0),
  ms: fc.oneof(fc.double({ min: 0, max: 5000 }), fc.constantFrom(-1, Number.NaN, 1e300)),
  failure: fc.constantFrom(null, null, null, null, 'timeout' as const, 'refused' as const),
});
const endpoint = fc.constantFrom('GET /a', 'GET /b', 'POST /c', 'GET /d', 'GET /e');
const difference = fc.record({
  kind: fc.constantFrom('missing' as const, 'type' as const, 'value' as const, 'extra' as const),
  path: fc.constantFrom('$.price', '$.name', '$.items[].id'),
  running: fc.constantFrom('1', '"x"', 'null'),
  testing: fc.constantFrom('1', '"x"', 'null'),
});
const outcome: fc.Arbitrary<Partial<PairOutcome>> = fc.record({
  endpoint,
  running: response,
  testing: response,
  differences: fc.array(difference, { maxLength: 3 }),
  differs: fc.boolean(),
  baseline: fc.option(fc.record({ differs: fc.boolean() }), { nil: null }),
});
const kind = fc.record({
  signature: fc.constantFrom('a', 'b', 'c'),
  level: fc.constantFrom('error' as const, 'fatal' as const, 'warn' as const),
  count: fc.nat(5),
  example: fc.string({ maxLength: 30 }),
});
const lines = fc.nat(4);

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 20,
    arbitrary: outcome.map(
      (one): Event =>
        (verdict, atMs) =>
          verdict.pair(pairOf({ ...one, requestId: 'id', atMs: atMs - START_MS })),
    ),
  },
  fc.tuple(endpoint, response, fc.boolean()).map(
    ([name, one, before]): Event =>
      (verdict, atMs) => {
        verdict.running(name, one, before ? START_MS - 1 : atMs);
      },
  ),
  fc.tuple(lines, lines).map(
    ([testingErrors, runningErrors]): Event =>
      (verdict, atMs) => {
        verdict.logWindow({
          atMs,
          testingErrors,
          runningErrors,
          testingWarnings: testingErrors,
          runningWarnings: runningErrors,
        });
      },
  ),
  kind.map(
    (one): Event =>
      (verdict, atMs) =>
        verdict.newErrorKind(one, atMs),
  ),
  kind.map(
    (one): Event =>
      (verdict, atMs) =>
        verdict.runningErrorKind(one, atMs),
  ),
  fc.nat(3).map(
    (count): Event =>
      (verdict) =>
        verdict.startupErrors(count, 'ERROR at start'),
  ),
  fc.nat(3).map(
    (count): Event =>
      (verdict) =>
        verdict.openPairs(count),
  ),
);
const events = fc.array(fc.tuple(event, fc.nat(800)), { maxLength: 120 });

function play(
  list: readonly (readonly [Event, number])[],
  verdict: Verdict,
  fromMs = START_MS,
): { reports: unknown[]; atMs: number } {
  let atMs = fromMs;
  const reports: unknown[] = [];
  for (const [one, wait] of list) {
    atMs += wait;
    one(verdict, atMs);
    reports.push(verdict.decide(atMs));
  }
  return { reports, atMs };
}

function expectFinite(data: unknown): void {
  if (typeof data === 'number') expect(data).to.be.finite;
  else if (typeof data === 'object' && data !== null) Object.values(data).forEach(expectFinite);
}

describe('The verdict, whatever happens,', () => {
  it('decides after a restore exactly as it would have without the interruption', () => {
    fc.assert(
      fc.property(events, events, (before, after) => {
        const whole = new Verdict(settings, START_MS);
        const { atMs } = play(before, whole);
        const data: unknown = JSON.parse(JSON.stringify(whole.checkpoint()));
        const restored = Verdict.restore(settings, data);
        expect(play(after, restored, atMs)).to.deep.equal(play(after, whole, atMs));
        expect(restored.checkpoint()).to.deep.equal(whole.checkpoint());
      }),
      { numRuns: 60 },
    );
  });

  it('reports finite numbers, a progress from 0 to 1, sentences and at most 5 samples', () => {
    fc.assert(
      fc.property(events, (list) => {
        const verdict = new Verdict(settings, START_MS);
        for (const report of play(list, verdict).reports as ReturnType<Verdict['decide']>[]) {
          expectFinite(report);
          expect(report.progress).to.be.within(0, 1);
          for (const { text, samples } of report.reasons) {
            expect(text)
              .to.match(/\.$/)
              .and.not.match(/NaN|undefined|Infinity|\n/);
            expect(samples.length).to.be.at.most(5);
          }
          for (const text of report.missing) expect(text).to.not.match(/NaN|undefined|Infinity/);
          if (report.decision === 'promote') expect(report.missing).to.deep.equal([]);
        }
        expectFinite(verdict.checkpoint());
      }),
      { numRuns: 100 },
    );
  });

  it('never rejects when no side did worse, and a decision does not change the evidence', () => {
    const same = fc.array(fc.tuple(endpoint, response), { maxLength: 200 });
    fc.assert(
      fc.property(same, (list) => {
        const watched = new Verdict(settings, START_MS);
        const unwatched = new Verdict(settings, START_MS);
        for (const [index, [name, one]] of list.entries()) {
          const testing = one.status === 401 || one.status === 403 ? responseOf(401) : one;
          const pair = pairOf({ endpoint: name, running: one, testing, atMs: index * 100 });
          watched.pair(pair);
          unwatched.pair(pair);
          expect(watched.decide(pair.atMs)).to.include({ condemned: false });
        }
        expect(watched.checkpoint()).to.deep.equal(unwatched.checkpoint());
      }),
      { numRuns: 50 },
    );
  });

  it('does not let one more failure of testing bring a promotion nearer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 150 }),
        fc.nat(149),
        (list, at) => {
          const worse = list.map((failed, index) => failed || index === at % list.length);
          const [less, more] = [list, worse].map((failures) => {
            const verdict = new Verdict(settings, START_MS);
            for (const [index, failed] of failures.entries()) {
              const testing = responseOf(failed ? 500 : 200);
              verdict.pair(pairOf({ testing, atMs: index * 100 }));
            }
            return verdict.decide(START_MS + list.length * 100);
          });
          expect(more?.progress).to.be.at.most(
            (less?.progress ?? 0) + (more?.decision === 'reject' ? 1 : 0),
          );
          if (less?.decision !== 'promote') expect(more?.decision).to.not.equal('promote');
          if (less?.condemned === true) expect(more?.condemned).to.equal(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('throws an error with a code for everything that is not a checkpoint', () => {
    const good = new Verdict(settings, START_MS);
    good.pair(pairOf({ testing: responseOf(500) }));
    good.newErrorKind({ signature: 'a', level: 'error', count: 1, example: 'x' }, START_MS);
    const text = JSON.stringify(good.checkpoint());
    expect(() => Verdict.restore(settings, JSON.parse(text))).to.not.throw();
    const numbers = [...text.matchAll(/:(-?\d+(?:\.\d+)?)/g)];
    const wrongs = ['null', '"7"', '-5', '[]', '{}'];
    fc.assert(
      fc.property(fc.nat(numbers.length - 1), fc.constantFrom(...wrongs), (which, wrong) => {
        const match = numbers[which];
        const from = (match?.index ?? 0) + 1;
        const spoilt = text.slice(0, from) + wrong + text.slice(from + (match?.[1]?.length ?? 0));
        expect(() => Verdict.restore(settings, JSON.parse(spoilt)))
          .to.throw(ViliError)
          .with.property('code', 'VILI_VERDICT_CHECKPOINT');
      }),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        expect(() => Verdict.restore(settings, data))
          .to.throw(ViliError)
          .with.property('code', 'VILI_VERDICT_CHECKPOINT');
      }),
    );
  });
});
