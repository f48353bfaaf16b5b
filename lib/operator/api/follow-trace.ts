import { matchesTrace, type TraceFilter, type TraceRecord } from '../../model/trace-record.ts';
import type { ControlHandlers } from './handlers.ts';
import { pastThenLive } from './past-then-live.ts';
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
  return pastThenLive<TraceRecord, TraceRecord>({
    listen: (take) =>
      handlers.followTrace((record) => {
        if (matchesTrace(record, filter)) take(record);
      }),
    maxWaiting,
    async past() {
      const past = await handlers.trace(filter);
      const lastId = past.at(-1)?.id ?? 0;
      return { past, isNew: ({ id }) => id > lastId };
    },
  });
}
