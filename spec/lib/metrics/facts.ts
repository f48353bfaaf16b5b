import type { MetricFacts } from '../../../lib/metrics/facts.ts';
import { Recorder } from '../../../lib/metrics/record/recorder.ts';
import { NO_COUNTS } from '../../../lib/cluster/sums.ts';
import type { EndpointReport } from '../../../lib/verdict/report.ts';
import { STATUS, TREE } from '../operator/views.ts';

export const USAGE = {
  memoryBytes: 50_000_000,
  measure: 'pss',
  cpuMs: 1500,
  threads: 11,
  files: 30,
} as const;

export function endpointReport(
  endpoint: string,
  more: Partial<EndpointReport> = {},
): EndpointReport {
  const counts = { pairs: 90, worse: 3, better: 0, timed: 80, slower: 7, controls: 9 };
  const nothing = {
    testingDiffers: 0,
    runningDiffers: 0,
    failures: [],
    differences: [],
    alsoSeen: [],
  };
  return { endpoint, ...counts, ...nothing, held: true, ...more };
}

/** A recorder that has seen a little of everything. */
export function recorder(): Recorder {
  const record = new Recorder();
  const running = (status: number, ms: number) => ({ status, ms, failure: null });
  const pair = { running: running(200, 4), testing: running(500, 40) };
  record.compared([pair], false);
  record.compared([pair], true);
  record.sampled({
    atMs: 1000,
    running: { instance: 'a/1', usage: USAGE },
    testing: null,
    previous: null,
  });
  record.happened('promoted');
  record.looped({ mean: 0.001, p99: 0.01, max: 0.02 });
  return record;
}

/** Of the same moment as the `STATUS` of the operator's specs. */
export function metricFacts(more: Partial<MetricFacts> = {}): MetricFacts {
  return {
    status: STATUS,
    proxy: NO_COUNTS,
    evaluation: {
      oddsWorse: 12,
      oddsNeeded: 100,
      bySignal: { errors: 0.5, 'body-difference': 11.5 },
      endpoints: [endpointReport('GET /items/{id}')],
    },
    tree: TREE,
    recorded: recorder().view(2000),
    host: {
      nodeVersion: '20.20.2',
      heapBytes: 30_000_000,
      loopBusySeconds: 4,
      parts: [{ part: 'vili', processes: 1, memoryBytes: 90_000_000, cpuSeconds: 7 }],
    },
    fleet: null,
    spans: { exported: 70, dropped: { 'queue-full': 3, 'not-taken': 512, lost: 0 } },
    ...more,
  };
}
