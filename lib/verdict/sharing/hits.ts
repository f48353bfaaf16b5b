import { countedApart } from './apart.ts';
import type { HostCounts } from './counts.ts';
import { type Block, blockStart, blockWidth, joined, STEP_MS } from './timeline.ts';

/**
 * Hits of several hosts cool down as those of one do. Their times are known of the latest; of the others no more count
 * than fit into a block.
 */
export function burstOf(
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

// Private

function tally(places: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  return counts;
}

function hitsIn(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { hits }) => sum + hits, 0);
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 1;
}
