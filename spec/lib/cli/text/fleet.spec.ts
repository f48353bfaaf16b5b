import { expect } from 'chai';
import { fleetText } from '../../../../lib/cli/text/fleet/report.ts';
import { fleetLines } from '../../../../lib/cli/text/fleet/status.ts';
import type { FleetReport } from '../../../../lib/operator/views/fleet-view.ts';

const PLAIN = (text: string): string => text;
const OPTIONS = {
  columns: 100,
  nowMs: 0,
  colors: { strong: PLAIN, good: PLAIN, bad: PLAIN, careful: PLAIN, quiet: PLAIN },
};

const HOST = {
  host: 'a',
  state: 'gone',
  running: 'shop-1.1',
  testing: null,
  wave: 1,
  waits: null,
  pairs: 371,
  odds: 0.76,
  vili: '1.0.0',
  url: '',
} as const;
const REPORT: FleetReport = {
  schema: 'vili.fleet/1',
  fleet: 'shop',
  host: 'b',
  engine: { endpoints: ['http://127.0.0.1:2379'], problem: null, since: null, trouble: null },
  leader: { host: 'a', token: 7 },
  hold: null,
  rollout: {
    id: 3,
    version: 'shop-1.1',
    sha256: 'b'.repeat(64),
    phase: 'waves',
    wave: 2,
    waves: ['1', '25%', '100%'],
    gone: 1,
    settled: 1,
    heldBy: null,
    decidedBy: 'vili',
    reasons: ['all is well'],
    quorum: null,
  },
  hosts: [
    HOST,
    { ...HOST, host: 'b', state: 'testing', running: 'shop-1.0', testing: 'shop-1.1', wave: null },
    { ...HOST, host: 'c', state: 'away', running: null, wave: null, pairs: null, odds: null },
  ],
  verdict: {
    decision: 'promote',
    pairs: 1096,
    progress: 1,
    reasons: [],
    missing: [],
    hosts: [],
    problems: [],
  },
  waits: 'it waits for its wave (2 of 3 is open)',
};

describe('What vili fleet shows', () => {
  it('is the rollout, the evidence of all, and every host', () => {
    expect(fleetText(REPORT, OPTIONS)).to.deep.equal([
      'shop   2 of 3 hosts   a leads   this is b',
      '  rollout 3  shop-1.1  waves 2 of 3 (1, 25%, 100%), 1 gone, 1 past probation',
      '    all is well',
      '  this host waits: it waits for its wave (2 of 3 is open)',
      '  all hosts: promote 100 %, 1,096 pairs',
      '  host  state    running   testing   wave  pairs  odds   waits',
      '  a     gone     shop-1.1  -         1     371    0.8:1',
      '  b     testing  shop-1.0  shop-1.1  -     371    0.8:1',
      '  c     away     -         -         -     -      -',
    ]);
  });

  it('says what holds it, and that the engine is not there', () => {
    const hold = { by: 'ann', at: '2026-01-05T07:00:00.000Z', reason: 'freeze' };
    const engine = {
      endpoints: [],
      problem: 'no endpoint of etcd replies',
      since: '2026-01-05T06:59:58.000Z',
      trouble: 'compact it',
    };
    const rollout = REPORT.rollout && { ...REPORT.rollout, heldBy: 'c', quorum: 'too few' };
    const lines = fleetText({ ...REPORT, hold, engine, rollout, leader: null }, OPTIONS).join('\n');
    expect(lines).to.contain('nobody leads');
    expect(lines.replaceAll(/\n +/g, ' ')).to.contain(
      '! the engine is not there since 2026-01-05 06:59:58Z: no endpoint of etcd replies; nothing is',
    );
    expect(lines).to.contain('! compact it');
    expect(lines).to.contain(
      'paused by ann on 2026-01-05 07:00:00Z (freeze); go on: vili fleet resume',
    );
    expect(lines).to.contain('held since c rejected it');
    expect(lines).to.contain('too few');
    expect(fleetText({ ...REPORT, rollout: null, hosts: [], verdict: null }, OPTIONS)[1]).to.equal(
      '  no version is on its way',
    );
  });

  it('shows nothing of a host as markup of the terminal', () => {
    const hosts = [{ ...HOST, host: '\u001B[31mred', waits: 'a\nb' }];
    expect(fleetText({ ...REPORT, hosts }, OPTIONS).join('\n')).to.not.contain('\u001B');
  });

  it('is a line in vili status', () => {
    const fleet = { name: 'shop', host: 'b', leader: 'a', problem: null, waits: null };
    expect(fleetLines(null, OPTIONS)).to.deep.equal([]);
    expect(fleetLines(fleet, OPTIONS)).to.deep.equal(['  fleet    shop, led by a']);
    expect(fleetLines({ ...fleet, waits: 'it waits' }, OPTIONS)).to.deep.equal([
      '  fleet    it waits',
    ]);
    expect(fleetLines({ ...fleet, problem: 'no reply' }, OPTIONS)).to.deep.equal([
      '  fleet    no reply; nothing is promoted by itself until etcd is back',
    ]);
  });
});
