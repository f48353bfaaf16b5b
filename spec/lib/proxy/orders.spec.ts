import { expect } from 'chai';
import type { Target } from '../../../lib/model/exchange.ts';
import { obey, type Order, type OrderDone, OrderedDrains } from '../../../lib/proxy/orders.ts';

const TARGET: Target = { instance: 'shop-1.0.0/1_running', host: '127.0.0.1', port: 9400 };

/** A proxy that notes what it is told, and has as many requests in flight as it is asked to wait milliseconds. */
function noting() {
  const told: string[] = [];
  const proxy = {
    moveOn: ({ port }: Target) => void told.push(`move on from ${port}`),
    drain: ({ port }: Target, timeoutMs: number) => {
      told.push(`drain ${port}`);
      return Promise.resolve({ finished: timeoutMs, cut: 1 });
    },
  };
  return { proxy, told };
}

describe('What a proxy in another process is ordered', () => {
  it('is done, and each drain reported to who waits for it', async () => {
    const { proxy, told } = noting();
    const drains = new OrderedDrains();
    const done: OrderDone[] = [];
    const send = (order: Order): void => obey(proxy, order, (it) => done.push(it));
    const both = [drains.order(TARGET, 10, send), drains.order(TARGET, 20, send)];
    send({ type: 'move-on', target: TARGET });
    expect(told).to.deep.equal(['drain 9400', 'drain 9400', 'move on from 9400']);
    await new Promise((resolve) => setImmediate(resolve));
    for (const it of done.toReversed()) drains.done(it);
    // A report that nobody waits for, as after a second one, is of no account.
    for (const it of done) drains.done(it);
    expect(await Promise.all(both)).to.deep.equal([
      { finished: 10, cut: 1 },
      { finished: 20, cut: 1 },
    ]);
  });

  it('is done with nothing where no proxy is left to do it', async () => {
    const drains = new OrderedDrains();
    const drained = drains.order(TARGET, 10, (order) => obey(null, order, (it) => drains.done(it)));
    expect(await drained).to.deep.equal({ finished: 0, cut: 0 });
    obey(null, { type: 'move-on', target: TARGET }, () => expect.fail('nothing to report'));
  });

  it('is over when that process is gone', async () => {
    const drains = new OrderedDrains();
    const drained = [1, 2].map(() => drains.order(TARGET, 10, () => {}));
    drains.gone();
    const nothing = { finished: 0, cut: 0 };
    expect(await Promise.all(drained)).to.deep.equal([nothing, nothing]);
  });
});
