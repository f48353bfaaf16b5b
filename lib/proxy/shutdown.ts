import type { Server } from 'node:http';
import type { ProxyContext } from './context.ts';
import type { HandedOffConnections } from './downstream/handed-off.ts';
import type { Http1Frontend } from './downstream/http1.ts';
import type { UpstreamPools } from './upstream/pools.ts';

interface ClosingProxy {
  readonly context: ProxyContext;
  readonly server: Server;
  readonly handed: HandedOffConnections;
  readonly frontend: Http1Frontend;
  readonly upstreams: UpstreamPools;
  readonly deadlineMs: number;
}

/**
 * Ends a gate without breaking what can still finish: no new connections, `Connection: close` on the
 * answers that begin from now on, idle connections closed, and at the deadline the rest cut.
 */
export async function closeProxy(proxy: ClosingProxy): Promise<void> {
  const { context, server, handed, frontend, upstreams, deadlineMs } = proxy;
  const deadline = performance.now() + deadlineMs;
  context.closing = true;
  // node would destroy connections whose answer is not wholly on its way yet; they are ended below.
  server.closeIdleConnections = () => {};
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  context.hold.expireAll();
  context.connectRetry.expireAll();
  for (const connection of frontend.connections) if (!connection.busy) connection.end();
  frontend.http2.close();
  await upstreams.drainAll(deadlineMs);
  upstreams.retireAll();
  for (const connection of frontend.connections) if (!connection.busy) connection.end();
  const timer = setTimeout(
    () => {
      for (const connection of frontend.connections) connection.socket.destroy();
      frontend.http2.destroy();
      handed.destroyAll();
    },
    Math.max(0, deadline - performance.now()),
  );
  await Promise.all([closed, handed.gone()]);
  clearTimeout(timer);
  context.traffic.flush();
}
