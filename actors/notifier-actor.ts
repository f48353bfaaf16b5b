import type { Behaviour, Self } from '../lib/actor/index.ts';
import { messageOf } from '../lib/errors.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { Announcement, Channel } from '../lib/notify/announcement.ts';
import type { NotifierMessage } from './messages.ts';

const ATTEMPTS_MAX = 5;

export interface NotifierDeps {
  /** The ways to reach people now, each with a name of its own. */
  readonly channels: () => readonly Channel[];
  /** Null: nobody needs to know of this event. */
  readonly announce: (message: Extract<NotifierMessage, { type: 'notify' }>) => Announcement | null;
  /** For each channel. */
  readonly waitingMax: number;
  /** The pause before the second attempt, half of it to one and a half; doubled for each further one. */
  readonly retryMs: number;
  readonly random: () => number;
  readonly journal: Journal;
}

interface Queue {
  readonly waiting: readonly Announcement[];
  readonly sending: boolean;
}

/** By the name of the channel. */
type NotifierState = ReadonlyMap<string, Queue>;

const NOTHING: Queue = { waiting: [], sending: false };

/**
 * Notifies people, on each channel one message after the other, each once; a receiver that is down blocks nothing but
 * its own channel.
 */
export function notifierActor(deps: NotifierDeps): Behaviour<NotifierMessage, NotifierState> {
  return {
    start: () => new Map(),

    handle(state, message, self) {
      switch (message.type) {
        case 'notify': {
          const channels = deps.channels();
          const announcement = channels.length === 0 ? null : deps.announce(message);
          if (announcement === null) return state;
          return new Map(
            channels.map(({ name }) => {
              const queue = added(deps, name, state.get(name) ?? NOTHING, announcement);
              return [name, sendNext(deps, self, name, queue)];
            }),
          );
        }
        case 'sent':
          return goOn(deps, self, state, message.channel);
        case 'not-sent': {
          const { channel, announcement, attempt, problem } = message;
          if (attempt < ATTEMPTS_MAX) {
            const pause = deps.retryMs * 2 ** (attempt - 1) * (0.5 + deps.random());
            self.after(pause, { type: 'again', channel, announcement, attempt: attempt + 1 });
            return state;
          }
          deps.journal.warn(
            `notification by ${channel} not sent after ${attempt} attempts: ${problem}`,
          );
          return goOn(deps, self, state, channel);
        }
        case 'again':
          send(deps, self, message.channel, message.announcement, message.attempt);
          return state;
      }
    },
  };
}

// Private

type Me = Self<NotifierMessage>;

function added(deps: NotifierDeps, channel: string, queue: Queue, one: Announcement): Queue {
  if (queue.waiting.length < deps.waitingMax) return { ...queue, waiting: [...queue.waiting, one] };
  deps.journal.warn(`notification by ${channel} dropped, ${deps.waitingMax} are waiting`);
  return queue;
}

/** A channel that is no longer set has no queue. */
function goOn(deps: NotifierDeps, self: Me, state: NotifierState, channel: string): NotifierState {
  const queue = state.get(channel);
  if (queue === undefined) return state;
  const next = sendNext(deps, self, channel, { ...queue, sending: false });
  return new Map([...state, [channel, next]]);
}

function sendNext(deps: NotifierDeps, self: Me, channel: string, queue: Queue): Queue {
  const [announcement, ...waiting] = queue.waiting;
  if (queue.sending || announcement === undefined) return queue;
  send(deps, self, channel, announcement, 1);
  return { waiting, sending: true };
}

function send(
  deps: NotifierDeps,
  self: Me,
  channel: string,
  announcement: Announcement,
  attempt: number,
): void {
  const open = deps.channels().find(({ name }) => name === channel);
  self.pipe(
    open?.send(announcement, self.signal) ?? Promise.resolve(),
    () => ({ type: 'sent', channel }),
    (error) => ({ type: 'not-sent', channel, announcement, attempt, problem: messageOf(error) }),
  );
}
