import { Counter, type ProxyCounts } from '../proxy/counts.ts';
import { addFailures } from '../proxy/failures.ts';
import type { ProxySettings } from '../proxy/settings.ts';

/** Counts of a proxy that has done nothing. */
export const NO_COUNTS: ProxyCounts = new Counter().snapshot(0, 0);

/** The counts of two proxies together. */
export function addCounts(a: ProxyCounts, b: ProxyCounts): ProxyCounts {
  return {
    received: a.received + b.received,
    submitted: a.submitted + b.submitted,
    shed: a.shed + b.shed,
    skipped: addRecords(a.skipped, b.skipped),
    responses: addRecords(a.responses, b.responses),
    errors: addRecords(a.errors, b.errors),
    failed: addRecords(a.failed, b.failed),
    failures: addFailures(a.failures, b.failures),
    retried: a.retried + b.retried,
    connectionsRejected: a.connectionsRejected + b.connectionsRejected,
    preview: {
      served: a.preview.served + b.preview.served,
      refused: a.preview.refused + b.preview.refused,
      failed: a.preview.failed + b.preview.failed,
    },
    heldNow: a.heldNow + b.heldNow,
    inFlightNow: a.inFlightNow + b.inFlightNow,
    heard: a.heard + b.heard,
    waitingNow: a.waitingNow + b.waitingNow,
  };
}

/**
 * The final counts of a process that has ended: `last` is what it reported, `copies` how many it
 * submitted or dropped, some of them after its last report. What it had in hand was broken off.
 */
export function finalCounts(last: ProxyCounts, copies: number): ProxyCounts {
  const settled = copies + totalOf(last.skipped);
  const received = Math.max(last.received, settled);
  const aborted = last.skipped.aborted + received - settled;
  return {
    ...last,
    received,
    submitted: copies - last.shed,
    skipped: { ...last.skipped, aborted },
    heldNow: 0,
    inFlightNow: 0,
    heard: 0,
    waitingNow: 0,
  };
}

/** The sum of all counts of a table. */
export function totalOf(counts: Readonly<Record<string, number>>): number {
  let total = 0;
  for (const count of Object.values(counts)) total += count;
  return total;
}

/**
 * The settings of one of `count` processes: limits for all users together are divided, so that the
 * processes together keep within them. Users' connections are limited where they are accepted.
 */
export function shareOf(settings: ProxySettings, index: number, count: number): ProxySettings {
  const part = (total: number): number =>
    Math.floor(total / count) + (index < total % count ? 1 : 0);
  const { hold, upstream, preview } = settings;
  return {
    ...settings,
    // A share of nothing would let nobody in.
    ...(preview && {
      preview: { ...preview, maxRequests: Math.max(1, part(preview.maxRequests)) },
    }),
    hold: { ...hold, maxRequests: part(hold.maxRequests), maxBytes: part(hold.maxBytes) },
    upstream: { ...upstream, maxConnections: part(upstream.maxConnections) },
  };
}

// Private

function addRecords<K extends string>(
  a: Readonly<Record<K, number>>,
  b: Readonly<Record<K, number>>,
): Record<K, number> {
  const sum: Record<K, number> = { ...a };
  for (const key of Object.keys(b) as K[]) sum[key] = (sum[key] ?? 0) + b[key];
  return sum;
}
