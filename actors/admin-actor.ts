import type { Behaviour, Self } from '../lib/actor/index.ts';
import { messageOf } from '../lib/errors.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { ControlServer } from '../lib/operator/server/control-server.ts';
import type { AdminMessage } from './messages.ts';

export interface AdminDeps {
  /** A server that has not listened yet; one that could not listen is of no more use. */
  readonly createServer: (onProblem: (text: string) => void) => ControlServer;
  /** `127.0.0.1:9600`, as it is set. */
  readonly address: string;
  /** The pause before it is tried again to listen. */
  readonly retryMs: number;
  readonly journal: Journal;
}

interface AdminState {
  readonly server: ControlServer;
  /** Told once, and again when it is over. */
  readonly isDown: boolean;
}

/**
 * Keeps `admin.listen` open. An address that is taken ends neither Vili nor its start: it is said once, and tried again for
 * as long as it takes.
 */
export function adminActor(deps: AdminDeps): Behaviour<AdminMessage, AdminState> {
  return {
    start: (self) => ({ server: open(deps, self), isDown: false }),

    handle(state, message, self) {
      const { journal, address, retryMs } = deps;
      switch (message.type) {
        case 'listening':
          journal.notice(`admin.listen: dashboard and API are on ${address}`);
          return { ...state, isDown: false };
        case 'not-listening':
          if (!state.isDown) journal.warn(`${message.problem}; tried again every ${retryMs} ms`);
          self.after(retryMs, { type: 'again' });
          return { ...state, isDown: true };
        case 'again':
          return { ...state, server: open(deps, self) };
        case 'problem':
          journal.warn(`admin.listen: ${message.problem}`);
          return state;
      }
    },

    stop: ({ server }) => server.close(),
  };
}

// Private

function open(deps: AdminDeps, self: Self<AdminMessage>): ControlServer {
  const server = deps.createServer((problem) => self.address.tell({ type: 'problem', problem }));
  self.pipe(
    server.listen(),
    () => ({ type: 'listening' }),
    (error) => ({ type: 'not-listening', problem: messageOf(error) }),
  );
  return server;
}
