import { type EventGap, type EventView, eventOf, eventsAfter } from '../views/event-view.ts';
import type { ControlHandlers } from './handlers.ts';
import { pastThenLive } from './past-then-live.ts';
import type { Subscription } from './route.ts';

export interface EventsWanted {
  /** The id of the last event that the listener had. */
  readonly after?: string | undefined;
  /** Without `after`: so many of the past come first. */
  readonly limit?: number | undefined;
}

/**
 * The events of the past that are wanted, at most `maxPast`, then those to come, without a gap and without an event
 * twice. Where the past does not reach back to `after`, a gap comes first.
 */
export async function followEvents(
  handlers: Pick<ControlHandlers, 'events' | 'history'>,
  { after, limit = 0 }: EventsWanted,
  maxPast: number,
): Promise<Subscription<EventView | EventGap>> {
  return pastThenLive<EventView | EventGap, EventView>({
    listen: (take) => handlers.events((entry) => take(eventOf(entry))),
    maxWaiting: maxPast,
    async past() {
      const known = await pastOf(handlers, after === undefined ? limit : maxPast);
      // What happens while the past is read may be in it already.
      const had = new Set(known.map(({ id }) => id));
      const isNew = ({ id }: EventView): boolean => !had.has(id);
      if (after === undefined) return { past: known, isNew };
      const { events, isWhole } = eventsAfter(known, after);
      return { past: isWhole ? events : [{ gapAfter: after }, ...events], isNew };
    },
  });
}

// Private

async function pastOf(
  handlers: Pick<ControlHandlers, 'history'>,
  limit: number,
): Promise<readonly EventView[]> {
  return limit > 0 ? (await handlers.history(limit)).map(eventOf) : [];
}
