import { entryOf } from '../limited.ts';
import type { IgnoredField } from '../noise/ignored.ts';

const MAX_PATHS = 64;
/** Changes reported at once; the rest is reported next time. */
const MAX_REPORTED = 200;

/** Counts the differences hidden by rules, by endpoint and path, so that they can be shown. */
export interface RuleHits {
  /** Counts a compared pair in which rules hid differences at these paths. */
  count(endpoint: string, skipped: readonly string[]): void;
  /** The paths hidden at least twice as often as last reported. */
  takeChanges(): readonly IgnoredField[];
}

interface Hits {
  pairs: number;
  readonly paths: Map<string, { times: number; reported: number }>;
}

/** For at most `maxEndpoints` endpoints. */
export function createRuleHits(maxEndpoints: number): RuleHits {
  const endpoints = new Map<string, Hits>();
  const changed = new Map<string, readonly [endpoint: string, path: string]>();

  return {
    count(endpoint, skipped) {
      const limit = skipped.length === 0 ? 0 : maxEndpoints;
      const hits = entryOf(endpoints, endpoint, limit, newHits);
      if (hits === null) return;
      hits.pairs++;
      for (const path of skipped) {
        const hit = entryOf(hits.paths, path, MAX_PATHS, () => ({ times: 0, reported: 0 }));
        if (hit === null) continue;
        hit.times++;
        if (hit.times >= 2 * hit.reported) changed.set(`${endpoint}\n${path}`, [endpoint, path]);
      }
    },
    takeChanges() {
      return [...changed].slice(0, MAX_REPORTED).flatMap(([key, [endpoint, path]]) => {
        changed.delete(key);
        const hits = endpoints.get(endpoint);
        const hit = hits?.paths.get(path);
        if (hits === undefined || hit === undefined) return [];
        hit.reported = hit.times;
        const kind = path.startsWith('$') || path.includes(': ') ? 'value' : 'header';
        const { times } = hit;
        return [{ endpoint, kind, path, reason: 'rule', ignored: true, times, of: hits.pairs }];
      });
    },
  };
}

// Private

function newHits(): Hits {
  return { pairs: 0, paths: new Map() };
}
