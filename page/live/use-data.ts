import { useEffect, useState } from '../vendor/preact.js';
import { get, Problem, type Query } from './api.ts';
import { type Access, useLive } from './store.ts';

/** What a view asked for: not here yet, here, or why not; data stays while it is asked for again. */
export interface Data<T> {
  readonly value: T | undefined;
  readonly problem: Problem | null;
  readonly isLoading: boolean;
}

/** Routes that strangers of the host may have; the others are not even asked without a token. */
const OPEN = new Set(['/v1/status', '/v1/history', '/v1/tree', '/v1/series', '/v1/evidence']);
const DENIED = new Problem(401, 'VILI_NO_TOKEN', 'this needs the token');

const NOTHING = { value: undefined, problem: null, isLoading: true };

/**
 * Asks a route, every `everyMs` again while the page is seen, and whenever something happened to a version. Null in place of the
 * path: nothing is asked.
 */
export function useData<T>(path: string | null, query: Query = {}, everyMs = 0): Data<T> {
  const [data, setData] = useState<Data<T>>(NOTHING);
  const happened = useLive((live) => live.happened);
  const access = useLive<Access>((live) => live.access);
  const key = `${path} ${JSON.stringify(query)}`;
  useEffect(() => setData(NOTHING), [key]);
  useEffect(() => {
    if (path === null || access === 'unknown' || access === 'none') return undefined;
    if (access === 'open' && !OPEN.has(path)) {
      setData({ value: undefined, problem: DENIED, isLoading: false });
      return undefined;
    }
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      if (!document.hidden) {
        try {
          const value = await get<T>(path, query);
          if (!isOver) setData({ value, problem: null, isLoading: false });
        } catch (error) {
          const problem = error instanceof Problem ? error : new Problem(0, '', String(error));
          if (!isOver) setData((known) => ({ value: known.value, problem, isLoading: false }));
        }
      }
      if (!isOver && everyMs > 0) timer = setTimeout(() => void ask(), everyMs);
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [key, everyMs, happened, access]);
  return data;
}
