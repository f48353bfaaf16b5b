import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 10_000;
/** A visitor thinks for so long before each request. */
const PAUSE_MS = { least: 10, more: 40 };

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** One visit from the first page to the last. */
export type Journey = (visitor: Visitor) => Promise<void>;

/** A client with a memory for cookies, as a browser has; each visit begins with an empty one. */
export class Visitor {
  readonly #port: number;
  readonly #agent: Agent;
  readonly #cookies = new Map<string, string>();
  readonly #signal: AbortSignal;

  constructor(port: number, agent: Agent, signal: AbortSignal) {
    this.#port = port;
    this.#agent = agent;
    this.#signal = signal;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.ask('GET', path, { headers });
  }

  form(path: string, fields: Readonly<Record<string, string>>): Promise<Reply> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.ask('POST', path, { headers, body: String(new URLSearchParams(fields)) });
  }

  json(
    path: string,
    value: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const all = { 'content-type': 'application/json', ...headers };
    return this.ask('POST', path, { headers: all, body: JSON.stringify(value) });
  }

  async ask(method: string, path: string, { headers = {}, body }: Asked = {}): Promise<Reply> {
    await sleep(PAUSE_MS.least + PAUSE_MS.more * Math.random(), null, { signal: this.#signal });
    const cookie = [...this.#cookies].map((pair) => pair.join('=')).join('; ');
    const reply = await this.#exchange(method, path, {
      headers: { ...headers, ...(cookie === '' ? {} : { cookie }) },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of [reply.headers['set-cookie'] ?? []].flat()) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) this.#cookies.set(name, value);
    }
    return reply;
  }

  // Private

  #exchange(method: string, path: string, { headers = {}, body }: Asked): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const length =
        body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const sent = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          method,
          path,
          agent: this.#agent,
          headers: { ...headers, ...length },
          timeout: TIMEOUT_MS,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () => {
            const text = Buffer.concat(chunks).toString('latin1');
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
          });
        },
      );
      sent.once('error', reject);
      sent.once('timeout', () => sent.destroy(new Error('no response in time')));
      sent.end(body);
    });
  }
}

export interface Visitors {
  readonly requests: () => number;
  readonly stop: () => Promise<void>;
}

/** So many visitors at any time, each gone after its journey and followed by another. */
export function startVisitors(port: number, journey: Journey, count: number): Visitors {
  const leaving = new AbortController();
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  let visits = 0;
  const loop = async (): Promise<void> => {
    while (!leaving.signal.aborted) {
      visits++;
      // A visit that fails is over: what users met is in Vili's own counts.
      await journey(new Visitor(port, agent, leaving.signal)).catch(() => sleep(PAUSE_MS.least));
    }
  };
  const all = Promise.all(Array.from({ length: count }, loop));
  return {
    requests: () => visits,
    stop: async () => {
      leaving.abort();
      await all;
      agent.destroy();
    },
  };
}
