import { messageOf } from '../../errors.ts';
import { backoffMs } from '../../runtime/backoff.ts';
import { EngineError } from './errors.ts';
import type { Change, Coordinator, Entry } from './coordinator.ts';

const RETRY = { minMs: 500, maxMs: 5000, jitter: 0.2 };
/** Keys that are followed at most; beyond it the prefix is not a fleet's, or somebody floods it. */
export const FOLLOWED_MAX = 20_000;

export interface FollowListener {
  /** Something below the prefix is another one; `isWhole` at the first, and whenever all was read anew. */
  changed(entries: ReadonlyMap<string, Entry>, isWhole: boolean): void;
  /** The engine was not reached; what was followed may be out of date until the next `changed`. */
  problem(text: string): void;
}

/**
 * Follows all keys below a prefix: reads them, watches from that revision on, and reads them anew whenever changes may
 * be missing. Returns what ends it.
 */
export function follow(
  coordinator: Coordinator,
  prefix: string,
  listener: FollowListener,
  random: () => number,
): () => void {
  let isOver = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let endWatch: () => void = () => undefined;
  let entries = new Map<string, Entry>();

  const again = (problem: string): void => {
    if (isOver) return;
    endWatch();
    listener.problem(problem);
    timer = setTimeout(() => void begin(), backoffMs(RETRY, failures++, random()));
  };

  const begin = async (): Promise<void> => {
    try {
      const snapshot = await coordinator.get(prefix);
      if (isOver) return;
      checkCount(prefix, snapshot.entries.length);
      failures = 0;
      entries = new Map(snapshot.entries.map((entry) => [entry.key, entry]));
      endWatch = coordinator.watch(prefix, snapshot.revision, { changed, lost: again });
      listener.changed(entries, true);
    } catch (error) {
      again(messageOf(error));
    }
  };

  const changed = (changes: readonly Change[]): void => {
    if (isOver) return;
    for (const change of changes) apply(entries, change);
    if (entries.size > FOLLOWED_MAX) again(tooMany(prefix, entries.size));
    else listener.changed(entries, false);
  };

  void begin();
  return () => {
    isOver = true;
    clearTimeout(timer);
    endWatch();
  };
}

// Private

function checkCount(prefix: string, count: number): void {
  if (count > FOLLOWED_MAX) throw new EngineError(tooMany(prefix, count));
}

function tooMany(prefix: string, count: number): string {
  return `${prefix} has ${count} keys, more than ${FOLLOWED_MAX}`;
}

function apply(entries: Map<string, Entry>, { key, entry }: Change): void {
  if (entry === null) entries.delete(key);
  else entries.set(key, entry);
}
