import { METRIC_FAMILIES } from './list.ts';
import type { Metric } from './metric.ts';
import { DURATION_LIMITS } from './record/durations.ts';
import { COLUMNS } from './series/columns.ts';

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

\`packaging/prometheus/vili.rules.yml\` has alerts on what needs somebody: users without a response, running that is down or restarts,
a version that went back, a test that compares nothing, a full disk. \`packaging/grafana/vili.json\` is a dashboard for Grafana 9 and
later; import it and choose the Prometheus. Both expect the job \`vili\`.

## What there is

The numbers that \`vili status\` shows are the same here. Units are seconds and bytes. The number of series is bounded
whatever users ask for: only the worst endpoints have series of their own, and no label has the name of an instance. A
metric of which nothing is known now is left out. Counters begin at 0 with Vili.

${families.join('\n')}
The buckets of the histogram end at ${DURATION_LIMITS.join(', ')} s.

## Series

For charts without a database, \`GET /v1/series?window=15m\` has the last 15 minutes second by second, and \`24h\` the last day
minute by minute; \`since=TIME\` leaves out what is older. Vili keeps them in \`.vili/series.bin\`, written every minute, so that they
go on after a restart; a file that is broken is said so in the log, and they begin anew.

\`\`\`json
{ "schema": "vili.series/1", "window": "15m", "stepSeconds": 1, "from": 1767225600,
  "columns": { "requests_2xx": [12, 13.5, null], "running_p99_seconds": [0.018, 0.02, null] } }
\`\`\`

Each column has one number for each step, the oldest first; the first one is of the time from \`from\`, seconds since the epoch, to
the next. \`null\` means that nothing is known of that time: there was no response to time, no such version, or no Vili.

| column | what |
|---|---|
${Object.entries(COLUMNS)
  .map(([name, { doc }]) => `| \`${name}\` | ${doc} |`)
  .join('\n')}
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
