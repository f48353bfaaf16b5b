import { cooldownScale, type VerdictSettings } from '../settings.ts';
import { endpointBudget } from '../evidence/endpoint.ts';
import { BURST_COOLDOWN_MS, PAIRED_COOLDOWN_MS } from '../signals/errors/counting.ts';
import { SLOW_COOLDOWN_MS } from '../signals/speed/slow.ts';
import { type Apart, countedApart } from './apart.ts';
import {
  type Counts,
  ENDPOINT_COUNTS,
  type EndpointCount,
  type Marked,
  type Means,
  TOTAL_COUNTS,
  type TotalCount,
} from './counts.ts';
import { type Block, blockStart, blockWidth, joined, STEP_MS } from './timeline.ts';

/** What one host counted; `originMs` is the start of its test on the clock of all. */
export interface HostCounts {
  readonly counts: Counts;
  readonly originMs: number;
}

/** The evidence of all hosts added up, before anything follows from it. */
export interface Sum {
  readonly elapsedMs: number;
  readonly lastPairAtMs: number;
  readonly totals: Record<TotalCount, number> & { noisierApart: number; quieterApart: number };
  readonly means: Means;
  /** The first discovered first. */
  readonly endpoints: readonly { name: string; counts: Record<EndpointCount, number> }[];
  readonly step: number;
  readonly burst: readonly Block[];
  readonly latency: readonly Block[];
}

/** Adds up the evidence of hosts; those without a pair change nothing. */
export function sumOf(all: readonly HostCounts[], settings: VerdictSettings, nowMs: number): Sum {
  const hosts = all.filter(({ counts }) => counts.totals.pairs > 0);
  const scale = cooldownScale(settings);
  const totals = added(
    TOTAL_COUNTS,
    hosts.map(({ counts }) => counts.totals),
  );
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
      noisierApart: logs.worse,
      quieterApart: logs.better,
    },
    means: meansOf(hosts),
    endpoints: endpointsOf(hosts).map(({ name, counts }) => ({
      name,
      counts: {
        ...counts,
        pairedWorse: counts.pairedWorse * paired.share,
        slowWorse: counts.slowWorse * slow.share,
        burstHits: counts.burstHits * share,
        burstSurprise: counts.burstSurprise * share,
      },
    })),
    step,
    burst,
    latency: joined(
      hosts.flatMap(({ counts }) => counts.latency),
      step,
    ),
  };
}

// Private

function added<K extends string>(
  names: readonly K[],
  records: readonly Readonly<Record<K, number>>[],
): Record<K, number> {
  const sums = Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
  for (const record of records) for (const name of names) sums[name] += record[name];
  return sums;
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 1;
}

function hitsIn(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { hits }) => sum + hits, 0);
}

/**
 * Hits of several hosts cool down as those of one do. Their times are known of the latest; of the others no more count
 * than fit into a block.
 */
function burstOf(
  hosts: readonly HostCounts[],
  step: number,
  cooldownMs: number,
): { readonly burst: readonly Block[]; readonly share: number } {
  const all = joined(
    hosts.flatMap(({ counts }) => counts.burst),
    step,
  );
  if (hosts.length < 2) return { burst: all, share: 1 };
  const markings = hosts.map(({ counts, originMs }) => {
    return { worse: 0, better: 0, marks: counts.marks.burstMarks, originMs };
  });
  const placeOf = (atMs: number): number => blockStart(Math.floor(atMs / STEP_MS), step);
  const timed = tally(
    hosts.flatMap(({ counts }) => counts.marks.burstMarks.map(({ atMs }) => placeOf(atMs))),
  );
  const { kept } = countedApart(markings, { cooldownMs, pairsPerMs: null });
  const keptAt = tally(
    kept.map(({ host, atMs }) => placeOf(atMs - (hosts[host] as HostCounts).originMs)),
  );
  const burst = all.map((block) => {
    const known = timed.get(block.start) ?? 0;
    const most = (blockWidth(block.start, step) * STEP_MS) / cooldownMs;
    const share = Math.min(
      ratio(most, block.hits),
      known > 0 ? (keptAt.get(block.start) ?? 0) / known : 1,
      1,
    );
    return { ...block, hits: block.hits * share, surprise: block.surprise * share };
  });
  return { burst, share: ratio(hitsIn(burst), hitsIn(all)) };
}

function tally(places: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  return counts;
}

function pairsPerMs(hosts: readonly HostCounts[]): number {
  return hosts.reduce(
    (sum, { counts }) => sum + counts.totals.pairs / Math.max(1, counts.elapsedMs),
    0,
  );
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

/**
 * The endpoints of all hosts. Their order, by which they share the budget, is that of discovery: it follows from the
 * traffic, and not from how testing did.
 */
function endpointsOf(hosts: readonly HostCounts[]): Sum['endpoints'] {
  const found = new Map<
    string,
    { name: string; budget: number; counts: Record<EndpointCount, number> }
  >();
  for (const { counts: host } of hosts) {
    for (const { name, rank, counts } of host.endpoints) {
      const one = found.get(name) ?? { name, budget: 0, counts: added(ENDPOINT_COUNTS, []) };
      one.budget += endpointBudget(rank);
      for (const count of ENDPOINT_COUNTS) one.counts[count] += counts[count];
      found.set(name, one);
    }
  }
  return [...found.values()].sort(
    (left, right) => right.budget - left.budget || (left.name < right.name ? -1 : 1),
  );
}
