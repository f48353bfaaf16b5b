import { expect } from 'chai';
import type { ServletView, StatusView } from '../../lib/operator/views/status-view.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';
import { type Series, seriesIn, valueOf } from '../support/exposition-text.ts';
import { hasPromtool, promtoolProblems } from '../support/promtool.ts';
import { freePort } from '../support/ports.ts';

const LIMIT_MS = 60_000;

describe('The metrics of a daemon', function () {
  this.timeout(120_000);
  let world: DaemonWorld;
  let daemon: Daemon;
  let url: string;

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/metrics`;
    // No verdict ends the test while it is looked at.
    world = await DaemonWorld.create({
      admin_listen: `127.0.0.1:${port}`,
      verdict_min_time: '1h',
      verdict_mode: 'manual',
    });
    daemon = await world.startServing();
    await world.drop('1.0.1');
    await daemon.testing('shop-1.0.1');
    const users = world.users(50);
    await daemon.until('copies are compared', async () => {
      const { verdict } = await daemon.client.status();
      return (verdict?.pairs ?? 0) > 50;
    });
    await users.stop();
  });
  after(() => world.end());

  it('are for strangers of this host, too, and clean by promtool', async () => {
    const response = await fetch(url);
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal(
      'text/plain; version=0.0.4; charset=utf-8',
    );
    const text = await response.text();
    if (hasPromtool()) expect(promtoolProblems(['check', 'metrics'], text)).to.equal('');
    expect(seriesIn(text).length).to.be.within(150, 2000);
    expect((await fetch(url, { method: 'POST' })).status).to.equal(405);
  });

  it('are the numbers of the status, exactly', async () => {
    const { before: first, series, status } = await atRest(daemon);
    expect(first.traffic, 'nothing happens meanwhile').to.deep.equal(status.traffic);
    const of = (name: string, labels = {}): number | undefined => valueOf(series, name, labels);
    const { traffic, verdict, users, archive, disk } = status;
    expect(of('vili_requests_received_total')).to.equal(traffic.received);
    expect(of('vili_copies_in_flight')).to.equal(traffic.inFlight);
    expect(of('vili_copies_total', { fate: 'mirrored' })).to.equal(traffic.mirrored);
    for (const fate of ['skipped', 'dropped', 'failed'] as const) {
      for (const [reason, count] of Object.entries(traffic[fate])) {
        expect(of('vili_copies_total', { fate, reason }), reason).to.equal(count);
      }
    }
    for (const [outcome, count] of Object.entries(users.failed)) {
      expect(of('vili_user_failures_total', { outcome }), outcome).to.equal(count);
    }
    expect(of('vili_verdict_pairs')).to.equal(verdict?.pairs);
    expect(of('vili_verdict_decision', { decision: verdict?.decision })).to.equal(1);
    expect(of('vili_phase', { phase: status.phase })).to.equal(1);
    for (const { name, state } of verdict?.signals ?? []) {
      expect(of('vili_signal_state', { signal: name, state }), name).to.equal(1);
    }
    expect(of('vili_archives')).to.equal(archive.count);
    expect(of('vili_archive_bytes')).to.equal(archive.bytes);
    expect(of('vili_disk_needed_ratio')).to.equal(disk.minFree);
    expect(of('vili_failing_writes')).to.equal(disk.failing.length);
    for (const role of ['running', 'testing'] as const) expectServlet(of, role, status[role]);
  });

  it('count what users and testing got, and how long it took', async () => {
    const { series, status } = await atRest(daemon);
    const of = (name: string, labels = {}): number => valueOf(series, name, labels) ?? 0;
    const count = (role: string): number => of('vili_request_duration_seconds_count', { role });
    expect(count('running')).to.be.within(50, status.traffic.received);
    expect(count('testing')).to.be.within(50, status.traffic.mirrored);
    const classes = series.filter(
      ({ name, labels }) => name === 'vili_role_responses_total' && labels['role'] === 'testing',
    );
    const responses = classes.reduce((sum, { value }) => sum + value, 0);
    const failed = Object.values(status.traffic.failed).reduce((sum, it) => sum + it, 0);
    expect(responses).to.equal(status.traffic.mirrored + failed);
    expect(of('vili_signal_odds', { signal: 'errors' })).to.be.above(0);
  });

  it('say what Vili and both versions take', async () => {
    const series = await eventually(
      'the processes were sampled',
      async () => {
        const found = seriesIn(await daemon.client.metrics());
        return valueOf(found, 'vili_servlet_memory_bytes', { role: 'testing' }) === undefined
          ? null
          : found;
      },
      LIMIT_MS,
    );
    for (const role of ['running', 'testing']) {
      expect(valueOf(series, 'vili_servlet_memory_bytes', { role })).to.be.above(1e6);
      expect(valueOf(series, 'vili_servlet_cpu_seconds_total', { role })).to.be.above(0);
    }
    for (const part of ['vili', 'launcher']) {
      expect(valueOf(series, 'vili_process_memory_bytes', { part }), part).to.be.above(1e7);
      expect(valueOf(series, 'vili_process_cpu_seconds_total', { part }), part).to.be.above(0);
    }
    expect(valueOf(series, 'vili_event_loop_busy_seconds_total')).to.be.above(0);
    expect(valueOf(series, 'vili_history_events_total', { event: 'testing' })).to.equal(1);
    expect(valueOf(series, 'vili_actor_mailbox_messages', { actor: 'deployer' })).to.equal(0);
  });
});

describe('The series of a daemon', function () {
  this.timeout(120_000);

  it('show what users got, go on over a restart, and begin anew when their file is broken', async () => {
    await withWorld({}, async (world) => {
      const first = await world.startServing();
      const seen = await eventually(
        'users are in them',
        async () => {
          if ((await fetch(`http://127.0.0.1:${world.port}/items`)).status >= 500) return null;
          const view = await first.client.series();
          return most(view.columns.requests_2xx) > 0 && most(view.columns.running_p50_seconds) > 0
            ? view
            : null;
        },
        LIMIT_MS,
      );
      expect(seen).to.include({ schema: 'vili.series/1', window: '15m', stepSeconds: 1 });
      expect(seen.columns.requests_2xx.length).to.equal(900);
      expect(seen.columns.vili_memory_bytes.at(-1)).to.be.above(1e7);
      const since = new Date(Date.now() - 30_000).toISOString();
      const late = await first.client.series({ window: '24h', since });
      expect(late.columns.held.length).to.be.at.most(1);
      await first.kill('SIGTERM');
      const second = world.start();
      await second.serving('shop-1.0.0');
      expect(most((await second.client.series()).columns.requests_2xx)).to.be.above(0);
      await second.kill('SIGTERM');
      await world.write('.vili/series.bin', 'vili.series/1\n{}\n');
      const third = world.start();
      await third.serving('shop-1.0.0');
      expect(third.output).to.contain(
        'the series of the charts begin anew: it is no file of series',
      );
      expect(most((await third.client.series()).columns.requests_2xx)).to.equal(0);
    });
  });
});

function most(column: readonly (number | null)[]): number {
  return Math.max(0, ...column.map((value) => value ?? 0));
}

/** The metrics between two statuses that say the same of traffic. */
async function atRest(
  daemon: Daemon,
): Promise<{ before: StatusView; series: readonly Series[]; status: StatusView }> {
  return eventually(
    'nothing happens',
    async () => {
      const before = await daemon.client.status();
      const series = seriesIn(await daemon.client.metrics());
      const status = await daemon.client.status();
      const isAtRest =
        JSON.stringify([before.traffic, before.verdict?.pairs]) ===
          JSON.stringify([status.traffic, status.verdict?.pairs]) && status.traffic.inFlight === 0;
      return isAtRest ? { before, series, status } : null;
    },
    LIMIT_MS,
  );
}

function expectServlet(
  of: (name: string, labels: object) => number | undefined,
  role: string,
  servlet: ServletView | null,
): void {
  expect(of('vili_version_info', { role, version: servlet?.version })).to.equal(1);
  expect(of('vili_servlet_ready', { role })).to.equal(servlet?.state === 'ready' ? 1 : 0);
  expect(of('vili_servlet_restarts_total', { role })).to.equal(servlet?.restarts);
  const startedAt = Date.parse(servlet?.startedAt ?? '') / 1000;
  expect(of('vili_servlet_start_time_seconds', { role })).to.equal(startedAt);
}
