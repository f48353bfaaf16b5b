import { expect } from 'chai';
import * as fc from 'fast-check';
import { UserHistory } from '../../../../../lib/verdict/unpaired/control/history.ts';

describe('the history of a version that serves users', () => {
  const responses = fc.array(
    fc.record({
      endpoint: fc.constantFrom('GET /a', 'POST /a', 'DELETE /a/{id}'),
      client: fc.constantFrom('one', 'two', 'three'),
      atMs: fc.integer({ min: 0, max: 100_000 }),
      status: fc.constantFrom(200, 404, 500),
      failure: fc.constantFrom(null, 'reset' as const),
      ms: fc.integer({ min: 0, max: 1000 }),
    }),
  );

  it('is the same after a restart', () => {
    fc.assert(
      fc.property(responses, (list) => {
        const history = new UserHistory();
        for (const one of list) history.responded(one);
        history.close();
        const data: unknown = JSON.parse(JSON.stringify(history.checkpoint()));
        expect(UserHistory.restore(data).checkpoint()).to.deep.equal(history.checkpoint());
      }),
    );
  });

  it('goes on after it was compared with', () => {
    const history = new UserHistory();
    const usual = { endpoint: 'GET /a', client: 'one', status: 200, failure: null, ms: 1 } as const;
    history.responded({ ...usual, atMs: 1000 });
    history.close();
    history.responded({ ...usual, atMs: 5000 });
    history.close();
    expect(history.rates.all.responses).to.equal(2);
  });

  it('counts a client once in half a second, by the share of its responses that failed', () => {
    const history = new UserHistory();
    const usual = { endpoint: 'GET /a', client: 'one', failure: null, ms: 1 } as const;
    for (const status of [200, 500, 200, 500]) history.responded({ ...usual, status, atMs: 1000 });
    history.close();
    const { units, unitHits, responses: all, hits } = history.rates.all;
    expect({ units, unitHits, all, hits }).to.deep.equal({
      units: 1,
      unitHits: [0.5, 0, 0],
      all: 4,
      hits: [2, 0, 0],
    });
  });

  it('names what is wrong in a checkpoint that it cannot use', () => {
    const history = new UserHistory();
    const good = JSON.parse(JSON.stringify(history.checkpoint())) as Record<string, never>;
    expect(() => UserHistory.restore(null)).to.throw('history is null, it must be an object');
    expect(() => UserHistory.restore({ ...good, rates: 7 })).to.throw('history.rates is 7');
    expect(() => UserHistory.restore({ ...good, heavy: { total: -1, list: [] } })).to.throw(
      'history.heavy.total is -1, it must be a count',
    );
  });
});
