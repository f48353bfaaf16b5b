import { expect } from 'chai';
import type { Report } from '../../lib/evaluation/report/report.ts';
import {
  type CatalogFault,
  type CatalogUsers,
  catalogFile,
  startCatalogUsers,
} from '../support/catalog.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld } from '../support/daemon-world.ts';

const PAIRS = 2000;
const PER_SECOND = 200;
const LIMIT_MS = 110_000;

describe('A daemon with a service whose every response is new', function () {
  this.timeout(120_000);
  let world: DaemonWorld;
  let daemon: Daemon;
  let users: CatalogUsers;

  const drop = async (version: string, fault?: CatalogFault): Promise<void> =>
    world.arrive(`shop-${version}.mjs`, await catalogFile(fault));
  const reported = async (version: string): Promise<Report> => {
    const { code, stdout } = await world.vili('why', version, '--json');
    expect(code).to.equal(0);
    return JSON.parse(stdout) as Report;
  };
  /** The report of a version that is rejected; every reason that names an endpoint names this one. */
  const rejected = async (version: string, endpoint: string): Promise<Report> => {
    const { reasons } = await daemon.recorded('rejected', version, LIMIT_MS);
    expect(reasons[0]).to.contain(endpoint);
    const report = await reported(version);
    for (const reason of report.reasons) expect(reason.endpoint).to.be.oneOf([endpoint, null]);
    expect(report.sentence).to.contain('on 1 endpoint');
    return report;
  };

  before(async () => {
    world = await DaemonWorld.create({
      compare_values: 'block',
      compare_headers: 'content-type, etag',
      verdict_min_requests: String(PAIRS),
      probation: '1s',
    });
    await drop('1.0.0');
    daemon = world.start();
    await daemon.serving('shop-1.0.0');
    users = startCatalogUsers(world.port, PER_SECOND);
  });
  after(async () => {
    await users?.stop();
    await world.end();
  });

  it('promotes a version with the same responses, keys reordered, after 2,000 requests without a finding, although an endpoint is flaky in both', async () => {
    await drop('1.0.1', 'other-order');
    await daemon.recorded('promoted', 'shop-1.0.1', LIMIT_MS);
    const { test } = await reported('shop-1.0.1');
    expect(test?.pairs).to.be.at.least(PAIRS);
    const differences = test?.endpoints.flatMap((one) => [...one.differences, ...one.alsoSeen]);
    expect(differences).to.deep.equal([]);
    expect(test?.signals.filter(({ state }) => state === 'FAIL')).to.deep.equal([]);
    const ignored = test?.ignored.filter(({ endpoint }) => endpoint === 'GET /products/{id}');
    expect(ignored?.map(({ path }) => path).toSorted()).to.deep.equal([
      '$.maker.id',
      '$.maker.seenAt',
      '$.parts[].batch',
      '$.requestId',
      '$.servedAt',
    ]);
    await daemon.serving('shop-1.0.1');
  });

  it('rejects a version with another value in one field of such a body, naming its path', async () => {
    await drop('1.1.0', 'changed-value');
    const { reasons } = await rejected('shop-1.1.0', 'GET /products/{id}');
    expect(reasons[0]?.text).to.contain('$.price').and.not.contain('$.id');
  });

  it('rejects a version whose 64-bit ids differ in the last digit, showing all digits', async () => {
    await drop('1.2.0', 'last-digit');
    const { reasons } = await rejected('shop-1.2.0', 'GET /products/{id}');
    expect(reasons[0]?.text).to.contain('$.id');
    const [sample = ''] = reasons[0]?.samples ?? [];
    const { stdout } = await world.vili('diff', '--sample', sample);
    const [, ours = '', theirs = ''] = /value \$\.id: (\d+) → (\d+)/.exec(stdout) ?? [];
    expect(BigInt(theirs) - BigInt(ours)).to.equal(1n);
    expect(Number(theirs)).to.be.above(Number.MAX_SAFE_INTEGER);
  });

  it('rejects a version that responds 500 on an endpoint with 1 % of the traffic, naming it', async () => {
    await drop('1.3.0', 'rare-500');
    const { reasons } = await rejected('shop-1.3.0', 'GET /rare');
    expect(reasons[0]?.text).to.contain('500');
  });

  it('rejects a version that is 1.5 times slower on one endpoint, naming it', async () => {
    await drop('1.4.0', 'slow');
    const { reasons } = await rejected('shop-1.4.0', 'GET /reports/{id}');
    expect(reasons[0]?.code).to.equal('latency');
  });

  it('leaves no user without a response', async () => {
    const { asked, broken } = await users.stop();
    expect(broken, `of ${asked}`).to.equal(0);
    const { traffic } = await daemon.until('all is at rest', (it) => it.traffic.inFlight === 0);
    expect(traffic.received).to.equal(asked);
  });
});
