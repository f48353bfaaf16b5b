import { expect } from 'chai';
import { expose } from '../../../lib/metrics/exposition.ts';
import { WORST_ENDPOINTS } from '../../../lib/metrics/families/findings.ts';
import { METRICS } from '../../../lib/metrics/list.ts';
import { seriesIn, valueOf } from '../../support/exposition-text.ts';
import { hasPromtool, promtoolProblems } from '../../support/promtool.ts';
import type { Phase } from '../../../lib/operator/views/status-view.ts';
import { STATUS } from '../operator/views.ts';
import { endpointReport, metricFacts } from './facts.ts';

const tally = { path: '$.price', running: '1', testing: '2', samples: [] };

describe('The metrics', () => {
  it('are clean by promtool check metrics', async function () {
    if (!hasPromtool()) return this.skip();
    const text = await expose(metricFacts());
    expect(promtoolProblems(['check', 'metrics'], text)).to.equal('');
  });

  it('have names of Vili, one each, and one sentence of help', () => {
    const names = METRICS.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
    for (const { name, type, help } of METRICS) {
      expect(name).to.match(/^vili_[a-z][a-z0-9_]*$/);
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
      expect(help, name).to.match(/^[A-Z1].*[^.]$/);
    }
  });

  it('have exactly the labels that are declared', async () => {
    for (const { name, labels = {}, read } of METRICS) {
      for (const [given] of read(metricFacts())) {
        expect(Object.keys(given).toSorted(), name).to.deep.equal(Object.keys(labels).toSorted());
      }
    }
  });

  it('have the numbers of the status', async () => {
    const series = seriesIn(await expose(metricFacts()));
    const { traffic } = STATUS;
    expect(valueOf(series, 'vili_requests_received_total')).to.equal(traffic.received);
    const skipped = { fate: 'skipped', reason: 'method' };
    expect(valueOf(series, 'vili_copies_total', skipped)).to.equal(300);
    expect(valueOf(series, 'vili_copies_total', { fate: 'mirrored' })).to.equal(2051);
    expect(valueOf(series, 'vili_verdict_progress_ratio')).to.equal(0.41);
    expect(valueOf(series, 'vili_verdict_decision', { decision: 'collecting' })).to.equal(1);
    expect(valueOf(series, 'vili_verdict_decision', { decision: 'reject' })).to.equal(0);
    expect(valueOf(series, 'vili_servlet_restarts_total', { role: 'testing' })).to.equal(1);
    expect(valueOf(series, 'vili_verdict_reasons', { code: 'body-difference' })).to.equal(1);
  });

  it('know every phase', async () => {
    const phases: Readonly<Record<Phase, true>> = {
      starting: true,
      steady: true,
      testing: true,
      promoting: true,
      probation: true,
      stopping: true,
    };
    for (const phase of Object.keys(phases) as Phase[]) {
      const series = seriesIn(await expose(metricFacts({ status: { ...STATUS, phase } })));
      const present = series.filter(({ name, value }) => name === 'vili_phase' && value === 1);
      expect(present.map(({ labels }) => labels['phase'])).to.deep.equal([phase]);
    }
  });

  it('have the odds of each signal, and together', async () => {
    const series = seriesIn(await expose(metricFacts()));
    expect(valueOf(series, 'vili_verdict_odds')).to.equal(12);
    expect(valueOf(series, 'vili_signal_odds', { signal: 'body-difference' })).to.equal(11.5);
  });

  it('have the durations as a histogram, in seconds', async () => {
    const series = seriesIn(await expose(metricFacts()));
    const at = (le: string) =>
      valueOf(series, 'vili_request_duration_seconds_bucket', { role: 'testing', le });
    expect([at('0.025'), at('0.05'), at('+Inf')]).to.deep.equal([0, 1, 1]);
    expect(valueOf(series, 'vili_request_duration_seconds_sum', { role: 'testing' })).to.equal(
      0.04,
    );
    expect(valueOf(series, 'vili_request_duration_seconds_count', { role: 'previous' })).to.equal(
      1,
    );
  });

  it('have the findings of the worst endpoints only, by kind', async () => {
    const differences = [
      { kind: 'type', count: 4, ...tally },
      { kind: 'type', count: 5, ...tally, path: '$.name' },
    ];
    const failures = [{ kind: 'status', count: 2, ...tally }];
    const endpoints = Array.from({ length: 500 }, (_, n) =>
      endpointReport(`GET /page-${n}`, { differences, failures, alsoSeen: differences }),
    );
    const evaluation = { oddsWorse: 1, oddsNeeded: 100, bySignal: {}, endpoints };
    const series = seriesIn(await expose(metricFacts({ evaluation })));
    const names = new Set(series.flatMap(({ labels }) => labels['endpoint'] ?? []));
    expect(names.size).to.equal(WORST_ENDPOINTS);
    const of = (kind: string, counts: string) =>
      valueOf(series, 'vili_findings', { endpoint: 'GET /page-0', kind, counts });
    expect([of('type', 'yes'), of('type', 'no'), of('failure', 'yes'), of('slow', 'yes')])
      .to.deep //
      .equal([9, 9, 2, 7]);
    expect(series.length).to.be.below(2000);
  });

  it('stay one series each, and readable, whatever an endpoint is called', async () => {
    const long = `GET /${'x'.repeat(5000)}`;
    const nasty = 'GET /a"b\\c\n# HELP vili_evil {}';
    const endpoints = [nasty, `${long}1`, `${long}2`].map((name) => endpointReport(name));
    const evaluation = { oddsWorse: 1, oddsNeeded: 100, bySignal: {}, endpoints };
    const series = seriesIn(await expose(metricFacts({ evaluation })));
    const names = series.flatMap(({ name, labels }) =>
      name === 'vili_endpoint_pairs' ? (labels['endpoint'] ?? []) : [],
    );
    expect(names).to.deep.equal([nasty, long.slice(0, 120)]);
  });

  it('leave out what is not known', async () => {
    const status = { ...STATUS, testing: null, verdict: null };
    const text = await expose(metricFacts({ status, evaluation: null }));
    const series = seriesIn(text);
    for (const name of ['vili_verdict_pairs', 'vili_verdict_odds', 'vili_base_bytes']) {
      expect(text, name).to.not.contain(name);
    }
    expect(valueOf(series, 'vili_servlet_ready', { role: 'testing' })).to.equal(undefined);
    expect(valueOf(series, 'vili_verdict_decision', { decision: 'collecting' })).to.equal(0);
  });

  it('sum up actors that come and go', async () => {
    const series = seriesIn(await expose(metricFacts()));
    expect(valueOf(series, 'vili_actor_mailbox_messages', { actor: 'deployer' })).to.equal(3);
    expect(valueOf(series, 'vili_actor_hung', { actor: 'deployer' })).to.equal(1);
    const child = { ...TREE_NODE, path: '/vili/deployer/version-shop-1.0.0', mailbox: 2 };
    const other = { ...TREE_NODE, path: '/vili/deployer/version-shop-1.0.1', mailbox: 5 };
    const tree = { ...TREE_NODE, children: [child, other] };
    const found = seriesIn(await expose(metricFacts({ tree })));
    expect(valueOf(found, 'vili_actor_mailbox_messages', { actor: 'version' })).to.equal(7);
  });
});

const TREE_NODE = {
  path: '/vili',
  status: 'running',
  mailbox: 0,
  restarts: 0,
  incarnation: 1,
  inHand: null,
  hung: false,
  children: [],
} as const;
