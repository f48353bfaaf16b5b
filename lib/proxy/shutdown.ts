import type { Server } from 'node:http';
import type { GateContext } from './context.ts';
import type { HandedConnections } from './downstream/handed-off.ts';
import type { Reception } from './downstream/http1.ts';
import type { Upstreams } from './upstream/pools.ts';

interface ClosingGate {
  readonly context: GateContext;
  readonly server: Server;
  readonly handed: HandedConnections;
  readonly reception: Reception;
  readonly upstreams: Upstreams;
  readonly deadlineMs: number;
}

/**
 * Ends a gate without breaking what can still finish: no new connections, `Connection: close` on the
 * answers that begin from now on, idle connections closed, and at the deadline the rest cut.
 */
export async function closeGate(gate: ClosingGate): Promise<void> {
  const { context, server, handed, reception, upstreams, deadlineMs } = gate;
  const deadline = performance.now() + deadlineMs;
  context.closing = true;
  // node would destroy connections whose answer is not wholly on its way yet; they are ended below.
  server.closeIdleConnections = () => {};
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  context.hold.expireAll();
  context.doubt.expireAll();
  for (const connection of reception.connections) if (!connection.busy) connection.end();
  reception.http2.close();
  await upstreams.drainAll(deadlineMs);
  upstreams.retireAll();
  for (const connection of reception.connections) if (!connection.busy) connection.end();
  const timer = setTimeout(
    () => {
      for (const connection of reception.connections) connection.socket.destroy();
      reception.http2.destroy();
      handed.destroyAll();
    },
    Math.max(0, deadline - performance.now()),
  );
  await Promise.all([closed, handed.gone()]);
  clearTimeout(timer);
  context.traffic.flush();
}
