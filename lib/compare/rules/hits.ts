import type { IgnoredField } from '../noise/ignored.ts';

const MAX_PATHS = 64;
const MAX_TOLD = 200;

/** Counts what rules hid, by endpoint and path, so that it can be shown. */
export interface RuleHits {
  /** A pair was compared in which rules hid differences at these paths. */
  count(endpoint: string, skipped: readonly string[]): void;
  /** What was hidden more often than told, at least twice as often; changes since the last call. */
  takeChanges(): readonly IgnoredField[];
}

interface Hits {
  pairs: number;
  readonly paths: Map<string, { times: number; told: number }>;
}

/** For at most `maxEndpoints` endpoints. */
export function createRuleHits(maxEndpoints: number): RuleHits {
  const endpoints = new Map<string, Hits>();
  const changed = new Map<string, readonly [endpoint: string, path: string]>();

  const hitsOf = (endpoint: string): Hits | null => {
    const found = endpoints.get(endpoint);
    if (found !== undefined) return found;
    if (endpoints.size >= maxEndpoints) return null;
    const made: Hits = { pairs: 0, paths: new Map() };
    endpoints.set(endpoint, made);
    return made;
  };

  return {
    count(endpoint, skipped) {
      const hits = skipped.length === 0 ? endpoints.get(endpoint) : hitsOf(endpoint);
      if (hits === undefined || hits === null) return;
      hits.pairs++;
      for (const path of skipped) {
        const known = hits.paths.get(path);
        if (known === undefined && hits.paths.size >= MAX_PATHS) continue;
        const hit = known ?? { times: 0, told: 0 };
        hit.times++;
        hits.paths.set(path, hit);
        if (hit.times >= 2 * hit.told) changed.set(`${endpoint}\n${path}`, [endpoint, path]);
      }
    },
    takeChanges() {
      return [...changed].slice(0, MAX_TOLD).flatMap(([key, [endpoint, path]]) => {
        changed.delete(key);
        const hits = endpoints.get(endpoint);
        const hit = hits?.paths.get(path);
        if (hits === undefined || hit === undefined) return [];
        hit.told = hit.times;
        const kind = path.startsWith('$') ? 'value' : 'header';
        const told = { endpoint, kind, path, reason: 'rule', ignored: true } as const;
        return [{ ...told, times: hit.times, of: hits.pairs }];
      });
    },
  };
}
