import type { UserHistory } from './history.ts';
import type { Meanwhile } from './meanwhile.ts';
import { KINDS } from '../kinds.ts';
import { ENOUGH_UNITS, HIGHEST_NULL_RATE, RATIO, SHARED_TROUBLE_RATE } from '../parameters.ts';

/** As in a paired test: half a failure and five responses that were never seen. */
const UNSEEN_HITS = 0.5;
const UNSEEN_UNITS = 5;

/**
 * The rate at which a version that is no worse than control may fail: so many times as often as control has, in its
 * history and meanwhile, and by the margin more. Null where control is in trouble itself right now: then the
 * version on trial says nothing.
 */
export function nullRateOf(
  history: UserHistory,
  meanwhile: Meanwhile,
  {
    endpoint,
    kind,
    margin,
    sinceMs,
  }: {
    readonly endpoint: string | null;
    readonly kind: number;
    readonly margin: number;
    /** Control's blocks that ended after this are the same moment as the block that is judged. */
    readonly sinceMs: number;
  },
): number | null {
  const rate = endpoint === null ? history.rates.all : history.rates.find(endpoint);
  const before = [rate?.units ?? 0, rate?.unitHits[kind] ?? 0] as const;
  const lately = meanwhile.recent(endpoint, kind);
  const usual =
    before[0] >= ENOUGH_UNITS
      ? Math.max(bound(...before, UNSEEN_HITS), bound(...lately, 0))
      : bound(before[0] + lately[0], before[1] + lately[1], UNSEEN_HITS);
  const [units, hits] = meanwhile.now(endpoint, kind, sinceMs);
  const now = bound(units, hits, 0);
  if (now >= SHARED_TROUBLE_RATE) return null;
  const least = KINDS[kind]?.leastNullRate ?? margin;
  return Math.min(HIGHEST_NULL_RATE, least + Math.max(usual, now));
}

// Private

function bound(units: number, hits: number, unseen: number): number {
  return (RATIO * (hits + unseen)) / (units + UNSEEN_UNITS);
}
