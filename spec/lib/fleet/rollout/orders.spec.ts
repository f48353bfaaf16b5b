import { expect } from 'chai';
import { orderFor } from '../../../../lib/fleet/rollout/orders.ts';
import type { Rollout } from '../../../../lib/fleet/rollout/records.ts';
import {
  goneHost,
  hostOf,
  inputOf,
  NEW,
  OTHER,
  PROMOTE,
  planned,
  REJECT,
} from './fleet-records.ts';

const CONTEXT = { leader: 1, held: null, waveCount: 3 };

function rolloutWith(change: Partial<Rollout>): Rollout {
  const hosts = ['a', 'b'].map((name) => hostOf(name));
  return { ...planned(null, inputOf(hosts, { merged: PROMOTE })).rollout, ...change };
}

describe('What a rollout means for a host', () => {
  it('lets it go when it is its turn, and not while somebody holds the fleet', () => {
    const rollout = rolloutWith({});
    expect(orderFor(rollout, hostOf('a'), CONTEXT)).to.deep.equal({
      act: 'promote',
      reasons: PROMOTE.reasons,
    });
    expect(orderFor(rollout, hostOf('b'), CONTEXT)).to.deep.equal({
      act: 'wait',
      text: 'it waits for its wave (1 of 3 is open)',
    });
    const held = { ...CONTEXT, held: 'the fleet is paused by ann' };
    expect(orderFor(rollout, hostOf('a'), held).act).to.equal('wait');
    const vetoed = rolloutWith({ heldBy: 'b' });
    expect(orderFor(vetoed, hostOf('a'), CONTEXT)).to.deep.include({ act: 'wait' });
  });

  it('is nothing that an earlier leader wrote', () => {
    const rollout = rolloutWith({ token: 3 });
    expect(orderFor(rollout, hostOf('a'), { ...CONTEXT, leader: 3 }).act).to.equal('promote');
    expect(orderFor(rollout, hostOf('a'), { ...CONTEXT, leader: 4 }).act).to.equal('wait');
    expect(orderFor(rollout, hostOf('a'), { ...CONTEXT, leader: null }).act).to.equal('promote');
  });

  it('is obeyed in an engine that was brought back from a backup, where tokens begin low again', () => {
    const record = hostOf('a', { token: 5000 });
    const rollout = rolloutWith({ token: 3 });
    expect(orderFor(rollout, record, { ...CONTEXT, leader: 3 }).act).to.equal('promote');
    // Of the leader before the backup, not yet written anew.
    const old = rolloutWith({ token: 5000 });
    expect(orderFor(old, record, { ...CONTEXT, leader: 3 }).act).to.equal('promote');
  });

  it('keeps out a host with another content under the same name', () => {
    const stray = hostOf('a', { testing: { ...OTHER, isReady: true } });
    const order = orderFor(rolloutWith({}), stray, CONTEXT);
    expect(order).to.deep.equal({
      act: 'stray',
      text: `a has another file under the name shop-1.1 than the fleet, whose SHA-256 begins with ${NEW.sha256.slice(0, 12)}: it stays out`,
    });
  });

  it('rejects on all that test it, and takes back those that were told to go, once it is stopped', () => {
    const rejected = rolloutWith({ phase: 'rejected', reasons: REJECT.reasons });
    expect(orderFor(rejected, hostOf('b'), CONTEXT).act).to.equal('reject');
    const stopped = rolloutWith({ phase: 'stopped', takesBack: true });
    expect(orderFor(stopped, goneHost('a'), CONTEXT).act).to.equal('roll-back');
    expect(orderFor(stopped, hostOf('b'), CONTEXT).act).to.equal('reject');
    // It was promoted by hand, before and beside the rollout.
    expect(orderFor(stopped, goneHost('b'), CONTEXT).act).to.equal('none');
    const stays = rolloutWith({ phase: 'stopped', takesBack: false });
    expect(orderFor(stays, goneHost('a'), CONTEXT).act).to.equal('none');
  });

  it('is to wait for a host that tests something else, and nothing for one that tests nothing', () => {
    const other = { version: 'shop-2', sha256: 'e'.repeat(64), isReady: true };
    expect(orderFor(rolloutWith({}), hostOf('a', { testing: other }), CONTEXT)).to.deep.equal({
      act: 'wait',
      text: 'shop-2: the rollout of shop-1.1 comes first',
    });
    expect(orderFor(null, hostOf('a'), CONTEXT).act).to.equal('wait');
    expect(orderFor(null, hostOf('a', { testing: null }), CONTEXT).act).to.equal('none');
  });
});
