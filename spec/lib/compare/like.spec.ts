import { expect } from 'chai';
import fc from 'fast-check';
import { judgeLike } from '../../../lib/compare/like.ts';
import type { AskedAgain, PairOutcome, ResponseSummary } from '../../../lib/compare/outcome.ts';
import { pairOf, responseOf } from '../../support/pairs.ts';

const SEED = 1500;

function judged(
  [running, testing]: readonly [number, number],
  again: readonly [number, number] | 'no-room' | null,
  denialStands = true,
): string {
  const asked = again === null || again === 'no-room' ? again : askedOf(again);
  const changes: Partial<PairOutcome> = {
    running: responseOf(running),
    testing: responseOf(testing),
    again: asked,
  };
  return judgeLike(pairOf({ ...changes, atMs: 0 }), denialStands);
}

function askedOf([running, testing]: readonly [number, number]): AskedAgain {
  return { running: responseOf(running), testing: responseOf(testing) };
}

describe('A pair that was asked again', () => {
  const cases: readonly [string, [number, number], [number, number] | 'no-room' | null, string][] =
    [
      ['is worse when both repeat themselves', [200, 404], [200, 404], 'worse'],
      ['is better when both repeat themselves', [404, 200], [404, 200], 'better'],
      ['says nothing when what it asked for is deleted', [200, 404], [404, 404], 'moved-on'],
      ['says nothing when what it asked for was created', [404, 200], [200, 200], 'moved-on'],
      ['says nothing when a link is used up', [200, 410], [410, 410], 'moved-on'],
      ['says nothing after a log-out', [200, 401], [401, 401], 'moved-on'],
      ['says nothing after a log-out that redirects', [200, 302], [302, 302], 'moved-on'],
      ['is in doubt when testing fails only once', [200, 404], [200, 200], 'doubt-worse'],
      ['is in doubt when testing does well only once', [404, 200], [404, 404], 'doubt-better'],
      ['is in doubt when it could not be asked', [200, 404], 'no-room', 'doubt-worse'],
      ['counts as it is where it cannot be repeated', [200, 404], null, 'worse'],
      ['is worse by a 500 that does not repeat', [200, 500], [200, 200], 'worse'],
      ['is worse by a 500 that running has later', [200, 500], [500, 500], 'worse'],
      ['is better by a 500 of running', [500, 200], null, 'better'],
      ['is worse when testing then breaks', [200, 404], [404, 500], 'worse'],
      ['is in doubt when running is gone in another way', [200, 404], [410, 404], 'doubt-worse'],
      ['is in doubt when each has a status of its own', [200, 403], [404, 410], 'doubt-worse'],
    ];
  for (const [title, first, again, expected] of cases) {
    it(title, () => expect(judged(first, again)).to.equal(expected));
  }

  it('never forgives that testing let in a caller whom running denies twice', () => {
    expect(judged([401, 200], [401, 401])).to.equal('worse');
    expect(judged([403, 200], 'no-room')).to.equal('worse');
    expect(judged([401, 200], null)).to.equal('worse');
    expect(judged([401, 200], [200, 200], false)).to.equal('moved-on');
  });

  /** Each side fails by itself, and the state may move between both looks: the same for both. */
  it('is as often worse as better where both versions are the same build', () => {
    const status = fc.constantFrom(200, 204, 302, 404, 410);
    const four = fc.tuple(status, status, status, status);
    fc.assert(
      fc.property(four, ([running, testing, runningAgain, testingAgain]) => {
        const one = judged([running, testing], [runningAgain, testingAgain]);
        const exchanged = judged([testing, running], [testingAgain, runningAgain]);
        expect(one === 'worse').to.equal(exchanged === 'better');
        expect(one === 'better').to.equal(exchanged === 'worse');
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('never forgives a failure of testing', () => {
    const any = fc.record<ResponseSummary>({
      status: fc.constantFrom(200, 301, 404, 401, 500, 503),
      ms: fc.constant(1),
      failure: fc.constant(null),
    });
    const failed = fc.constantFrom<ResponseSummary>(responseOf(500), responseOf(599), {
      status: 0,
      ms: 0,
      failure: 'timeout',
    });
    fc.assert(
      fc.property(any, failed, any, any, (running, testing, runningAgain, testingAgain) => {
        fc.pre(running.status < 500);
        const again = { running: runningAgain, testing: testingAgain };
        const pair = pairOf({ running, testing, again, atMs: 0 });
        expect(judgeLike(pair, true)).to.equal('worse');
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
