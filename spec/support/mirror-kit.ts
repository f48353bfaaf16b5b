import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { PairOutcome } from '../../lib/compare/outcome.ts';
import type { MirrorEvent } from '../../lib/mirror/events.ts';
import { createMirror, type Mirror } from '../../lib/mirror/mirror.ts';
import type { MirrorSettings } from '../../lib/mirror/settings.ts';
import type { Exchange, Target } from '../../lib/model/exchange.ts';
import { DEFAULT_MIRROR_SETTINGS } from './default-settings.ts';

/** A far side with everything it reported so far. */
export interface Kit {
  readonly far: Mirror;
  readonly outcomes: PairOutcome[];
  readonly dropped: Record<string, number>;
  readonly events: MirrorEvent[];
  /** What the batches said beside outcomes: copies overdue at last, pairs without a control in all. */
  readonly told: { overdue: number; pausedSlow: number; noise: string | null };
  /** Resolves once `condition` holds; it is looked at after each report and event. */
  readonly until: (condition: () => boolean) => Promise<void>;
  /** Offers an exchange as the gate does: `shed` when full. */
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
  const dropped: Record<string, number> = {};
  const told: Kit['told'] = { overdue: 0, pausedSlow: 0, noise: null };
  const waiting = new Set<() => void>();
  const look = () => {
    for (const check of waiting) check();
  };
  let offered = 0;
  const far = createMirror(
    { ...DEFAULT_MIRROR_SETTINGS, busyLimit: 1, ...settings },
    {
      onOutcomes(batch) {
        outcomes.push(...batch.outcomes);
        told.overdue = batch.overdue;
        told.pausedSlow += batch.paused.slow;
        told.noise = batch.noise ?? told.noise;
        for (const [reason, count] of Object.entries(batch.dropped)) {
          dropped[reason] = (dropped[reason] ?? 0) + count;
        }
        look();
      },
      onEvent(event) {
        events.push(event);
        look();
      },
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
    far,
    outcomes,
    dropped,
    events,
    told,
    until,
    offer(exchange = {}) {
      offered++;
      if (far.sink.full()) far.sink.shed();
      else far.sink.submit(exchangeOf(exchange));
    },
    settled: () => until(() => far.counts().inFlight === 0),
    offered: () => offered,
    accounted: () => sumOf(far.counts()),
  };
  try {
    await use(kit);
  } finally {
    await far.close();
  }
}

export function sumOf(counts: ReturnType<Mirror['counts']>): number {
  return counts.mirrored + counts.inFlight + total(counts.dropped) + total(counts.failed);
}

/** A user's GET that running answered with a small JSON document. */
export function exchangeOf(change: Partial<Exchange> = {}): Exchange {
  const responseBody =
    change.responseBody === undefined ? Buffer.from('{"ok":true}') : change.responseBody;
  return {
    requestId: 'request-1',
    method: 'GET',
    path: '/items/1',
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

/** A TCP server that treats every connection as `handle` says. */
export async function withTcp(
  handle: (socket: Socket) => void,
  use: (target: Target) => Promise<void>,
): Promise<void> {
  await withServer(createServer(handle), use);
}

/** A target that refuses: a port that was free a moment ago. */
export async function refusingTarget(): Promise<Target> {
  let target: Target | null = null;
  await withTcp(
    () => undefined,
    async (found) => {
      target = found;
    },
  );
  if (target === null) throw new Error('no port was given');
  return target;
}

export const answerOk: RequestListener = (_request, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end('{"ok":true}');
};

// Private

function total(record: Record<string, number>): number {
  return Object.values(record).reduce((sum, count) => sum + count, 0);
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
