import { expect } from 'chai';
import { matchesTrace, type TraceRecord } from '../../../lib/model/trace-record.ts';

const RECORD: TraceRecord = {
  id: 1,
  atMs: 0,
  from: '/vili/ingestor',
  to: '/vili/deployer/version/shop-2',
  type: 'start',
  correlation: 'shop-2',
  waitMs: 0,
  handledMs: 0,
  outcome: 'ok',
};

describe('the filter of trace records', () => {
  it('takes sender and receiver, and everything below an actor', () => {
    for (const actor of ['/vili/ingestor', '/vili/deployer', '/vili/deployer/', '/vili', '/']) {
      expect(matchesTrace(RECORD, { actor }), actor).to.equal(true);
    }
    for (const actor of ['/vili/deploy', '/vili/deployer/version/shop', 'deployer']) {
      expect(matchesTrace(RECORD, { actor }), actor).to.equal(false);
    }
  });

  it('takes the replies to the questions of an actor', () => {
    const reply = { ...RECORD, to: '/vili/operator#reply' };
    expect(matchesTrace(reply, { actor: '/vili/operator' })).to.equal(true);
    expect(matchesTrace(reply, { actor: '/vili/oper' })).to.equal(false);
  });

  it('takes a correlation id alone or together with an actor', () => {
    expect(matchesTrace(RECORD, { correlation: 'shop-2' })).to.equal(true);
    expect(matchesTrace(RECORD, { correlation: 'shop-3' })).to.equal(false);
    expect(matchesTrace({ ...RECORD, correlation: null }, { correlation: 'shop-2' })).to.equal(
      false,
    );
    expect(matchesTrace(RECORD, { correlation: 'shop-2', actor: '/vili/disk' })).to.equal(false);
  });
});
