import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, ViliError } from '../errors.ts';
import type { HistoryEntry } from '../model/history.ts';
import type { ControlClient } from '../operator/client/client.ts';
import type { StatusView } from '../operator/views/status-view.ts';

const POLL_MS = 250;
/** Progress is reported at this interval, and less often in a long wait. */
const PROGRESS_MS = 2500;
const PROGRESS_SHARE = 1 / 6;
const HISTORY_LIMIT = 100;

export interface Watch {
  readonly client: ControlClient;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** No step waits beyond this time. */
  readonly deadlineMs: number;
  /** Throws when the daemon has ended. */
  readonly check: () => void;
  /** Called every few seconds during the wait. */
  readonly progress: (status: StatusView) => void;
}

/** Waits until users are served. Throws ViliError `VILI_DEMO_TIMEOUT` at the deadline. */
export async function untilServing(watch: Watch): Promise<StatusView> {
  return until(watch, 'the first version to serve', async (status) =>
    status.running?.state === 'ready' && status.phase !== 'starting' ? status : null,
  );
}

/**
 * Waits for the decision about a version and returns its entry of the history. Throws ViliError
 * `VILI_DEMO_TIMEOUT` at the deadline and `VILI_DEMO_FAILED` for any other decision.
 */
export async function untilDecided(
  watch: Watch,
  version: string,
  wanted: 'promoted' | 'rejected',
): Promise<HistoryEntry> {
  return until(watch, `${version} to be ${wanted}`, async (status) => {
    const history = await watch.client.history({ limit: HISTORY_LIMIT });
    const decided = history.findLast(
      (entry) =>
        entry.version.endsWith(version) &&
        ['promoted', 'rejected', 'refused'].includes(entry.event),
    );
    if (decided === undefined) return null;
    if (decided.event !== wanted) {
      const reasons = decided.reasons.join('; ') || 'no reason given';
      const text = `${version} was ${decided.event} instead of ${wanted}: ${reasons}`;
      throw new ViliError('VILI_DEMO_FAILED', text);
    }
    // A promotion is complete once the version serves.
    const serves = status.running?.version.endsWith(version) === true;
    return wanted === 'rejected' || serves ? decided : null;
  });
}

// Private

async function until<T>(
  watch: Watch,
  what: string,
  poll: (status: StatusView) => Promise<T | null>,
): Promise<T> {
  const startedMs = watch.now();
  let progressAt = startedMs + PROGRESS_MS;
  let missing: readonly string[] = [];
  while (watch.now() < watch.deadlineMs) {
    watch.signal.throwIfAborted();
    watch.check();
    const status = await statusOrNull(watch);
    const found = status === null ? null : await poll(status);
    if (found !== null) return found;
    missing = status?.verdict?.missing ?? [];
    if (status !== null && watch.now() >= progressAt) {
      watch.progress(status);
      const waitedMs = watch.now() - startedMs;
      progressAt = watch.now() + Math.max(PROGRESS_MS, waitedMs * PROGRESS_SHARE);
    }
    await delay(POLL_MS, undefined, { signal: watch.signal });
  }
  const seconds = Math.round((watch.now() - startedMs) / 1000);
  const needed = missing.length === 0 ? '' : `; still needed: ${missing.join(', ')}`;
  throw new ViliError('VILI_DEMO_TIMEOUT', `waited ${seconds} s for ${what}${needed}`);
}

/** Null while the daemon does not listen yet. */
async function statusOrNull({ client }: Watch): Promise<StatusView | null> {
  try {
    return await client.status();
  } catch (error) {
    if (codeOf(error) === 'VILI_DAEMON_UNREACHABLE') return null;
    throw error;
  }
}
