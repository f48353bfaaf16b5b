import type { Server } from 'node:http';
import { patientTimeout } from '../runtime/patient-timer.ts';
import { threadTime } from '../runtime/thread-time.ts';
import type { ProxyContext } from './context.ts';
import type { HandedOffConnections } from './downstream/handed-off.ts';
import type { Http1Frontend } from './downstream/http1.ts';
import type { UpstreamPools } from './upstream/pools.ts';

interface ClosingProxy {
  readonly context: ProxyContext;
  readonly server: Server;
  readonly handedOff: HandedOffConnections;
  readonly frontend: Http1Frontend;
  readonly upstreams: UpstreamPools;
  readonly deadlineMs: number;
}

/**
 * Closes a proxy without breaking what can still finish: no new connections, `Connection: close` on
 * responses that begin from now on, idle connections closed, and the rest cut at the deadline.
 */
export async function closeProxy(proxy: ClosingProxy): Promise<void> {
  const { context, server, handedOff, frontend, upstreams, deadlineMs } = proxy;
  const deadline = threadTime.now() + deadlineMs;
  context.closing = true;
  // node would destroy connections whose response has not been written completely; they are ended below.
  server.closeIdleConnections = () => {};
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  context.hold.expireAll();
  frontend.endIdle();
  frontend.http2.close();
  await upstreams.drainAll(deadlineMs);
  upstreams.retireAll();
  frontend.endIdle();
  const timer = patientTimeout(Math.max(0, deadline - threadTime.now()), () => {
    frontend.destroyAll();
    handedOff.destroyAll();
  });
  await Promise.all([closed, handedOff.gone()]);
  timer.stop();
  context.traffic.flush();
  context.failures.flush();
}

/**
 * Leaves the users to another process that has the listening socket, too; see `HttpProxy.leave`. Idle connections stay for as long
 * as their clients were told (`Keep-Alive: timeout`): one that is closed earlier may be just what its client sends on.
 */
export async function leaveProxy({
  context,
  server,
  handedOff,
  frontend,
}: Omit<ClosingProxy, 'upstreams' | 'deadlineMs'>): Promise<void> {
  context.leaving = true;
  // node would destroy connections whose response has not been written completely.
  server.closeIdleConnections = () => {};
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  frontend.http2.close();
  await Promise.all([closed, handedOff.gone()]);
  context.traffic.flush();
  context.failures.flush();
}
