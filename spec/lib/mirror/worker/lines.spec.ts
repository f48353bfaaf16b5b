import { expect } from 'chai';
import fc from 'fast-check';
import { Lines } from '../../../../lib/mirror/worker/lines.ts';
import { exchangeOf } from '../../../support/mirror-kit.ts';

const SEED = 15;
const LIMITS = { count: 100, bytes: 10_000 };
const copy = () => ({ exchange: exchangeOf(), bytes: 10 });

describe('The copies of one client', () => {
  it('wait for a write before them, and go in order', () => {
    const lines = new Lines(LIMITS);
    const [write, read, last] = [copy(), copy(), copy()];
    expect(lines.enter(write, { client: [1], isChange: true })).to.equal('go');
    expect(lines.enter(read, { client: [1], isChange: false })).to.equal('wait');
    expect(lines.enter(last, { client: [1, 2], isChange: true })).to.equal('wait');
    expect(lines.enter(copy(), { client: [2], isChange: false })).to.equal('wait');
    expect(lines.enter(copy(), { client: [3], isChange: true })).to.equal('go');
    expect(lines.next()).to.equal(undefined);
    lines.leave(write.exchange);
    expect(lines.next()).to.equal(read);
    expect(lines.next()).to.equal(undefined);
    lines.leave(read.exchange);
    expect(lines.next()).to.equal(last);
  });

  it('cost nothing while none of them writes', () => {
    const lines = new Lines(LIMITS);
    expect(lines.concerns(false)).to.equal(false);
    expect(lines.concerns(true)).to.equal(true);
    expect(lines.concerns(false)).to.equal(true);
  });

  it('are bounded in number and bytes, and counted when they are given up', () => {
    const lines = new Lines({ count: 2, bytes: 100 });
    const place = { client: [1], isChange: true };
    expect(lines.enter(copy(), place)).to.equal('go');
    expect(lines.enter({ ...copy(), bytes: 101 }, place)).to.equal('full');
    for (const outcome of ['wait', 'wait', 'full'])
      expect(lines.enter(copy(), place)).to.equal(outcome);
    expect(lines.clear()).to.equal(2);
    expect(lines.enter(copy(), place)).to.equal('go');
  });

  it('never overtake a change of their client, and all get through', () => {
    const entry = fc.record({ client: fc.nat(3), isChange: fc.boolean(), leaves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
        const lines = new Lines(LIMITS);
        const order = new Map<unknown, { client: number; isChange: boolean; index: number }>();
        const open: ReturnType<typeof copy>[] = [];
        const started: { client: number; isChange: boolean; index: number }[] = [];
        const start = (one: ReturnType<typeof copy>): void => {
          const place = order.get(one);
          if (place === undefined) throw new Error('unknown');
          const others = open
            .map((it) => order.get(it))
            .filter((it) => it?.client === place.client);
          expect(others.every((it) => it?.isChange !== true && !place.isChange)).to.equal(true);
          started.push(place);
          open.push(one);
        };
        const leave = (): void => {
          const one = open.shift();
          if (one === undefined) return;
          lines.leave(one.exchange);
          for (let next = lines.next(); next !== undefined; next = lines.next()) start(next);
        };
        for (const [index, { client, isChange, leaves }] of entries.entries()) {
          const one = copy();
          order.set(one, { client, isChange, index });
          if (lines.enter(one, { client: [client], isChange }) === 'go') start(one);
          if (leaves) leave();
        }
        while (open.length > 0) leave();
        expect(started.length).to.equal(entries.length);
        for (const client of [0, 1, 2, 3]) {
          const own = started.filter((it) => it.client === client).map(({ index }) => index);
          expect(own).to.deep.equal([...own].sort((left, right) => left - right));
        }
      }),
      { seed: SEED },
    );
  });
});
