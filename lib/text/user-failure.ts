import { counted, grouped } from './numbers.ts';
import { dateTime } from './times.ts';

interface Failure {
  readonly instance: string;
  readonly cause: string;
  readonly outcome: string;
  readonly count: number;
  readonly sinceMs: number;
}

/** What running did, given the number of times and whether its response had begun. */
const DEEDS: Readonly<Record<string, (count: number, hadBegun: boolean) => string>> = {
  refused: (count) => `refused ${counted(count, 'connection')}`,
  timeout: (count, hadBegun) =>
    hadBegun
      ? `fell silent in the middle of ${counted(count, 'response')} (upstream.idle_timeout)`
      : `did not begin ${counted(count, 'response')} in time (upstream.head_timeout)`,
  reset: (count, hadBegun) => `reset ${counted(count, 'connection')} ${placeOf(hadBegun)}`,
  closed: (count, hadBegun) => `closed ${counted(count, 'connection')} ${placeOf(hadBegun)}`,
  malformed: (count) => `sent ${counted(count, 'response')} that HTTP does not allow`,
  untrusted: (count) =>
    `gave no TLS connection that can be trusted for ${counted(count, 'request')} (servlet.ca)`,
  cut: (count) => `had ${counted(count, 'request')} left when its drain was over (drain.timeout)`,
  overloaded: (count) =>
    `had no connection free in time for ${counted(count, 'request')} (upstream.max_connections)`,
};
/** What went wrong on Vili's side. */
const LIMITS: Readonly<Record<string, (count: number) => string>> = {
  'hold-full': (count) =>
    `no running and no place to wait for ${counted(count, 'request')} (hold.max_requests, hold.max_size)`,
  'hold-timeout': (count) => `no running for ${counted(count, 'request')} within hold.max`,
  internal: (count) => `Vili itself failed in ${counted(count, 'request')}`,
};

/**
 * One sentence on what users met: which side, what happened, since when, and what they got, e.g. `running
 * (inventory-1.4.2/1_running, pid 42) refused 12 connections since 2026-01-06 14:02:11Z; users got 12 times 502`.
 */
export function userFailureText(failure: Failure, pid: number | null): string {
  const { outcome, count, sinceMs } = failure;
  const since = `since ${dateTime(new Date(sinceMs).toISOString())}`;
  return `${whatHappened(failure, pid)} ${since}; users got ${gotText(outcome, count)}`;
}

/** `12 times 502`, `a broken response`. */
export function gotText(outcome: string, count: number): string {
  if (outcome === 'broken') return counted(count, 'broken response');
  return `${count === 1 ? 'once' : `${grouped(count)} times`} ${outcome}`;
}

// Private

function whatHappened({ instance, cause, outcome, count }: Failure, pid: number | null): string {
  const limit = LIMITS[cause];
  if (limit !== undefined) return limit(count);
  const names = [instance, pid === null ? '' : `pid ${pid}`].filter((name) => name !== '');
  const running = names.length === 0 ? 'running' : `running (${names.join(', ')})`;
  // Only a running that was never asked is a 502 for lack of time.
  if (cause === 'timeout' && outcome === '502') {
    return `${running} did not accept ${counted(count, 'connection')} in time (upstream.connect_timeout)`;
  }
  const deed = DEEDS[cause];
  return `${running} ${deed === undefined ? `failed: ${cause}` : deed(count, outcome === 'broken')}`;
}

function placeOf(hadBegun: boolean): string {
  return hadBegun ? 'in the middle of a response' : 'without a response';
}
