import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, ViliError } from '../errors.ts';
import type { DropReason } from '../mirror/wire/protocol.ts';
import type { Target } from '../model/exchange.ts';
import type { UserFailure } from '../model/users/failure.ts';
import type { TrafficListener } from '../proxy/copy/traffic.ts';
import type { ProxyCounts } from '../proxy/counts.ts';
import {
  readTlsPair,
  type TlsPair,
  type TlsSettings,
  watchTlsPair,
} from '../proxy/downstream/tls.ts';
import type { ListenerSource, ProxyService } from '../proxy/proxy.ts';
import { NO_ROUTE, type Route } from '../proxy/route.ts';
import type { ProxySettings } from '../proxy/settings.ts';
import type { Drained } from '../proxy/upstream/pool.ts';
import { threadTime } from '../runtime/thread-time.ts';
import { Acceptor } from './acceptor.ts';
import { clockOffsetMs } from '../runtime/clock.ts';
import type { CopySink } from './copy-receiver.ts';
import type { CopyLimits } from './protocol.ts';
import { type ClusterEvent, ProcessSlot } from './slot.ts';
import { addCounts, NO_COUNTS, shareOf } from './sums.ts';

/** Interval at which the mirror and the processes learn whether the others have time for copies. */
const MIRROR_POLL_MS = 25;
/** How often the processes are asked whether the last connections have ended. */
const LEAVE_POLL_MS = 250;
/** Longest wait for requested counts; they also come by themselves every 0.1 s. */
const REPORT_MAX_MS = 500;

export interface ClusterOptions {
  /** For all processes together. */
  readonly settings: ProxySettings;
  readonly processes: number;
  /** For each process. */
  readonly copies: CopyLimits;
  readonly mirror: CopySink;
  /** Wall clock, ms since the epoch, with fractions. */
  readonly now: () => number;
  readonly onProblem: (text: string) => void;
  readonly handed?: ListenerSource | undefined;
  readonly onFailure: (failure: UserFailure) => void;
  readonly onEvent: (event: ClusterEvent) => void;
}

/** The proxy in several processes behind one port; opens and starts nothing before `listen`. */
export function createCluster(options: ClusterOptions): ProxyService {
  return new Cluster(options);
}

// Private

class Cluster implements ProxyService {
  readonly #options: ClusterOptions;
  readonly #slots: readonly ProcessSlot[];
  readonly #acceptor: Acceptor;
  readonly #listeners = new Set<TrafficListener>();
  #route = NO_ROUTE;
  #mirrorReason: DropReason | null = null;
  /** Resolves when every process has the current route. */
  #switched: Promise<unknown> = Promise.resolve();
  #polls: NodeJS.Timeout | null = null;
  /** For processes that start while the files are invalid; null without TLS. */
  #pair: TlsPair | null = null;
  #stopWatching: () => void = () => {};
  #listening: Promise<{ port: number }> | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: ClusterOptions) {
    const { settings, processes, copies, mirror, now } = options;
    this.#options = options;
    this.#acceptor = new Acceptor(
      settings.request.maxConnections,
      () => this.#slots,
      options.onProblem,
    );
    this.#slots = Array.from({ length: processes }, (_, index) => {
      const own = shareOf(settings, index, processes);
      return new ProcessSlot(index + 1, mirror, {
        input: () => ({
          settings: own,
          copies,
          clockOffsetMs: clockOffsetMs(now),
          pair: this.#pair,
          route: this.#route,
          mirrorReason: this.#mirrorReason,
        }),
        onFree: () => this.#acceptor.dispatch(),
        onUntaken: (socket) => this.#acceptor.requeue(socket),
        onObserved: (batch) => {
          for (const listener of this.#listeners) listener(batch);
        },
        onProblem: options.onProblem,
        onFailure: options.onFailure,
        onEvent: options.onEvent,
      });
    });
  }

  listen(): Promise<{ port: number }> {
    this.#listening ??= this.#open().catch(async (error: unknown) => {
      await this.#end(0);
      throw error;
    });
    return this.#listening;
  }

  route(): Route {
    return this.#route;
  }

  setRoute(route: Route): void {
    this.#route = route;
    this.#watchMirror(route.mirroring);
    this.#switched = Promise.all(this.#slots.map(async ({ child }) => child?.route(route)));
  }

  /** Begins when no process sends requests to the target any longer. */
  async drain(target: Target, timeoutMs: number): Promise<Drained> {
    const begunMs = threadTime.now();
    await this.#switched;
    const leftMs = Math.max(0, timeoutMs - (threadTime.now() - begunMs));
    const results = await Promise.all(
      this.#slots.map(async ({ child }) => child?.drain(target, leftMs)),
    );
    return {
      finished: results.reduce((sum, it) => sum + (it?.finished ?? 0), 0),
      cut: results.reduce((sum, it) => sum + (it?.cut ?? 0), 0),
    };
  }

  moveOn(target: Target): void {
    for (const { child } of this.#slots) child?.moveOn(target);
  }

  processes(): readonly number[] {
    return this.#slots.flatMap(({ child }) => child?.pid ?? []);
  }

  /** The counts of this moment; of a silent process, those that it reported last. */
  async counts(): Promise<ProxyCounts> {
    const patience = new AbortController();
    const late = sleep(REPORT_MAX_MS, null, { signal: patience.signal }).catch(() => null);
    await Promise.race([late, Promise.all(this.#slots.map(async ({ child }) => child?.report()))]);
    patience.abort();
    const own = { ...NO_COUNTS, connectionsRejected: this.#acceptor.rejected };
    return this.#slots.reduce((sum, slot) => addCounts(sum, slot.counts()), own);
  }

  pulse(): Pick<ProxyCounts, 'heard' | 'waitingNow'> {
    const all = this.#slots.map((slot) => slot.counts());
    return {
      heard: all.reduce((sum, { heard }) => sum + heard, 0),
      waitingNow: all.reduce((sum, { waitingNow }) => sum + waitingNow, 0),
    };
  }

  onTraffic(listener: TrafficListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  get listener(): Server {
    return this.#acceptor.server;
  }

  async connections(): Promise<number> {
    await this.counts();
    return this.#slots.reduce((sum, slot) => sum + slot.open, this.#acceptor.waiting);
  }

  async leave(): Promise<void> {
    this.#watchMirror(false);
    this.#stopWatching();
    this.#acceptor.leave();
    for (const { child } of this.#slots) child?.leave();
    while ((await this.connections()) > 0 && this.#closing === null) await sleep(LEAVE_POLL_MS);
  }

  close(deadlineMs: number): Promise<void> {
    this.#closing ??= this.#end(deadlineMs);
    return this.#closing;
  }

  // Private

  async #open(): Promise<{ port: number }> {
    if (this.#closing !== null) {
      throw new ViliError('VILI_GATE_LISTEN', 'the proxy is closed', { exitCode: EXIT.usage });
    }
    const { settings, handed } = this.#options;
    if (settings.tls !== null) this.#watchCertificate(settings.tls);
    const start = () => Promise.all(this.#slots.map((slot) => slot.start()));
    // Who takes a socket over serves from that moment on; a port that is taken is reported before anything starts.
    if (handed !== undefined) await start();
    const port = await this.#acceptor.listen(settings, handed);
    if (handed === undefined) await start();
    return { port };
  }

  async #end(deadlineMs: number): Promise<void> {
    this.#watchMirror(false);
    this.#stopWatching();
    this.#acceptor.close();
    await Promise.all(this.#slots.map((slot) => slot.close(deadlineMs)));
  }

  /** The processes watch the files themselves, and report what is wrong with them. */
  #watchCertificate(tls: TlsSettings): void {
    this.#pair = readTlsPair(tls);
    const take = (pair: TlsPair): void => {
      this.#pair = pair;
    };
    this.#stopWatching = watchTlsPair(tls, this.#pair, take, () => {});
  }

  #watchMirror(mirroring: boolean): void {
    if (!mirroring && this.#polls !== null) clearInterval(this.#polls);
    this.#polls = mirroring
      ? (this.#polls ?? setInterval(() => this.#pollMirror(), MIRROR_POLL_MS))
      : null;
    if (mirroring) this.#pollMirror();
  }

  #pollMirror(): void {
    const { mirror } = this.#options;
    mirror.setBusy(this.#slots.some(({ child }) => child?.isShedding === true));
    const reason = mirror.dropReason();
    if (reason === this.#mirrorReason) return;
    this.#mirrorReason = reason;
    for (const { child } of this.#slots) child?.setMirrorReason(reason);
  }
}
