import type { Behaviour } from '../lib/actor/index.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { ControlServer } from '../lib/operator/server/control-server.ts';
import type { OperatorMessage } from './messages.ts';

export interface OperatorDeps {
  readonly createServer: (onProblem: (text: string) => void) => ControlServer;
  readonly journal: Journal;
}

/** Keeps the control socket open; the actors concerned reply to what is asked there. */
export function operatorActor(deps: OperatorDeps): Behaviour<OperatorMessage, ControlServer> {
  return {
    async start(self) {
      const server = deps.createServer((problem) => {
        self.address.tell({ type: 'problem', problem });
      });
      await server.listen();
      return server;
    },

    handle(server, message) {
      deps.journal.warn(`control socket: ${message.problem}`);
      return server;
    },

    async stop(server) {
      await server.close();
    },
  };
}
