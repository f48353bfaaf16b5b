import { METRIC_FAMILIES } from './list.ts';
import type { Metric } from './metric.ts';
import { DURATION_LIMITS } from './record/durations.ts';

/** The page `docs/metrics.md`. */
export function renderMetricsPage(): string {
  const families = Object.entries(METRIC_FAMILIES).map(
    ([heading, metrics]) => `### ${heading}\n\n${tableOf(metrics)}\n`,
  );
  return `# Metrics

Written by \`npm run docs\` from the declarations in \`lib/metrics\`; do not edit.

\`GET /metrics\` of the [control API](api.md) is for Prometheus, in its text format: on the socket of the base, and where
\`admin.listen\` is set over TCP, on a loopback address without the token too. Nothing that users sent is in it but the names
of endpoints (\`GET /items/{id}\`).

\`\`\`
curl -s --unix-socket .vili/vili.sock http://vili/metrics
\`\`\`

For Prometheus on the same host, with \`admin.listen=127.0.0.1:9600\`:

\`\`\`yaml
scrape_configs:
  - job_name: vili
    static_configs:
      - targets: ['127.0.0.1:9600']
\`\`\`

From another host, with \`admin.token\`, \`admin.cert\` and \`admin.key\`:

\`\`\`yaml
scrape_configs:
  - job_name: vili
    scheme: https
    authorization:
      credentials_file: /etc/prometheus/vili-token
    static_configs:
      - targets: ['shop.example:9600']
\`\`\`

## What there is

The numbers that \`vili status\` shows are the same here. Units are seconds and bytes. The number of series is bounded
whatever users ask for: only the worst endpoints have series of their own, and no label has the name of an instance. A
metric of which nothing is known now is left out. Counters begin at 0 with Vili.

${families.join('\n')}
The buckets of the histogram end at ${DURATION_LIMITS.join(', ')} s.
`;
}

// Private

function tableOf(metrics: readonly Metric[]): string {
  return `| metric | type | labels | what |
|---|---|---|---|
${metrics.map(rowOf).join('\n')}`;
}

function rowOf({ name, type, help, labels = {} }: Metric): string {
  const shown = Object.entries(labels).map(([label, doc]) => `\`${label}\`: ${doc}`);
  return `| \`${name}\` | ${type} | ${shown.join('<br>')} | ${help} |`;
}
