import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, ViliError } from '../errors.ts';
import type { HistoryEntry } from '../model/history.ts';
import type { ControlClient } from '../operator/client/client.ts';
import type { StatusView } from '../operator/views/status-view.ts';

const POLL_MS = 250;
const PROGRESS_MS = 2500;
const HISTORY_LIMIT = 100;

export interface Watch {
  readonly client: ControlClient;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Throws when the daemon has ended. */
  readonly check: () => void;
  /** Called every few seconds during the wait. */
  readonly progress: (status: StatusView) => void;
}

/** Waits until users are served. Throws ViliError `VILI_DEMO_TIMEOUT` after `limitMs`. */
export async function untilServing(watch: Watch, limitMs: number): Promise<StatusView> {
  return until(watch, limitMs, 'the first version to serve', async (status) =>
    status.running?.state === 'ready' && status.phase !== 'starting' ? status : null,
  );
}

/**
 * Waits for the decision about a version and returns its entry of the history. Throws ViliError
 * `VILI_DEMO_TIMEOUT` after `limitMs` and `VILI_DEMO_FAILED` for any other decision.
 */
export async function untilDecided(
  watch: Watch,
  version: string,
  wanted: 'promoted' | 'rejected',
  limitMs: number,
): Promise<HistoryEntry> {
  return until(watch, limitMs, `${version} to be ${wanted}`, async (status) => {
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
  limitMs: number,
  what: string,
  poll: (status: StatusView) => Promise<T | null>,
): Promise<T> {
  const deadline = watch.now() + limitMs;
  let progressAt = watch.now() + PROGRESS_MS;
  while (watch.now() < deadline) {
    watch.signal.throwIfAborted();
    watch.check();
    const status = await statusOrNull(watch);
    const found = status === null ? null : await poll(status);
    if (found !== null) return found;
    if (status !== null && watch.now() >= progressAt) {
      watch.progress(status);
      progressAt = watch.now() + PROGRESS_MS;
    }
    await delay(POLL_MS, undefined, { signal: watch.signal });
  }
  const seconds = Math.round(limitMs / 1000);
  throw new ViliError('VILI_DEMO_TIMEOUT', `waited ${seconds} s for ${what}`);
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
