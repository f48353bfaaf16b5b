import { useEffect, useState } from '../vendor/preact.js';
import { get, Problem, type Query } from './api.ts';
import { whenSeen } from './seen.ts';
import { type Access, useLive } from './store.ts';

/** What a view asked for: not here yet, here, or why not; data stays while it is asked for again. */
export interface Data<T> {
  readonly value: T | undefined;
  readonly problem: Problem | null;
  readonly isLoading: boolean;
}

/** Routes that strangers of the host may have; the others are not even asked without a token. */
const OPEN: ReadonlySet<string> = new Set(
  ['status', 'history', 'tree', 'series', 'evidence', 'versions', 'fleet'].map(
    (name) => `/v1/${name}`,
  ),
);
/** What was refused or failed for the moment is asked for again; what is denied or not there is not. */
const AGAIN_MS = 2000;
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
    const end = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      let againMs = everyMs;
      await whenSeen(end.signal);
      if (end.signal.aborted) return;
      try {
        const value = await get<T>(path, query);
        if (!end.signal.aborted) setData({ value, problem: null, isLoading: false });
      } catch (error) {
        const problem = error instanceof Problem ? error : new Problem(0, '', String(error));
        if (!end.signal.aborted)
          setData((known) => ({ value: known.value, problem, isLoading: false }));
        if (problem.isPassing) againMs = Math.max(everyMs, AGAIN_MS);
      }
      if (!end.signal.aborted && againMs > 0) timer = setTimeout(() => void ask(), againMs);
    };
    void ask();
    return () => {
      end.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs, happened, access]);
  return data;
}

/** Whether this version is under test now; '' is the one that is. */
export function useIsTested(version: string): boolean {
  const tested = useLive((live) => live.status?.verdict?.version ?? null);
  return tested !== null && (version === '' || version === tested);
}

/** What is known of a test: asked again while the test is under way, and after it until it is written, shortly after the decision. */
export function useEvidence<T>(
  path: string,
  version: string,
  isLive: boolean,
  everyMs: number,
): Data<T | null> {
  const [isMissing, setMissing] = useState(true);
  const query = version === '' ? {} : { version };
  const data = useData<T | null>(path, query, isLive || isMissing ? everyMs : 0);
  useEffect(() => setMissing(data.value === undefined || data.value === null), [data.value]);
  return data;
}
