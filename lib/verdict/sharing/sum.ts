import { cooldownScale, type VerdictSettings } from '../settings.ts';
import { BURST_COOLDOWN_MS, PAIRED_COOLDOWN_MS } from '../signals/errors/counting.ts';
import { MAX_COUNTED } from '../signals/logs/startup-errors.ts';
import { SLOW_COOLDOWN_MS } from '../signals/speed/slow.ts';
import { type Apart, countedApart } from './apart.ts';
import {
  type HostCounts,
  type Marked,
  type Means,
  type TotalCount,
  totalFields,
} from './counts.ts';
import { type EndpointSum, endpointsOf } from './endpoints.ts';
import { burstOf } from './hits.ts';
import { type Block, joined } from './timeline.ts';

/** The evidence of all hosts added up, before anything follows from it. */
export interface Sum {
  readonly elapsedMs: number;
  readonly lastPairAtMs: number;
  readonly totals: Record<TotalCount, number>;
  readonly means: Means;
  /** The first discovered first. */
  readonly endpoints: readonly EndpointSum[];
  readonly step: number;
  readonly burst: readonly Block[];
  readonly latency: readonly Block[];
}

/** Adds up the evidence of hosts; those without a pair change nothing. */
export function sumOf(all: readonly HostCounts[], settings: VerdictSettings, nowMs: number): Sum {
  const hosts = all.filter(({ counts }) => counts.totals.pairs > 0);
  const scale = cooldownScale(settings);
  const totals = ofAll(hosts);
  const apart = (
    name: Marked,
    [worse, better]: readonly [TotalCount, TotalCount],
    cooldownMs: number,
  ): Apart & { readonly share: number } => {
    const found = countedApart(
      hosts.map(({ counts, originMs }) => {
        const { [worse]: ours, [better]: theirs } = counts.totals;
        return { worse: ours, better: theirs, marks: counts.marks[name], originMs };
      }),
      { cooldownMs, pairsPerMs: pairsPerMs(hosts) },
    );
    return { ...found, share: ratio(found.worse, totals[worse]) };
  };
  const paired = apart('pairedMarks', ['pairedWorse', 'pairedBetter'], PAIRED_COOLDOWN_MS * scale);
  const slow = apart('slowMarks', ['slowWorse', 'slowBetter'], SLOW_COOLDOWN_MS * scale);
  const logs = apart('windowMarks', ['windowsNoisier', 'windowsQuieter'], settings.logWindowMs);
  const step = Math.max(0, ...hosts.map(({ counts }) => counts.step));
  const { burst, share } = burstOf(hosts, step, BURST_COOLDOWN_MS * scale);
  const endpoints = endpointsOf(hosts);
  for (const { counts } of endpoints) {
    counts.pairedWorse *= paired.share;
    counts.slowWorse *= slow.share;
    counts.burstHits *= share;
    counts.burstSurprise *= share;
  }
  const elapsedMs = elapsedOf(hosts);
  const lastMs = Math.max(...hosts.map(({ counts, originMs }) => originMs + counts.lastPairAtMs));
  return {
    elapsedMs,
    lastPairAtMs: Math.min(elapsedMs, Math.max(0, elapsedMs - (nowMs - lastMs))) || 0,
    totals: {
      ...totals,
      pairedWorse: paired.worse,
      pairedBetter: paired.better,
      slowWorse: slow.worse,
      slowBetter: slow.better,
      ...windowsOf(hosts, totals, logs, settings.logWindowMs),
      seenOnce: seenOnce(hosts, endpoints),
    },
    means: meansOf(hosts),
    endpoints,
    step,
    burst,
    latency: joined(
      hosts.flatMap(({ counts }) => counts.latency),
      step,
    ),
  };
}

// Private

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 1;
}

function pairsPerMs(hosts: readonly HostCounts[]): number {
  return hosts.reduce(
    (sum, { counts }) => sum + counts.totals.pairs / Math.max(1, counts.elapsedMs),
    0,
  );
}

/**
 * A window of all hosts together is noisier where it was on one of them: with little traffic each has lines in few of its
 * windows. There are as many as one host would have had.
 */
function windowsOf(
  hosts: readonly HostCounts[],
  totals: Readonly<Record<TotalCount, number>>,
  { worse, better }: Apart,
  windowMs: number,
): Partial<Record<TotalCount, number>> {
  if (hosts.length < 2) return {};
  const longest = Math.max(...hosts.map(({ counts }) => counts.elapsedMs));
  const windows = Math.min(totals.windows, Math.floor(longest / windowMs));
  return {
    windows,
    windowsNoisier: worse,
    windowsQuieter: better,
    windowsSame: Math.max(0, windows - worse - better),
  };
}

/**
 * Endpoints that only one pair of all hosts went to. Where not all could be told, they are at most as large a share as
 * on any single host: all together have seen no less than one of them.
 */
function seenOnce(hosts: readonly HostCounts[], endpoints: readonly EndpointSum[]): number {
  const cut = total(hosts.map(({ cutOnce = 0 }) => cutOnce));
  const once = endpoints.filter(({ counts }) => counts.pairs === 1).length + cut;
  if (cut === 0) return once;
  const all = total(hosts.map(({ counts }) => counts.totals.pairs));
  const shares = hosts.map(({ counts: { totals } }) => totals.seenOnce / totals.pairs);
  return Math.min(once, all * Math.min(...shares));
}

/** The time for which hosts with at least half of the pairs have been observed. */
function elapsedOf(hosts: readonly HostCounts[]): number {
  const all = hosts.reduce((sum, { counts }) => sum + counts.totals.pairs, 0);
  const oldest = hosts
    .map(({ counts }) => counts)
    .sort((left, right) => right.elapsedMs - left.elapsedMs);
  let pairs = 0;
  for (const { elapsedMs, totals } of oldest) {
    pairs += totals.pairs;
    if (2 * pairs >= all) return elapsedMs;
  }
  return 0;
}

function meansOf(hosts: readonly HostCounts[]): Means {
  const paced = hosts.reduce((sum, { counts }) => sum + counts.means.paced, 0);
  const mean = (name: 'recentPace' | 'usualPace'): number =>
    hosts.reduce((sum, { counts: { means } }) => sum + means.paced * means[name], 0) /
    Math.max(1, paced);
  return { paced, recentPace: mean('recentPace'), usualPace: mean('usualPace') };
}

/** What each host sees of its own process alone: how its testing started, and whether it is warm yet. */
function ofAll(hosts: readonly HostCounts[]): Record<TotalCount, number> {
  const all = hosts.map(({ counts }) => counts.totals);
  const sums = totalFields.blank();
  for (const one of all) totalFields.add(sums, one);
  const startups = all.map(({ startupErrors }) => startupErrors);
  const windows = startups.map((errors) => Math.min(MAX_COUNTED, errors));
  const most = Math.max(0, ...startups);
  sums.startupErrors = most;
  sums.windowsNoisier -= total(windows) - Math.min(MAX_COUNTED, most);
  // Where a host has too few requests to get warm, what is as fast as running even cold is proof enough.
  if (hosts.length > 1 && sums.timed < sums.coldTimed) {
    sums.timed += sums.coldTimed;
    sums.slower += sums.coldSlower;
  }
  if (hosts.length > 1 && sums.slowTimed < sums.coldSlowTimed) {
    sums.slowTimed += sums.coldSlowTimed;
    sums.slowTesting += sums.coldSlowTesting;
    sums.slowRunning += sums.coldSlowRunning;
  }
  return sums;
}

function total(list: readonly number[]): number {
  return list.reduce((sum, one) => sum + one, 0);
}
