import type { Address, Behaviour } from '../../lib/actor/index.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import type { LogOffset } from '../../lib/logs/follow/batch.ts';
import type { FollowOptions, LogFollower } from '../../lib/logs/follow/follower.ts';
import type { Role } from '../../lib/model/role.ts';
import type { ComparatorMessage, LogTailerMessage } from '../messages.ts';

export interface LogTailerDeps {
  readonly version: string;
  readonly role: Role;
  readonly instance: string;
  readonly follow: (
    options: Pick<FollowOptions, 'from' | 'onBatch' | 'onRead' | 'onProblem' | 'onFailed'>,
  ) => LogFollower;
  /** How far the logs were read, by instance; kept outside so that a restart continues from there. */
  readonly offsets: Map<string, LogOffset>;
  readonly comparator: Address<ComparatorMessage>;
  readonly journal: Journal;
}

interface LogTailerState {
  readonly follower: LogFollower;
  /** While closing, the last lines go to the comparator at once: this actor takes no more messages. */
  readonly end: { isClosing: boolean };
}

/** Follows the JSON log of one instance; the follower parses it in a thread of its own. */
export function logTailerActor(deps: LogTailerDeps): Behaviour<LogTailerMessage, LogTailerState> {
  const { version, role, instance } = deps;
  return {
    start(self) {
      const end = { isClosing: false };
      const follower = deps.follow({
        from: deps.offsets.get(instance) ?? null,
        onBatch: (batch) => {
          if (!end.isClosing) return void self.address.tell({ type: 'batch', batch });
          deps.offsets.set(instance, batch.offset);
          deps.comparator.tell({ type: 'log', version, role, instance, batch });
        },
        onRead: (toMs) => self.address.tell({ type: 'read', toMs }),
        onProblem: (text) => self.address.tell({ type: 'problem', text }),
        onFailed: (error) => self.address.tell({ type: 'failed', error }),
      });
      return { follower, end };
    },

    handle(state, message, self) {
      switch (message.type) {
        case 'batch': {
          const { batch } = message;
          deps.offsets.set(instance, batch.offset);
          self.send(deps.comparator, { type: 'log', version, role, instance, batch });
          return state;
        }
        case 'read':
          self.send(deps.comparator, { type: 'log-read', version, role, toMs: message.toMs });
          return state;
        case 'problem':
          deps.journal.warn(`log of ${instance}: ${message.text}`);
          return state;
        case 'failed':
          throw message.error;
      }
    },

    async stop({ follower, end }) {
      end.isClosing = true;
      await follower.close();
    },
  };
}
