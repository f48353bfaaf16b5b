import { expect } from 'chai';
import { candidateOf } from '../../../lib/deployment/draft.ts';
import { parseDeployment } from '../../../lib/deployment/parse.ts';
import { type Deployment, NOTHING_DEPLOYED } from '../../../lib/deployment/state.ts';
import type { Release } from '../../../lib/model/release.ts';
import { release } from './world.ts';

const running = { release: release(1), phase: 'ready', target: null } as const;
const testing = candidateOf(release(2), 'testing', 0);
const promotion = { phase: 'starting', by: 'vili', reasons: [] } as const;
const previous = { release: release(3), target: null, untilMs: 7 };
const GOOD: Deployment = { ...NOTHING_DEPLOYED, running, testing, promotion, previous };

function problemWith(change: Readonly<Record<string, unknown>>): string {
  try {
    parseDeployment(JSON.parse(JSON.stringify({ ...GOOD, ...change })), 'shop');
  } catch (error) {
    return String(error);
  }
  throw new Error(`accepted: ${JSON.stringify(change)}`);
}

describe('A state file', () => {
  it('is read as it was written', () => {
    expect(parseDeployment(JSON.parse(JSON.stringify(GOOD)), 'shop')).to.deep.equal(GOOD);
    expect(parseDeployment({ ...NOTHING_DEPLOYED }, 'shop')).to.deep.equal(NOTHING_DEPLOYED);
  });

  it('has a way back only to a version of this service, else it is undone', () => {
    const reasons = [{ code: 'operator', text: 'asked' }];
    const { release } = running;
    const rollback = {
      version: release.name,
      release,
      phase: 'starting',
      by: 'anna',
      reasons,
      newer: [],
    };
    const read = (it: unknown): unknown =>
      parseDeployment({ ...GOOD, rollback: it }, 'shop').rollback;
    expect(read(rollback)).to.deep.equal(rollback);
    const waiting = { ...rollback, release: null, phase: 'waiting' };
    expect(read(waiting)).to.deep.equal(waiting);
    for (const bad of [
      { ...rollback, version: '../../etc' },
      { ...waiting, version: 'shop-x/../..' },
      { ...rollback, version: 'shop-99' },
      { ...rollback, release: null },
      { ...rollback, phase: 'flying' },
      { ...rollback, newer: [7] },
      { ...rollback, reasons: 'none' },
      'back',
    ]) {
      expect(read(bad), JSON.stringify(bad)).to.equal(undefined);
    }
  });

  it('has a pause only as a whole', () => {
    const paused = { by: 'anna', at: '2026-01-01T00:00:00.000Z', reason: 'freeze' };
    expect(parseDeployment({ ...GOOD, paused }, 'shop').paused).to.deep.equal(paused);
    for (const bad of [true, { by: 'anna' }, { ...paused, reason: 7 }]) {
      expect(parseDeployment({ ...GOOD, paused: bad }, 'shop').paused).to.equal(undefined);
    }
  });

  it('is declined when a name in it is not a version of this service: names become paths', () => {
    const named = (change: Partial<Release>): unknown => ({
      ...running,
      release: { ...running.release, ...change },
    });
    for (const change of [
      { name: '../evil', fileName: '../evil.jar' },
      { name: 'store-1', fileName: 'store-1.jar' },
      { name: 'shop-2' },
      { version: '9' },
      { extension: '.mjs' },
      { fingerprint: undefined },
    ] as Partial<Release>[]) {
      expect(problemWith({ running: named(change) })).to.include('does not name a version of shop');
      expect(problemWith({ previous: { ...previous, ...Object(named(change)) } })).to.include(
        'shop',
      );
    }
    expect(problemWith({ archiving: ['../../etc', 'shop-1'] })).to.include('archiving');
    expect(() => parseDeployment(GOOD, 'store')).to.throw('does not name a version of store');
  });

  it('is declined when a phase, a time or a promotion in it cannot be', () => {
    expect(problemWith({ running: { ...running, phase: 7 } })).to.include('running.phase');
    expect(problemWith({ testing: { ...testing, phase: 'bogus' } })).to.include('testing.phase');
    expect(problemWith({ previous: { ...previous, untilMs: 'soon' } })).to.include('untilMs');
    expect(problemWith({ promotion: {} })).to.include('promotion');
    expect(problemWith({ testing: null })).to.include('promotion');
    expect(problemWith({ schema: 'vili.state/9' })).to.include('vili.state/1');
    expect(problemWith({ decided: [1] })).to.include('decided');
  });
});
