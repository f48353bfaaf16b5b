import { expect } from 'chai';
import { type Deployment, NOTHING_DEPLOYED } from '../../../../lib/deployment/state.ts';
import { hostRecordOf } from '../../../../lib/fleet/host/record.ts';
import { parseHost } from '../../../../lib/fleet/rollout/parse.ts';
import { reasonOf } from '../../../../lib/model/reason.ts';
import type { Release } from '../../../../lib/model/release.ts';
import { NEW, OLD } from '../rollout/fleet-records.ts';

function releaseOf({ version, sha256 }: typeof OLD): Release {
  const number = version.slice('shop-'.length);
  return {
    fileName: `${version}.jar`,
    name: version,
    version: number,
    extension: '.jar',
    fingerprint: sha256,
  };
}

const TARGET = { instance: 'shop-1.0/1_running', host: '127.0.0.1', port: 9401 };
const SERVING: Deployment = {
  ...NOTHING_DEPLOYED,
  running: { release: releaseOf(OLD), phase: 'ready', target: TARGET },
  testing: {
    release: releaseOf(NEW),
    phase: 'testing',
    crashes: 0,
    sinceMs: 0,
    begun: true,
    readySinceMs: 1,
  },
};

function recordOf(
  change: Partial<Deployment>,
  closed: string | null = null,
  failure: string | null = null,
) {
  const self = { host: 'a', instance: '1', vili: '1.0.0', url: '', token: 3 };
  return hostRecordOf({ ...self, deployment: { ...SERVING, ...change }, closed, failure });
}

describe('The record of a host', () => {
  it('names what it runs and tests by content, and is one that others can read', () => {
    const record = recordOf({});
    expect(record.running).to.deep.equal(OLD);
    expect(record.testing).to.deep.equal({ ...NEW, isReady: true });
    expect(record.waits).to.equal(null);
    expect(parseHost(JSON.stringify(record))).to.deep.equal(record);
    const nothing = hostRecordOf({
      host: 'a',
      instance: '1',
      vili: '1.0.0',
      url: '',
      token: 0,
      closed: null,
      failure: null,
      deployment: NOTHING_DEPLOYED,
    });
    expect(nothing).to.include({ running: null, testing: null, rejected: null });
  });

  it('says why it would not go now', () => {
    const paused = { by: 'ann', at: '2026-01-01T00:00:00Z' };
    expect(recordOf({ paused }).waits).to.equal('paused by ann');
    const previous = { release: releaseOf(OLD), target: null, untilMs: 1 };
    expect(recordOf({ previous }).waits).to.equal('shop-1.0 is on probation');
    expect(recordOf({}, 'promotion.window is closed').waits).to.equal('promotion.window is closed');
    expect(recordOf({ running: null }).waits).to.equal('its running version does not serve');
    expect(recordOf({}, null, 'users cannot go back').waits).to.equal('users cannot go back');
  });

  it('can be read by the others however long that text is', () => {
    const paused = { by: 'ann'.repeat(200), at: '2026-01-01T00:00:00Z' };
    const record = recordOf({ paused });
    expect(record.waits).to.match(/^paused by ann/);
    expect(parseHost(JSON.stringify(record))).to.deep.equal(record);
    const closed = recordOf({}, `promotion.window (${'Mo 8-9, '.repeat(100)}) is closed`);
    expect(parseHost(JSON.stringify(closed))).to.deep.equal(closed);
  });

  it('keeps what was rejected and accepted within its limits', () => {
    const reasons = [reasonOf('errors', 'x'.repeat(1000))];
    const record = recordOf({
      rejected: { release: releaseOf(NEW), reasons },
      accepted: Array.from({ length: 50 }, (_, at) => ({
        version: NEW.version,
        fingerprint: NEW.sha256,
        by: 'ann',
        at: '',
        name: `$.field${at}`,
      })),
    });
    expect(record.rejected?.text).to.have.length(300);
    expect(record.accepted).to.have.length(20);
    expect(parseHost(JSON.stringify(record))).to.deep.equal(record);
  });
});
