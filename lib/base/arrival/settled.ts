import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerFile } from '../names/server-file.ts';
import { type Arrival, type PollResult, pollArrival, presentArrival } from './arrival.ts';
import { listServerFiles } from './scan.ts';

/** A start waits no longer for files that may still be arriving: those that follow become candidates. */
const WAIT_MAX_MS = 10_000;

export interface SettledOptions {
  readonly base: string;
  readonly identifier: string;
  /** As for files that arrive later. */
  readonly stableMs: number;
  readonly pollMs: number;
}

/**
 * The newest server file that has arrived completely, by the rules that hold for files that arrive later, or null.
 * A file that has not been written for `stableMs` counts at once; a younger one is waited for. Throws `BaseUnreadable`.
 */
export async function newestSettled(options: SettledOptions): Promise<ServerFile | null> {
  const { base, identifier, stableMs, pollMs } = options;
  const newestFirst = (await listServerFiles(base, identifier)).toReversed();
  const untilMs = performance.now() + Math.min(WAIT_MAX_MS, stableMs + pollMs);
  const arrivals = await Promise.all(newestFirst.map((file) => presentArrival(file, base)));
  const results = new Map<Arrival, PollResult['kind']>();
  for (;;) {
    const isLast = performance.now() >= untilMs;
    for (const arrival of arrivals) {
      if ((results.get(arrival) ?? 'waiting') !== 'waiting') continue;
      results.set(arrival, await poll(arrival, options));
    }
    // While a newer file may settle yet, an older one has to wait.
    const newest = arrivals.find((arrival) =>
      ['complete', ...(isLast ? [] : ['waiting'])].includes(results.get(arrival) ?? ''),
    );
    if (newest === undefined) return null;
    if (results.get(newest) === 'complete') return newest.file;
    await sleep(Math.min(pollMs, Math.max(1, untilMs - performance.now())));
  }
}

// Private

/** A file that may not be read is no candidate; the watcher reports it. */
async function poll(arrival: Arrival, options: SettledOptions): Promise<PollResult['kind']> {
  const { base, stableMs } = options;
  const settings = { base, stableMs, problemMs: stableMs };
  const { kind } = await pollArrival(arrival, performance.now(), settings);
  if (kind !== 'complete') return kind;
  const path = join(base, arrival.file.fileName);
  return await access(path, constants.R_OK).then(
    () => kind,
    () => 'problem',
  );
}
