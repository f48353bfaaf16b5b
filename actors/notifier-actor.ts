import type { Behaviour, Self } from '../lib/actor/index.ts';
import { messageOf } from '../lib/errors.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { Announcement, Channel } from '../lib/notify/announcement.ts';
import type { NotifierMessage } from './messages.ts';

const ATTEMPTS_MAX = 3;

export interface NotifierDeps {
  /** The ways to reach people now. */
  readonly channels: () => readonly Channel[];
  /** Null: nobody needs to know of this event. */
  readonly announce: (message: Extract<NotifierMessage, { type: 'notify' }>) => Announcement | null;
  readonly waitingMax: number;
  /** The pause before the second attempt; the one before the third is twice as long. */
  readonly retryMs: number;
  readonly journal: Journal;
}

interface NotifierState {
  readonly waiting: readonly Announcement[];
  readonly sending: boolean;
}

/** Notifies people, one message after the other; a receiver that is down never blocks anything. */
export function notifierActor(deps: NotifierDeps): Behaviour<NotifierMessage, NotifierState> {
  return {
    start: () => ({ waiting: [], sending: false }),

    handle(state, message, self) {
      switch (message.type) {
        case 'notify': {
          const announcement = deps.channels().length === 0 ? null : deps.announce(message);
          if (announcement === null) return state;
          if (state.waiting.length >= deps.waitingMax) {
            deps.journal.warn(`notification dropped, ${deps.waitingMax} are waiting`);
            return state;
          }
          return sendNext(deps, self, { ...state, waiting: [...state.waiting, announcement] });
        }
        case 'sent':
          return sendNext(deps, self, { ...state, sending: false });
        case 'not-sent': {
          const { announcement, attempt, problem } = message;
          if (attempt < ATTEMPTS_MAX) {
            const again = { type: 'again', announcement, attempt: attempt + 1 } as const;
            self.after(deps.retryMs * attempt, again);
            return state;
          }
          deps.journal.warn(`notification not sent after ${attempt} attempts: ${problem}`);
          return sendNext(deps, self, { ...state, sending: false });
        }
        case 'again':
          send(deps, self, message.announcement, message.attempt);
          return state;
      }
    },
  };
}

// Private

type Me = Self<NotifierMessage>;

function sendNext(deps: NotifierDeps, self: Me, state: NotifierState): NotifierState {
  const [announcement, ...waiting] = state.waiting;
  if (state.sending || announcement === undefined) return state;
  send(deps, self, announcement, 1);
  return { waiting, sending: true };
}

function send(deps: NotifierDeps, self: Me, announcement: Announcement, attempt: number): void {
  self.pipe(
    Promise.all(deps.channels().map((channel) => channel.send(announcement, self.signal))),
    () => ({ type: 'sent' }),
    (error) => ({ type: 'not-sent', announcement, attempt, problem: messageOf(error) }),
  );
}
