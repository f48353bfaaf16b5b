import type { LoadResult } from './load-protocol.ts';

/** What users experienced in some phases together. */
export interface Measured {
  readonly requests: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Latency counts from when a request was due; failed requests have none and are counted apart. */
export function measure(result: LoadResult, wanted: (phase: string) => boolean): Measured {
  const times: number[] = [];
  let requests = 0;
  for (const [at, doneMs] of result.doneMs.entries()) {
    if (!wanted(result.phases[result.phase[at] ?? 0] ?? '')) continue;
    requests += 1;
    if (!Number.isNaN(doneMs)) times.push(doneMs - (result.dueMs[at] ?? 0));
  }
  times.sort((left, right) => left - right);
  const quantile = (part: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
  return {
    requests,
    failed: requests - times.length,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    maxMs: quantile(1),
  };
}
