import { matchesTrace, type TraceFilter, type TraceRecord } from '../../model/trace-record.ts';
import type { ControlHandlers } from './handlers.ts';
import type { Subscription } from './route.ts';

/**
 * The records of the past, then those to come, without a gap and without a record twice. At most
 * `maxWaiting` records that come while the past is read are kept.
 */
export async function followTrace(
  handlers: ControlHandlers,
  filter: TraceFilter,
  maxWaiting: number,
): Promise<Subscription<TraceRecord>> {
  let waiting: TraceRecord[] = [];
  let take = (record: TraceRecord): void => {
    if (waiting.length < maxWaiting) waiting.push(record);
  };
  const stop = handlers.followTrace((record) => {
    if (matchesTrace(record, filter)) take(record);
  });
  try {
    const past = await handlers.trace(filter);
    const lastId = past.at(-1)?.id ?? 0;
    return (send) => {
      for (const record of past) send(record);
      for (const record of waiting) if (record.id > lastId) send(record);
      waiting = [];
      take = send;
      return stop;
    };
  } catch (error) {
    stop();
    throw error;
  }
}
