import type { Subscription } from './route.ts';

export interface PastAndLive<P, E extends P> {
  /** Begins to listen; the returned function ends that. */
  readonly listen: (take: (event: E) => void) => () => void;
  /** What comes first, and which of those that came meanwhile are not in it. */
  readonly past: () => Promise<{
    readonly past: readonly P[];
    readonly isNew: (event: E) => boolean;
  }>;
  /** At most so many of those that come while the past is read are kept. */
  readonly maxWaiting: number;
}

/** The past, then what happens, without a gap and without an event twice. Throws what `past` throws; nothing listens then. */
export async function pastThenLive<P, E extends P>(
  options: PastAndLive<P, E>,
): Promise<Subscription<P>> {
  let waiting: E[] = [];
  let take = (event: E): void => {
    if (waiting.length < options.maxWaiting) waiting.push(event);
  };
  const stop = options.listen((event) => take(event));
  try {
    const { past, isNew } = await options.past();
    return (send) => {
      for (const event of past) send(event);
      for (const event of waiting) if (isNew(event)) send(event);
      waiting = [];
      take = send;
      return stop;
    };
  } catch (error) {
    stop();
    throw error;
  }
}
