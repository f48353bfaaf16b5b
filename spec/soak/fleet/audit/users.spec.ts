import { expect } from 'chai';
import { auditUsers, isExcused } from './users.ts';

const FAILURE = { request: 'GET /items', problem: 'status 502', begunMs: 100, endedMs: 200 };
const HOST = { name: 'a', isBad: true, failures: [], outages: [], versions: new Map() };

describe('The audit of a fleet by its users', () => {
  it('excuses what was under way when Vili was killed, or came while it was gone, and nothing else', () => {
    const excused = (fromMs: number, untilMs: number): boolean =>
      isExcused(FAILURE, [{ fromMs, untilMs }]);
    expect(excused(150, 5000)).to.equal(true);
    expect(excused(50, 120)).to.equal(true);
    expect(excused(0, 99)).to.equal(false);
    expect(excused(201, 5000)).to.equal(false);
    expect(isExcused(FAILURE, [])).to.equal(false);
  });

  it('tells every other failure', () => {
    const failures = [FAILURE, { ...FAILURE, begunMs: 900, endedMs: 950 }];
    const outages = [{ fromMs: 800, untilMs: 1000 }];
    expect(auditUsers({ ...HOST, failures, outages }, [])).to.deep.equal([
      'user of a, 100 to 200 ms: GET /items: status 502',
    ]);
  });

  it('tells of versions that no user may meet there', () => {
    const dropped = [
      { name: 'shop-1.0.1', quality: 'good' },
      { name: 'shop-1.0.2', quality: 'bad' },
      { name: 'shop-1.0.3', quality: 'bad on one host' },
    ] as const;
    const versions = new Map(dropped.map(({ name }) => [name, 1]));
    expect(auditUsers({ ...HOST, versions }, dropped)).to.have.length(2);
    expect(auditUsers({ ...HOST, versions, isBad: false }, dropped)).to.deep.equal([
      'users of a met shop-1.0.2, bad',
    ]);
  });
});
