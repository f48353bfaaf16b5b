import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { PairOutcome } from '../../lib/compare/outcome.ts';
import type { MirrorEvent } from '../../lib/mirror/events.ts';
import { createMirror, type Mirror } from '../../lib/mirror/mirror.ts';
import type { ShadowResponse } from '../../lib/mirror/request/requester.ts';
import type { MirrorSettings } from '../../lib/mirror/settings.ts';
import type { Exchange, Target } from '../../lib/model/exchange.ts';
import type { CopySpan } from '../../lib/model/span/copy.ts';
import { DEFAULT_MIRROR_SETTINGS } from './default-settings.ts';

/** A mirror with everything it reported so far. */
export interface Kit {
  readonly mirror: Mirror;
  readonly outcomes: PairOutcome[];
  readonly dropped: Record<string, number>;
  readonly events: MirrorEvent[];
  /** Of copies whose exchange has a span. */
  readonly spans: CopySpan[];
  /** What the batches reported besides outcomes: copies overdue now, pairs without a baseline in all. */
  readonly reported: { overdue: number; pausedSlow: number; noise: string | null };
  /** Begins the test `t`. */
  readonly begin: (testing: Target, running?: Target) => void;
  /** Resolves once `condition` holds; checked after each report and event. */
  readonly until: (condition: () => boolean) => Promise<void>;
  /** Offers an exchange as the proxy does: `shed` when full. */
  readonly offer: (exchange?: Partial<Exchange>) => void;
  /** Resolves when nothing is in flight. */
  readonly settled: () => Promise<void>;
  /** Everything offered so far, and the sum of the accounts. */
  readonly offered: () => number;
  readonly accounted: () => number;
}

export async function withMirror(
  settings: Partial<MirrorSettings>,
  use: (kit: Kit) => Promise<void>,
): Promise<void> {
  const outcomes: PairOutcome[] = [];
  const events: MirrorEvent[] = [];
  const spans: CopySpan[] = [];
  const dropped: Record<string, number> = {};
  const reported: Kit['reported'] = { overdue: 0, pausedSlow: 0, noise: null };
  const waiting = new Set<() => void>();
  const checkAll = () => {
    for (const check of waiting) check();
  };
  let offered = 0;
  const mirror = createMirror(
    { ...DEFAULT_MIRROR_SETTINGS, busyLimit: 1, ...settings },
    {
      onOutcomes(batch) {
        outcomes.push(...batch.outcomes);
        reported.overdue = batch.overdue;
        reported.pausedSlow += batch.paused.slow;
        reported.noise = batch.noise ?? reported.noise;
        for (const [reason, count] of Object.entries(batch.dropped)) {
          dropped[reason] = (dropped[reason] ?? 0) + count;
        }
        checkAll();
      },
      onEvent(event) {
        events.push(event);
        checkAll();
      },
      onSpans: (batch) => spans.push(...batch),
    },
  );
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!condition()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const kit: Kit = {
    mirror,
    outcomes,
    dropped,
    events,
    spans,
    reported,
    until,
    begin: (testing, running = testing) => mirror.begin({ id: 't', testing, running }),
    offer(exchange = {}) {
      offered++;
      if (mirror.sink.full()) mirror.sink.shed();
      else mirror.sink.submit(exchangeOf(exchange));
    },
    settled: () => until(() => mirror.counts().inFlight === 0),
    offered: () => offered,
    accounted: () => {
      const { mirrored, inFlight, dropped, failed } = mirror.counts();
      const others = [...Object.values(dropped), ...Object.values(failed)];
      return others.reduce((sum, count) => sum + count, mirrored + inFlight);
    },
  };
  try {
    await use(kit);
  } finally {
    await mirror.close();
  }
}

/** A mirror whose test has begun; one HTTP server is both testing and running. */
export async function withTest(
  listener: RequestListener,
  settings: Partial<MirrorSettings>,
  use: (kit: Kit) => Promise<void>,
): Promise<void> {
  await withHttp(listener, (target) => withBegun(target, settings, use));
}

/** As `withTest`, with a TCP server that handles every connection as given. */
export async function withTcpTest(
  handle: (socket: Socket) => void,
  settings: Partial<MirrorSettings>,
  use: (kit: Kit) => Promise<void>,
): Promise<void> {
  await withServer(createServer(handle), (target) => withBegun(target, settings, use));
}

/** A user's GET to which running responded with a small JSON document. */
export function exchangeOf(change: Partial<Exchange> = {}): Exchange {
  const responseBody =
    change.responseBody === undefined ? Buffer.from('{"ok":true}') : change.responseBody;
  return {
    requestId: 'request-1',
    method: 'GET',
    path: '/items/1',
    operation: '',
    endpoint: '',
    headers: ['Host', 'shop.example'],
    body: null,
    atMs: 1_700_000_000_000,
    status: 200,
    failure: null,
    responseHeaders: ['Content-Type', 'application/json'],
    responseBody,
    responseBytes: responseBody?.length ?? 0,
    responseDigest: null,
    runningMs: 3,
    ...change,
  };
}

/** An HTTP server on a free port for as long as `use` runs. */
export async function withHttp(
  listener: RequestListener,
  use: (target: Target) => Promise<void>,
): Promise<void> {
  await withServer(createHttpServer(listener), use);
}

/** A target that refuses connections: a client holds its port, so that no server can get it. */
export async function withRefusing(use: (target: Target) => Promise<void>): Promise<void> {
  await withServer(createServer(), async (target) => {
    const client = connect(target.port, target.host);
    await once(client, 'connect');
    try {
      await use({ ...target, port: client.localPort ?? 0 });
    } finally {
      client.destroy();
    }
  });
}

/** What comes of a copy whose connection is refused. */
export const REFUSED: ShadowResponse = {
  status: 0,
  failure: 'refused',
  ms: 0,
  headers: [],
  bytes: null,
  length: 0,
  digest: null,
  cut: false,
  extraBytes: 0,
};

export const respondOk: RequestListener = (_request, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end('{"ok":true}');
};

// Private

function withBegun(
  target: Target,
  settings: Partial<MirrorSettings>,
  use: (kit: Kit) => Promise<void>,
): Promise<void> {
  return withMirror(settings, async (kit) => {
    kit.begin(target);
    await use(kit);
  });
}

async function withServer(server: Server, use: (target: Target) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await use({ instance: 'inventory-1.5.0/1_test', host: '127.0.0.1', port });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}
