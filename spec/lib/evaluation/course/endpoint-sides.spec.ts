import { expect } from 'chai';
import * as fc from 'fast-check';
import { BIN_BOUNDS_MS, EndpointSides } from '../../../../lib/evaluation/course/endpoint-sides.ts';
import { readBack } from '../../../../lib/model/text/pieces.ts';
import { pairOf, responseOf } from '../../../support/pairs.ts';

const ENDPOINT = 'GET /items/{id}';
const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

describe('both sides of an endpoint', () => {
  it('have each time in the bin whose bounds hold it', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), (ms) => {
        const sides = new EndpointSides();
        sides.pair(pairOf({ running: responseOf(200, ms), again: null }));
        const bins = sides.view(ENDPOINT)?.running.ms ?? [];
        const at = bins.indexOf(1);
        expect(sum(bins)).to.equal(1);
        expect(bins.length).to.equal(BIN_BOUNDS_MS.length + 1);
        // The bounds are rounded to four digits.
        const [below = 0, above = Infinity] = [BIN_BOUNDS_MS[at - 1], BIN_BOUNDS_MS[at]];
        expect(ms).to.be.within(below * 0.999, above * 1.001);
      }),
    );
  });

  it('count failures and client errors, and no time of a response that failed', () => {
    const sides = new EndpointSides();
    sides.pair(pairOf({ running: responseOf(404), testing: responseOf(500), again: null }));
    sides.pair(pairOf({ testing: { status: 0, ms: 1, failure: 'timeout' }, again: null }));
    const view = sides.view(ENDPOINT);
    expect(view?.running).to.include({ failed: 0, clientErrors: 1 });
    expect(view?.testing).to.include({ failed: 2, clientErrors: 0 });
    expect(sum(view?.running.ms ?? [])).to.equal(2);
    expect(sum(view?.testing.ms ?? [])).to.equal(0);
  });

  it('show second responses alone once there are enough, which were given side by side', () => {
    const sides = new EndpointSides();
    const again = { running: responseOf(200, 1), testing: responseOf(200, 1) };
    const first = { running: responseOf(200, 400), testing: responseOf(200, 400) };
    for (let pair = 0; pair < 19; pair++) sides.pair(pairOf({ ...first, again }));
    expect(sides.view(ENDPOINT)?.testing.ms.at(7), 'about 1 ms').to.equal(0);
    sides.pair(pairOf({ ...first, again }));
    expect(sides.view(ENDPOINT)?.testing.ms.at(7)).to.equal(20);
  });

  it('leave out pairs that are evidence for neither, and times that were disturbed', () => {
    const sides = new EndpointSides();
    sides.pair(pairOf({ setAside: 'own-session' }));
    expect(sides.view(ENDPOINT)).to.equal(null);
    sides.pair(pairOf({ disturbed: true }));
    expect(sum(sides.view(ENDPOINT)?.running.ms ?? [1])).to.equal(0);
  });

  it('are bounded: further endpoints count together', () => {
    const sides = new EndpointSides();
    for (let at = 0; at < 600; at++) sides.pair(pairOf({ endpoint: `GET /${at}` }));
    expect(sides.view('GET /499')).to.not.equal(null);
    expect(sides.view('GET /500')).to.equal(null);
    expect(sum(sides.view('(other)')?.running.ms ?? [])).to.equal(100);
  });

  it('are the same after a checkpoint, and empty after anything that is none', () => {
    const sides = new EndpointSides();
    for (let ms = 1; ms < 100; ms++) sides.pair(pairOf({ testing: responseOf(200, ms) }));
    sides.pair(pairOf({ endpoint: 'GET /', testing: responseOf(503) }));
    const restored = new EndpointSides();
    restored.restore(readBack(sides.pieces()));
    for (const name of [ENDPOINT, 'GET /']) {
      expect(restored.view(name)).to.deep.equal(sides.view(name));
    }
    for (const saved of [undefined, 7, [7], [['x', [-1, 'y', [99, 1]], null]]]) {
      const other = new EndpointSides();
      other.restore(saved);
      expect(sum(other.view('x')?.running.ms ?? [])).to.equal(0);
    }
  });
});
