import { Agent, request as httpRequest } from 'node:http';

const TICK_MS = 5;
/** Longer than any standstill of a busy host: a request that was lost is still noticed. */
const TIMEOUT_MS = 60_000;
const ORDER = JSON.stringify({ item: 7 });

/** What many clients got, each with an address of its own. */
export interface ClientsSeen {
  sent: number;
  ok: number;
  failed: number;
  /** The first word of each failure, and how often it came. */
  readonly failures: Map<string, number>;
  /** By client, the versions that responded, without repetitions in a row. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
}

/**
 * Clients behind a trusted proxy that names their addresses: writes and reads in turn, at a fixed rate whatever the
 * other side does. Nothing is sent twice.
 */
export class Clients {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 128 });
  readonly #versions = new Map<string, string[]>();
  readonly #timer: NodeJS.Timeout;
  readonly #port: number;
  readonly #writes: number;
  readonly #open = new Set<Promise<void>>();
  readonly seen: ClientsSeen;

  /** `writes`: the share of `POST /orders` in all requests, 0 to 1; the others read. */
  constructor(
    port: number,
    { clients, ratePerSecond, writes }: { clients: number; ratePerSecond: number; writes: number },
  ) {
    this.#port = port;
    this.#writes = writes;
    this.seen = { sent: 0, ok: 0, failed: 0, failures: new Map(), versions: this.#versions };
    const begun = performance.now();
    this.#timer = setInterval(() => {
      const due = ((performance.now() - begun) / 1000) * ratePerSecond;
      while (this.seen.sent < due) this.#send(this.seen.sent++, clients);
    }, TICK_MS);
  }

  /** Resolves when all responses have come. */
  async stop(): Promise<ClientsSeen> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#agent.destroy();
    return this.seen;
  }

  // Private

  #send(at: number, clients: number): void {
    // So that every client writes and reads.
    const client = Math.floor(Math.random() * clients);
    const address = `10.7.${client >> 8}.${client & 255}`;
    const isWrite = Math.floor((at + 1) * this.#writes) > Math.floor(at * this.#writes);
    const done = this.#visit(address, isWrite);
    this.#open.add(done);
    void done.finally(() => this.#open.delete(done));
  }

  async #visit(address: string, isWrite: boolean): Promise<void> {
    try {
      const { status, version } = await this.#ask(address, isWrite);
      if (status < 500) this.seen.ok++;
      else this.#fail(`status ${status}`);
      const list = this.#versions.get(address) ?? [];
      if (version !== '' && list.at(-1) !== version) list.push(version);
      this.#versions.set(address, list);
    } catch (error) {
      this.#fail(String(error));
    }
  }

  #fail(problem: string): void {
    this.seen.failed++;
    this.seen.failures.set(problem, (this.seen.failures.get(problem) ?? 0) + 1);
  }

  #ask(address: string, isWrite: boolean): Promise<{ status: number; version: string }> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        agent: this.#agent,
        host: '127.0.0.1',
        port: this.#port,
        method: isWrite ? 'POST' : 'GET',
        path: isWrite ? '/orders' : '/items/7',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          'x-forwarded-for': address,
          ...(isWrite && { 'content-type': 'application/json' }),
        },
      });
      request.once('error', reject);
      request.once('response', (response) => {
        response.once('error', reject);
        response.once('close', () => {
          const version = String(response.headers['x-shop-version'] ?? '');
          resolve({ status: response.statusCode ?? 0, version });
        });
        response.resume();
      });
      request.end(isWrite ? ORDER : undefined);
    });
  }
}

/** How often clients changed between versions. */
export function changes({ versions }: ClientsSeen): readonly string[] {
  return [...versions.values()].map((list) => list.join(' > '));
}
