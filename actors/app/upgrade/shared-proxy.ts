import type { Server } from 'node:net';
import type { Target } from '../../../lib/model/exchange.ts';
import type { TrafficListener } from '../../../lib/proxy/copy/traffic.ts';
import type { ProxyCounts } from '../../../lib/proxy/counts.ts';
import type { ProxyService } from '../../../lib/proxy/proxy.ts';
import type { Route } from '../../../lib/proxy/route.ts';
import type { Drained } from '../../../lib/proxy/upstream/pool.ts';
import type { Predecessor } from './predecessor.ts';

/** The proxy together with that of the Vili before, which keeps the connections it has: both go where the route says. */
export class SharedProxy implements ProxyService {
  readonly #own: ProxyService;
  readonly #before: Predecessor;

  constructor(own: ProxyService, before: Predecessor) {
    this.#own = own;
    this.#before = before;
  }

  get listener(): Server {
    return this.#own.listener;
  }

  listen(): Promise<{ port: number }> {
    return this.#own.listen();
  }

  route(): Route {
    return this.#own.route();
  }

  setRoute(route: Route): void {
    this.#own.setRoute(route);
    this.#before.route(route);
  }

  async drain(target: Target, timeoutMs: number): Promise<Drained> {
    const [own, older] = await Promise.all([
      this.#own.drain(target, timeoutMs),
      this.#before.drain(target, timeoutMs),
    ]);
    return { finished: own.finished + older.finished, cut: own.cut + older.cut };
  }

  moveOn(target: Target): void {
    this.#own.moveOn(target);
    this.#before.moveOn(target);
  }

  pulse(): ReturnType<ProxyService['pulse']> {
    return this.#own.pulse();
  }

  counts(): ProxyCounts | Promise<ProxyCounts> {
    return this.#own.counts();
  }

  processes(): readonly number[] {
    return this.#own.processes();
  }

  connections(): Promise<number> {
    return this.#own.connections();
  }

  onTraffic(listener: TrafficListener): () => void {
    return this.#own.onTraffic(listener);
  }

  /** Also waits for the Vili before, which learns through this one where users go. */
  async leave(): Promise<void> {
    await Promise.all([this.#own.leave(), this.#before.gone]);
  }

  async close(deadlineMs: number): Promise<void> {
    await Promise.all([this.#own.close(deadlineMs), this.#before.end(deadlineMs)]);
  }
}
