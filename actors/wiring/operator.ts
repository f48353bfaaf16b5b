import { createControlServer } from '../../lib/operator/server/control-server.ts';
import type { Services } from '../app/services.ts';
import type { OperatorDeps } from '../operator-actor.ts';
import { controlHandlers } from './control.ts';

const MAX_BODY_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 64;
const IDLE_MS = 30_000;

export function operatorDeps(services: Services): OperatorDeps {
  return {
    createServer: (onProblem) =>
      createControlServer({
        socketPath: services.layout.socket,
        handlers: controlHandlers(services),
        maxBodyBytes: MAX_BODY_BYTES,
        maxConnections: MAX_CONNECTIONS,
        idleMs: IDLE_MS,
        onProblem,
      }),
    journal: services.journal,
  };
}
