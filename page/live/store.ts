import type { HistoryEntry } from '../../lib/model/history.ts';
import type { StatusView } from '../../lib/operator/views/status-view.ts';
import { useEffect, useState } from '../vendor/preact.js';

/** What may be seen: everything, what is open to anybody on the host, or nothing. */
export type Access = 'unknown' | 'full' | 'open' | 'none';

/** What the whole page shares. */
export interface Live {
  readonly status: StatusView | null;
  /** Oldest first. */
  readonly history: readonly HistoryEntry[];
  readonly access: Access;
  /** Why nothing may be seen. */
  readonly refusal: string;
  /** Whether the token of `admin.token` would help. */
  readonly takesToken: boolean;
  /** Set while nobody responds: since when, ms, and what happens instead. */
  readonly gone: { readonly sinceMs: number; readonly text: string } | null;
  /** Counts what happened to versions: views that show it look again. */
  readonly happened: number;
}

let live: Live = {
  status: null,
  history: [],
  access: 'unknown',
  refusal: '',
  takesToken: true,
  gone: null,
  happened: 0,
};
const listeners = new Set<(live: Live) => void>();

export function liveNow(): Live {
  return live;
}

export function update(part: Partial<Live>): void {
  live = { ...live, ...part };
  for (const listener of listeners) listener(live);
}

/** Draws the component again whenever what it chooses of the shared state is another value. */
export function useLive<T>(choose: (live: Live) => T): T {
  const [chosen, choice] = useState(() => choose(live));
  useEffect(() => {
    const listener = (next: Live): void => choice(() => choose(next));
    listeners.add(listener);
    listener(live);
    return () => listeners.delete(listener) as unknown as void;
  }, []);
  return chosen;
}
