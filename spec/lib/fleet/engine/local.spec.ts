import { expect } from 'chai';
import { LocalEngine } from '../../../../lib/fleet/engine/local.ts';
import { describeContract } from './contract.ts';

describe('the engine within one process', () => {
  let engine = new LocalEngine(() => performance.now());

  before(() => {
    engine = new LocalEngine(() => performance.now());
  });

  describeContract(() => ({
    connect: () => engine.connect(),
    compact: async () => engine.compact(),
  }));

  it('ends leases by the clock it is given, without waiting', async () => {
    let nowMs = 0;
    const timed = new LocalEngine(() => nowMs);
    const client = timed.connect();
    await client.put('/a', '1', await client.lease(1500));
    nowMs = 1999;
    expect((await client.get('/')).entries).to.have.length(1);
    nowMs = 2000;
    expect((await client.get('/')).entries).to.have.length(0);
  });
});
