import { expect } from 'chai';
import type { EndpointsView } from '../../../lib/evaluation/course/view.ts';
import type { Daemon } from '../../support/daemon.ts';
import { DaemonWorld } from '../../support/daemon-world.ts';
import { freePort } from '../../support/ports.ts';

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

describe('The evidence of a daemon over time', function () {
  this.timeout(120_000);
  let world: DaemonWorld;
  let daemon: Daemon;
  let url: string;

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/v1`;
    world = await DaemonWorld.create({
      admin_listen: `127.0.0.1:${port}`,
      // Nothing is promoted before there is a course to look at.
      verdict_min_time: '7s',
    });
    daemon = await world.startServing();
  });
  after(() => world.end());

  it('is unknown before a test', async () => {
    expect(await daemon.client.evidence()).to.equal(null);
    expect(await daemon.client.endpoints()).to.equal(null);
  });

  it('grows during a test, with the thresholds, and is readable without the token', async () => {
    world.users(100);
    await world.drop('1.0.1');
    await daemon.testing('shop-1.0.1');
    await daemon.until('there are three points', async () => {
      const found = await daemon.client.evidence();
      return (found?.points.pairs.at(-1) ?? 0) > 0 && (found?.points.pairs.length ?? 0) >= 3;
    });
    const response = await fetch(`${url}/evidence`);
    expect(response.status).to.equal(200);
    const evidence = (await response.json()) as Awaited<ReturnType<typeof daemon.client.evidence>>;
    expect(evidence).to.include({
      schema: 'vili.evidence/1',
      version: 'shop-1.0.1',
      against: null,
      stepMs: 2000,
    });
    expect(evidence?.thresholds).to.deep.equal({ reject: 100, promote: 40 });
    const { bySignal, ...columns } = evidence?.points ?? { bySignal: {}, elapsedMs: [] };
    expect(Object.keys(bySignal)).to.include.members(['errors', 'latency']);
    const lengths = [...Object.values(columns), ...Object.values(bySignal)].map((it) => it.length);
    expect(new Set(lengths).size, 'one value per point').to.equal(1);
    expect(Math.abs(Date.parse(evidence?.startedAt ?? '') - Date.now())).to.be.below(120_000);
  });

  it('shows both sides of each endpoint, for those with the token only', async () => {
    expect((await fetch(`${url}/endpoints`)).status).to.equal(401);
    const itemIn = (view: EndpointsView | null) =>
      view?.endpoints.find(({ endpoint }) => endpoint === 'GET /items/{id}');
    let found: EndpointsView | null = null;
    // On a busy host many responses are not timed.
    await daemon.until('both sides were timed', async () => {
      found = await daemon.client.endpoints();
      const { running, testing } = itemIn(found) ?? {};
      return sum(running?.ms ?? []) > 0 && sum(testing?.ms ?? []) > 0;
    });
    const view = found as EndpointsView | null;
    expect(view?.schema).to.equal('vili.endpoints/1');
    const item = itemIn(view);
    expect(item).to.include({ worse: 0, held: false, needs: null });
    expect(item?.share).to.be.within(0.01, 1);
    expect(sum(view?.endpoints.map(({ share }) => share) ?? [])).to.be.closeTo(1, 0.001);
    expect(item?.running.ms.length).to.equal((view?.bounds.length ?? 0) + 1);
    const post = view?.endpoints.find(({ pairs }) => pairs === 0);
    expect(post?.needs).to.match(/^no request of it was compared yet$|never compared/);
  });

  it('goes on after the daemon was killed, where it was', async () => {
    const before = await daemon.client.evidence();
    await daemon.kill();
    daemon = world.start();
    await daemon.until(
      'the evidence is there again',
      async () => (await daemon.client.evidence()) !== null,
    );
    const { points } = (await daemon.client.evidence()) ?? {};
    // The last checkpoint may be a second older.
    const known = before?.points.elapsedMs.slice(0, -1) ?? [];
    expect(points?.elapsedMs.slice(0, known.length)).to.deep.equal(known);
  });

  it('stays with the report of a version that was decided', async () => {
    await daemon.recorded('promoted', 'shop-1.0.1', 60_000);
    const found = async () => daemon.client.evidence({ version: '1.0.1' });
    await daemon.until('it was written', async () => (await found())?.against === null);
    const { points, thresholds } = (await found()) ?? {};
    expect(points?.oddsFit.at(-1)).to.be.above(1);
    expect(thresholds?.promote).to.equal(40);
    expect((await daemon.client.endpoints({ version: '1.0.1' }))?.requests).to.be.above(0);
  });
});
