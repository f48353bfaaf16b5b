import type { Server } from 'node:http';
import { Server as SecureServer } from 'node:https';
import type { Server as NetServer, Socket } from 'node:net';
import type { ExchangeSink, Target } from '../model/exchange.ts';
import type { UserFailure } from '../model/users/failure.ts';
import type { ProxyContext } from './context.ts';
import { CopyBudget } from './copy/budget.ts';
import { MirrorFilter } from './copy/filter.ts';
import { Origins } from './copy/origin.ts';
import { SpanSampler } from './copy/spans.ts';
import { type TrafficListener, TrafficLog } from './copy/traffic.ts';
import { Counter, type ProxyCounts } from './counts.ts';
import { ErrorPages } from './downstream/error-pages.ts';
import { HandedOffConnections } from './downstream/handed-off.ts';
import { Http1Frontend } from './downstream/http1.ts';
import { createListener, type ListenPlace, openListener } from './downstream/listener.ts';
import { readTlsPair, type TlsPair, watchTlsPair } from './downstream/tls.ts';
import { FailureLog } from './failures.ts';
import { Previews } from './preview/previews.ts';
import { RequestHold } from './request/hold.ts';
import { Refusals } from './request/refusals.ts';
import { NO_ROUTE, type Route } from './route.ts';
import type { CopyRules, ProxySettings } from './settings.ts';
import { Sharing } from './share/sharing.ts';
import { closeProxy, leaveProxy } from './shutdown.ts';
import type { Drained, UpstreamPool } from './upstream/pool.ts';
import { UpstreamPools } from './upstream/pools.ts';

/** Resolves to the listening socket of another process; it must be listened on at once. */
export type ListenerSource = () => Promise<NetServer>;

export interface ProxyHooks {
  /** Wall clock, ms since the epoch, with fractions. */
  readonly now?: () => number;
  /** From 0 to 1, for the sample. */
  readonly random?: () => number;
  /** A certificate and key known to be good, used first instead of what the files contain. */
  readonly pair?: TlsPair | null;
  readonly onProblem: (text: string) => void;
  /** Asks another process for its listening socket, in place of one that is opened here. */
  readonly handed?: ListenerSource | undefined;
  /** What users meet in place of a response of running, at a bounded rate. */
  readonly onFailure?: (failure: UserFailure) => void;
}

/** The proxy on the users' port. */
export interface HttpProxy {
  /** Opens the port once; later calls return the same. @throws ViliError VILI_GATE_LISTEN */
  listen(): Promise<{ port: number }>;
  /** Serves a connection that another process accepted, instead of `listen`. */
  accept(socket: Socket): void;
  route(): Route;
  /** Replaces the route in one step; releases held requests when there is a running. */
  setRoute(route: Route): void;
  /**
   * Waits up to `timeoutMs` for the requests and tunnels of a target, then cuts the rest, with 503 where no
   * response had begun. The target's idle connections are closed. Call it after `setRoute`.
   */
  drain(target: Target, timeoutMs: number): Promise<Drained>;
  /** Safe requests that wait for this target, which hangs, are sent to running anew. Call it after `setRoute`. */
  moveOn(target: Target): void;
  inFlight(target?: Target): number;
  /** Whether the servlet of the share responds, else running; of several processes as reported last, some 0.1 s ago. */
  pulse(): Pick<ProxyCounts, 'heard' | 'waitingNow'>;
  counts(): ProxyCounts;
  /** The processes that serve users in place of this one; empty: this one does. */
  processes(): readonly number[];
  /** Reports observations of running in batches; returns a function that unsubscribes. */
  onTraffic(listener: TrafficListener): () => void;
  /** The listening socket, for another process that takes the connections over; open from `listen` on. */
  readonly listener: NetServer;
  /**
   * Accepts no new connections, since another process does; those open go on until they end by themselves, each HTTP/1
   * connection with its next response. Resolves when there is none left.
   */
  leave(): Promise<void>;
  /** Open connections of users. */
  connections(): Promise<number>;
  /** Accepts no new connections and cuts what is still in flight after `deadlineMs`. */
  close(deadlineMs: number): Promise<void>;
}

/** The proxy as seen by code that does not care whether one process serves users or several. */
export interface ProxyService extends Omit<HttpProxy, 'accept' | 'inFlight' | 'counts'> {
  counts(): ProxyCounts | Promise<ProxyCounts>;
}

/**
 * Creates a proxy; nothing is opened before `listen`.
 * @throws ViliError VILI_GATE_TRUST when a trusted proxy is not an address, VILI_GATE_TLS without a usable
 * certificate.
 */
export function createProxy(
  settings: ProxySettings,
  sink: ExchangeSink,
  hooks: ProxyHooks,
): HttpProxy {
  const now = hooks.now ?? (() => performance.timeOrigin + performance.now());
  const filterBy = (mirror: CopyRules): MirrorFilter =>
    new MirrorFilter({ health: settings.health, mirror }, hooks.random ?? Math.random);
  const hold = new RequestHold(settings.hold);
  const context: ProxyContext = {
    settings,
    sink,
    counts: new Counter(),
    failures: new FailureLog(Date.now, hooks.onFailure ?? (() => {})),
    traffic: new TrafficLog(),
    spans: spansOf(settings, hooks.random ?? Math.random),
    copyLimits: {
      maxRequestBytes: settings.mirror.maxBodyBytes,
      maxResponseBytes: settings.compareMaxBodyBytes,
      budget: new CopyBudget(settings.mirror.maxCollectedBytes),
    },
    filter: filterBy(settings.mirror),
    origins: new Origins(() => performance.now()),
    pages: new ErrorPages(settings.errorPage),
    hold,
    refusals: new Refusals(hold, () => context.pool, settings.upstream.connectTimeoutMs),
    now,
    onProblem: hooks.onProblem,
    route: NO_ROUTE,
    pool: null,
    sharing: null,
    previews: settings.preview ? new Previews(settings.preview) : null,
    closing: false,
    leaving: false,
  };
  const upstreams = new UpstreamPools({
    ...settings.upstream,
    maxHeaderBytes: settings.header.maxBytes,
  });
  const isInUse = (pool: UpstreamPool): boolean =>
    pool === context.pool || pool === context.sharing?.pool || pool === context.previews?.pool;
  const onTrial = (): UpstreamPool | null => context.sharing?.pool ?? context.pool;
  const frontend = new Http1Frontend(context);
  const pair = settings.tls === null ? null : (hooks.pair ?? readTlsPair(settings.tls));
  const server = createListener(settings, frontend, pair);
  const stopWatching = watchCertificate(settings, pair, server, hooks.onProblem);
  frontend.attach(server);
  const handedOff = new HandedOffConnections(server);
  let listening: Promise<number> | null = null;
  let closing: Promise<void> | null = null;
  let leaving: Promise<void> | null = null;

  return {
    async listen() {
      listening ??= openFrom(server, settings, hooks.handed).catch((error: unknown) => {
        listening = null;
        throw error;
      });
      return { port: await listening };
    },
    accept: (socket) => handedOff.take(socket),
    route: () => context.route,
    setRoute(route) {
      const before = context.pool;
      const { copies, running, share = null } = route;
      const sharedBefore = context.sharing?.pool ?? null;
      if (copies !== undefined && copies !== context.route.copies)
        context.filter = filterBy(copies);
      context.route = route;
      const { previews } = context;
      const preview = previews === null ? null : (route.preview ?? null);
      context.pool = running === null ? null : upstreams.use(running, share?.target, preview);
      context.sharing = share && new Sharing(share, upstreams.use(share.target, running, preview));
      if (previews !== null) {
        previews.pool = preview && upstreams.use(preview, running, share?.target);
      }
      const shared = context.sharing?.pool ?? null;
      const isOther = context.pool !== before || shared !== sharedBefore;
      if (context.pool !== null && isOther) hold.releaseAll();
    },
    drain: (target, timeoutMs) => upstreams.drain(target, isInUse, timeoutMs),
    moveOn: (target) => upstreams.moveOn(target),
    inFlight: (target) => upstreams.inFlight(target),
    pulse() {
      const { heard = 0, waiting = 0 } = onTrial()?.pulse ?? {};
      return { heard, waitingNow: waiting };
    },
    counts: () =>
      context.counts.snapshot(
        hold.size,
        upstreams.inFlight(),
        context.failures.snapshot(),
        onTrial()?.pulse,
        context.previews?.snapshot(),
      ),
    processes: () => [],
    onTraffic: (listener) => context.traffic.listen(listener),
    listener: server,
    leave() {
      stopWatching();
      leaving ??= leaveProxy({ context, server, handedOff, frontend });
      return leaving;
    },
    connections: () => openConnections(server, handedOff),
    close(deadlineMs) {
      stopWatching();
      closing ??= closeProxy({ context, server, handedOff, frontend, upstreams, deadlineMs });
      return closing;
    },
  };
}

/** Opens the listening socket, or has it handed over. @throws ViliError VILI_GATE_LISTEN, and what `handed` throws. */
export async function openFrom(
  server: NetServer,
  place: ListenPlace,
  handed: ListenerSource | undefined,
): Promise<number> {
  return openListener(server, place, handed === undefined ? null : await handed());
}

// Private

async function openConnections(server: Server, handedOff: HandedOffConnections): Promise<number> {
  const own = await new Promise<number>((resolve) => {
    server.getConnections((error, count) => resolve(error === null ? count : 0));
  });
  return own + handedOff.size;
}

function spansOf({ spans, tls }: ProxySettings, random: () => number): SpanSampler | null {
  return spans ? new SpanSampler(spans.share, tls === null ? 'http' : 'https', random) : null;
}

/** New connections get the new certificate; open connections stay. */
function watchCertificate(
  { tls }: ProxySettings,
  pair: TlsPair | null,
  server: Server,
  onProblem: (text: string) => void,
): () => void {
  if (tls === null || pair === null || !(server instanceof SecureServer)) return () => {};
  return watchTlsPair(tls, pair, (next) => server.setSecureContext(next), onProblem);
}
