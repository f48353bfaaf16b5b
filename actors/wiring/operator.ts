import { CONTROL_LIMITS, createControlServer } from '../../lib/operator/server/control-server.ts';
import type { Services } from '../app/services.ts';
import type { OperatorDeps } from '../operator-actor.ts';
import { controlHandlers } from './control.ts';

export function operatorDeps(services: Services): OperatorDeps {
  return {
    createServer: (onProblem) =>
      createControlServer({
        ...CONTROL_LIMITS,
        socketPath: services.layout.socket,
        handlers: controlHandlers(services),
        onProblem,
      }),
    journal: services.journal,
  };
}
