import type { Behaviour } from '../../lib/actor/index.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import type { SpanThread, SpanThreadHooks } from '../../lib/metrics/spans/thread.ts';
import type { SpansMessage } from './messages.ts';

export interface SpansDeps {
  /** Starts the thread that exports, and leads to it what has a span, until `signal` aborts. */
  readonly open: (hooks: SpanThreadHooks, signal: AbortSignal) => Pick<SpanThread, 'close'>;
  /** How many spans did not arrive so far. */
  readonly dropped: () => number;
  /** Where the collector is. */
  readonly url: string;
  readonly journal: Journal;
}

interface SpansState {
  readonly thread: Pick<SpanThread, 'close'>;
}

/**
 * Keeps the thread that tells a collector of traces what was served and copied. A collector that is away is told once,
 * and that it is back; a thread that ends is replaced by the restart of this actor. Users never wait for either.
 */
export function spansActor(deps: SpansDeps): Behaviour<SpansMessage, SpansState> {
  const { journal, url } = deps;
  return {
    start(self) {
      const tell = (message: SpansMessage): void => void self.address.tell(message);
      // One message for each change: a collector that is away says the same every second.
      let droppedBefore: number | null = null;
      const hooks: SpanThreadHooks = {
        onSettled: (problem, count) => {
          if (problem !== null && droppedBefore === null) {
            droppedBefore = deps.dropped() - count;
            tell({ type: 'away', problem });
          } else if (problem === null && droppedBefore !== null) {
            tell({ type: 'back', dropped: deps.dropped() - droppedBefore });
            droppedBefore = null;
          }
        },
        onGone: (cause) => tell({ type: 'gone', cause }),
      };
      return { thread: deps.open(hooks, self.signal) };
    },

    handle(state, message) {
      switch (message.type) {
        case 'away':
          journal.warn(
            `otlp.endpoint: ${url} does not take spans, which are dropped: ${message.problem}`,
          );
          return state;
        case 'back':
          journal.notice(
            `otlp.endpoint: ${url} takes spans again; ${message.dropped} were dropped meanwhile`,
          );
          return state;
        case 'gone':
          throw message.cause;
      }
    },

    stop: ({ thread }) => thread.close(),
  };
}
