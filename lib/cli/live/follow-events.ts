import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, EXIT, ViliError } from '../../errors.ts';
import type { EventGap, EventView } from '../../operator/views/event-view.ts';
import type { CommandContext } from '../command.ts';

/** A daemon may be gone for so long, since it restarts, before a command that follows it gives up. */
export const GONE_MS = 5000;
const RETRY_MS = 200;
/** A connection that held for so long was one. */
const HELD_MS = 1000;

export interface EventsFrom {
  /** The id of an event: what followed it comes first. */
  readonly after?: string | undefined;
  /** So many of the past come first. */
  readonly limit?: number | undefined;
}

/**
 * Hands over events until `signal` is aborted, over restarts of the daemon. Throws `VILI_DAEMON_UNREACHABLE` once the
 * daemon has been gone for GONE_MS, and whatever else it responds with at once.
 */
export async function followEvents(
  { client }: Pick<CommandContext, 'client'>,
  { after, limit }: EventsFrom,
  listener: (event: EventView | EventGap) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = after;
  let goneSinceMs = performance.now();
  while (!signal.aborted) {
    const beganMs = performance.now();
    let error: unknown = null;
    try {
      const from = last === undefined ? { limit } : { after: last };
      const take = (event: EventView | EventGap): void => {
        if ('id' in event) last = event.id;
        listener(event);
      };
      await client.events(from, take, signal);
    } catch (thrown) {
      if (codeOf(thrown) !== 'VILI_DAEMON_UNREACHABLE') throw thrown;
      error = thrown;
    }
    const nowMs = performance.now();
    if (nowMs - beganMs >= HELD_MS) goneSinceMs = nowMs;
    if (signal.aborted) return;
    if (nowMs - goneSinceMs >= GONE_MS) throw error ?? goneError();
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

// Private

function goneError(): ViliError {
  return new ViliError('VILI_DAEMON_UNREACHABLE', 'the daemon ends every stream of events', {
    exitCode: EXIT.unreachable,
  });
}
