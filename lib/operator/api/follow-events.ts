import { type EventGap, type EventView, eventOf, eventsAfter } from '../views/event-view.ts';
import type { ControlHandlers } from './handlers.ts';
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
  let waiting: EventView[] = [];
  let take = (event: EventView): void => {
    if (waiting.length < maxPast) waiting.push(event);
  };
  const stop = handlers.events((entry) => take(eventOf(entry)));
  try {
    const known = await pastOf(handlers, after === undefined ? limit : maxPast);
    const { events: past, isWhole } =
      after === undefined ? { events: known, isWhole: true } : eventsAfter(known, after);
    // What happens while the past is read may be in it already.
    const had = new Set(known.map(({ id }) => id));
    return (send) => {
      if (!isWhole && after !== undefined) send({ gapAfter: after });
      for (const event of past) send(event);
      for (const event of waiting) if (!had.has(event.id)) send(event);
      waiting = [];
      take = send;
      return stop;
    };
  } catch (error) {
    stop();
    throw error;
  }
}

// Private

async function pastOf(
  handlers: Pick<ControlHandlers, 'history'>,
  limit: number,
): Promise<readonly EventView[]> {
  return limit > 0 ? (await handlers.history(limit)).map(eventOf) : [];
}
