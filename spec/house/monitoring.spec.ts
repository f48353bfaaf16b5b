import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { METRICS } from '../../lib/metrics/list.ts';
import type { Metric } from '../../lib/metrics/metric.ts';
import { hasPromtool, promtoolProblems } from '../support/promtool.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const PACKAGING = join(import.meta.dirname, '..', '..', '..', 'packaging');
const RULES = join(PACKAGING, 'prometheus', 'vili.rules.yml');
const DASHBOARD = join(PACKAGING, 'grafana', 'vili.json');
/** Labels that Prometheus adds. */
const ADDED = ['instance', 'job'];

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly expr: string }[];
}

const rules = (parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] }).groups //
  .flatMap((group) => group.rules);
const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as {
  panels: readonly Panel[];
  annotations: { list: readonly { expr: string }[] };
};
const queries = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
];

describe('What monitors Vili', () => {
  it('names only metrics that there are, and labels that they have', () => {
    const expressions = [...rules.map(({ expr }) => expr), ...queries];
    expect(expressions.length).to.be.above(40);
    for (const expr of expressions) {
      const found = [...expr.matchAll(/\b(vili_\w+)(?:\{([^}]*)\})?/g)];
      for (const [, name = '', matchers = ''] of found) {
        const metric = metricNamed(name);
        expect(metric, `${name} in ${expr}`).to.not.equal(undefined);
        const labels = [...matchers.matchAll(/(\w+)\s*=/g)].map(([, label]) => label);
        const known = [...Object.keys(metric?.labels ?? {}), ...ADDED];
        expect(known, expr).to.include.members(labels);
      }
    }
  });

  it('has rules that Prometheus takes', function () {
    if (!hasPromtool()) return this.skip();
    expect(promtoolProblems(['check', 'rules', RULES])).to.equal('');
  });

  it('has rules that say how bad it is, what is wrong and what to do', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).to.equal(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect(labels.severity, alert).to.be.oneOf(['critical', 'warning', 'info']);
      expect(annotations.summary, alert).to.match(/^\{\{ \$labels.instance \}\}: \S/);
      expect(annotations.description, alert).to.match(/[.?]$/);
    }
  });

  it('alerts when users get no response, when the disk is full, when a version goes back, and not otherwise', async function () {
    this.timeout(30_000);
    if (!hasPromtool()) return this.skip();
    await withTempFolder(async (folder) => {
      const file = join(folder, 'alerts.yml');
      await writeFile(file, stringify(ALERT_TEST));
      expect(promtoolProblems(['test', 'rules', file])).to.equal('');
    });
  });

  it('has a dashboard whose panels have ids of their own and lie beside each other', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
    const taken = new Map<string, number>();
    for (const { id, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, String(id)).to.be.at.most(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x} ${y}`), `${id} at ${x} ${y}`).to.equal(undefined);
          taken.set(`${x} ${y}`, id);
        }
      }
    }
  });
});

/** For `promtool test rules`: a sick Vili and a healthy one, a sample a minute. */
const ALERT_TEST = {
  rule_files: [RULES],
  evaluation_interval: '1m',
  tests: [
    {
      interval: '1m',
      input_series: [
        sample('vili_user_failures_total', 'outcome="503"', 'sick', '0+60x30'),
        sample('vili_user_failures_total', 'outcome="503"', 'well', '7+0x30'),
        sample('vili_disk_free_ratio', '', 'sick', '0.01+0x30'),
        sample('vili_disk_needed_ratio', '', 'sick', '0.05+0x30'),
        sample('vili_disk_free_ratio', '', 'well', '0.06+0x30'),
        sample('vili_disk_needed_ratio', '', 'well', '0.05+0x30'),
        sample('vili_history_events_total', 'event="rolled-back"', 'sick', '0+0x15 1+0x15'),
        sample('vili_history_events_total', 'event="rolled-back"', 'well', '3+0x30'),
        sample('vili_phase', 'phase="testing"', 'sick', '1+0x90'),
        sample('vili_requests_received_total', '', 'sick', '0+600x90'),
        sample('vili_copies_total', 'fate="mirrored"', 'sick', '5+0x90'),
        sample('vili_phase', 'phase="testing"', 'well', '1+0x90'),
        sample('vili_requests_received_total', '', 'well', '0+600x90'),
        sample('vili_copies_total', 'fate="mirrored"', 'well', '0+600x90'),
      ],
      alert_rule_test: [
        firing('ViliUsersGetErrorsOfTheProxy', '20m', '1 requests/s get no response of running'),
        firing('ViliDiskLow', '20m', '1% of the disk is free, and no test begins'),
        firing('ViliRolledBack', '20m', 'users went back to the version before', {
          event: 'rolled-back',
        }),
        firing('ViliTestWithoutEvidence', '80m', 'a version is tested, but nothing is compared', {
          phase: 'testing',
        }),
        { eval_time: '2m', alertname: 'ViliDiskLow', exp_alerts: [] },
      ],
    },
  ],
};

function sample(name: string, labels: string, instance: string, values: string) {
  const own = labels === '' ? '' : `, ${labels}`;
  return { series: `${name}{job="vili", instance="${instance}"${own}}`, values };
}

/** Of the sick one only. */
function firing(
  alertname: string,
  at: string,
  says: string,
  more: Readonly<Record<string, string>> = {},
) {
  const rule = rules.find(({ alert }) => alert === alertname);
  const severity = rule?.labels.severity;
  return {
    eval_time: at,
    alertname,
    exp_alerts: [
      {
        exp_labels: { severity, job: 'vili', instance: 'sick', ...more },
        exp_annotations: {
          summary: `sick: ${says}`,
          description: rule?.annotations.description,
        },
      },
    ],
  };
}

function metricNamed(name: string): Metric | undefined {
  const histogram = name.replace(/_(?:bucket|sum|count)$/, '');
  return METRICS.find(
    (metric) => metric.name === name || (metric.type === 'histogram' && metric.name === histogram),
  );
}
