import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../../errors.ts';
import type { EventGap, EventView } from '../../operator/views/event-view.ts';
import type { CommandContext } from '../command.ts';
import { followEvents } from './follow-events.ts';

/** Progress is no event: it is looked at so often. */
const LOOK_MS = 1000;
/** Of a daemon that restarts, or is busy; for how long it may be gone decides the stream of events. */
const PASSING = new Set(['VILI_DAEMON_UNREACHABLE', 'VILI_ASK_TIMEOUT']);

/**
 * Calls `look` at once, after each event and every second, until it returns a value or `signal` is aborted, which
 * gives null. Throws as `followEvents`, and whatever `look` throws.
 */
export async function watch<T>(
  context: Pick<CommandContext, 'client'>,
  look: () => Promise<T | null>,
  onEvent: (event: EventView | EventGap) => void,
  signal: AbortSignal,
): Promise<T | null> {
  const done = new AbortController();
  const ended = AbortSignal.any([signal, done.signal]);
  let wake = (): void => {};
  let failure: { readonly error: unknown } | null = null;
  const take = (event: EventView | EventGap): void => {
    onEvent(event);
    wake();
  };
  const following = followEvents(context, {}, take, ended).catch((error: unknown) => {
    failure = { error };
    wake();
  });
  try {
    while (!signal.aborted) {
      const found = await looked(look);
      if (found !== null) return found;
      if (failure !== null) throw (failure as { error: unknown }).error;
      const woken = new AbortController();
      wake = () => woken.abort();
      await sleep(LOOK_MS, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(
        () => undefined,
      );
    }
    return null;
  } finally {
    done.abort();
    await following;
  }
}

// Private

async function looked<T>(look: () => Promise<T | null>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (PASSING.has(codeOf(error) ?? '')) return null;
    throw error;
  }
}
