import type { Address, Behaviour } from '../lib/actor/index.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { LogOffset } from '../lib/logs/follow/batch.ts';
import type { FollowOptions, LogFollower } from '../lib/logs/follow/follower.ts';
import type { Role } from '../lib/model/role.ts';
import type { ComparatorMessage, LogTailerMessage } from './messages.ts';

export interface LogTailerDeps {
  readonly version: string;
  readonly role: Role;
  readonly instance: string;
  readonly follow: (
    options: Pick<FollowOptions, 'from' | 'onBatch' | 'onProblem' | 'onFailed'>,
  ) => LogFollower;
  /** How far this instance's log was read, kept outside so that a restart goes on from there. */
  readonly offsets: Map<string, LogOffset>;
  readonly comparator: Address<ComparatorMessage>;
  readonly journal: Journal;
}

interface LogTailerState {
  readonly follower: LogFollower;
  /** The last lines are read while closing, when this actor takes no messages any more. */
  readonly lastWords: { closing: boolean };
}

/** Follows the JSON log of one instance; the parsing happens in a thread of its own. */
export function logTailerActor(deps: LogTailerDeps): Behaviour<LogTailerMessage, LogTailerState> {
  const { version, role, instance } = deps;
  return {
    start(self) {
      const lastWords = { closing: false };
      const follower = deps.follow({
        from: deps.offsets.get(instance) ?? null,
        onBatch: (batch) => {
          if (lastWords.closing)
            deps.comparator.tell({ type: 'log', version, role, instance, batch });
          else self.address.tell({ type: 'batch', batch });
        },
        onProblem: (text) => self.address.tell({ type: 'problem', text }),
        onFailed: (error) => self.address.tell({ type: 'failed', error }),
      });
      return { follower, lastWords };
    },

    handle(state, message, self) {
      switch (message.type) {
        case 'batch': {
          const { batch } = message;
          deps.offsets.set(instance, batch.offset);
          self.send(deps.comparator, { type: 'log', version, role, instance, batch });
          return state;
        }
        case 'problem':
          deps.journal.warn(`log of ${instance}: ${message.text}`, {});
          return state;
        case 'failed':
          throw message.error;
      }
    },

    async stop({ follower, lastWords }) {
      lastWords.closing = true;
      await follower.close();
    },
  };
}
