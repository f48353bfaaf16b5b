import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../lib/errors.ts';
import { DOWNLOAD_BYTES } from './mixed-app.ts';

const HOST = '127.0.0.1';
/** Far beyond what the busiest machine needs: only what never comes fails by it. */
const PATIENCE_MS = 60_000;
const TICK_MS = 20;
const UPLOAD_PARTS = 15;
const UPLOAD_PART = Buffer.alloc(4096, 121);
const PAUSE_MS = 60;
const ECHOES = 25;
const ECHO_PAUSE_MS = 120;
const KINDS = ['kept', 'fresh', 'download', 'upload', 'tunnel'] as const;

export type TrafficKind = (typeof KINDS)[number];
/** Of a hundred requests. */
const SHARES: Readonly<Record<TrafficKind, number>> = {
  kept: 82,
  fresh: 10,
  download: 3,
  upload: 3,
  tunnel: 2,
};

export interface MixedCounts {
  readonly ok: Readonly<Record<TrafficKind, number>>;
  /** What, when it began, when it failed, and why. */
  readonly failures: readonly string[];
  /** Of the short ones, ms. */
  readonly slowestMs: number;
}

/**
 * Users of every kind at a steady rate: on kept and on fresh connections, with downloads and uploads of a second and more, and
 * with upgraded connections of three. Nothing is retried: whatever breaks is a failure.
 */
export class MixedTraffic {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  readonly #ok: Record<TrafficKind, number> = {
    kept: 0,
    fresh: 0,
    download: 0,
    upload: 0,
    tunnel: 0,
  };
  readonly #failures: string[] = [];
  readonly #open = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #slowestMs = 0;
  #sent = 0;

  constructor(port: number, ratePerSecond: number) {
    this.#port = port;
    const began = performance.now();
    this.#timer = setInterval(() => {
      const due = ((performance.now() - began) * ratePerSecond) / 1000;
      while (this.#sent < due) this.#begin(kindOf(this.#sent++));
    }, TICK_MS);
  }

  counts(): MixedCounts {
    return { ok: { ...this.#ok }, failures: [...this.#failures], slowestMs: this.#slowestMs };
  }

  /** Begins nothing more; resolves when everything has ended. */
  async stop(): Promise<MixedCounts> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#agent.destroy();
    return this.counts();
  }

  // Private

  #begin(kind: TrafficKind): void {
    const at = new Date();
    const work = this.#count(kind, at);
    this.#open.add(work);
    void work.finally(() => this.#open.delete(work));
  }

  async #count(kind: TrafficKind, at: Date): Promise<void> {
    try {
      await this.#act(kind);
      this.#ok[kind] += 1;
      if (kind !== 'kept' && kind !== 'fresh') return;
      this.#slowestMs = Math.max(this.#slowestMs, Date.now() - at.getTime());
    } catch (error) {
      const times = `${at.toISOString()} to ${new Date().toISOString()}`;
      this.#failures.push(`${kind} ${times}: ${messageOf(error)}`);
    }
  }

  async #act(kind: TrafficKind): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const agent = kind === 'kept' ? this.#agent : false;
    const ask = (path: string, method = 'GET', headers = {}): ClientRequest =>
      request({ host: HOST, port: this.#port, path, method, headers, agent, signal });
    switch (kind) {
      case 'kept':
      case 'fresh': {
        const length = await bytesOf(ask(`/items/${this.#sent % 20}`).end());
        if (length === 0) throw new Error('an empty response');
        return;
      }
      case 'download': {
        const length = await bytesOf(ask('/download').end());
        if (length !== DOWNLOAD_BYTES)
          throw new Error(`${length} bytes in place of ${DOWNLOAD_BYTES}`);
        return;
      }
      case 'upload': {
        const upload = ask('/upload', 'POST');
        const responded = bytesOf(upload);
        responded.catch(() => undefined);
        for (let part = 0; part < UPLOAD_PARTS && !upload.destroyed; part++) {
          upload.write(UPLOAD_PART);
          await sleep(PAUSE_MS);
        }
        upload.end();
        await responded;
        return;
      }
      case 'tunnel':
        return echo(ask('/echo', 'GET', { connection: 'Upgrade', upgrade: 'echo' }).end());
    }
  }
}

// Private

function kindOf(index: number): TrafficKind {
  // Spread over the hundred, not one kind after the other.
  let rest = (index * 37) % 100;
  for (const kind of KINDS) {
    if (rest < SHARES[kind]) return kind;
    rest -= SHARES[kind];
  }
  return 'kept';
}

/** The length of the body of a complete response with status 200. */
async function bytesOf(asked: ClientRequest): Promise<number> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve);
    asked.once('error', reject);
  });
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
  return bytes;
}

/** Each message comes back, and the client is the one who ends. */
async function echo(asked: ClientRequest): Promise<void> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    asked.once('upgrade', (_response, opened: Socket) => resolve(opened));
    asked.once('response', ({ statusCode }) => reject(new Error(`status ${statusCode}`)));
    asked.once('error', reject);
  });
  const seen = { text: '', end: '' };
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => (seen.text += text));
  socket.on('error', (error) => (seen.end ||= error.message));
  socket.on('end', () => (seen.end ||= 'it was ended'));
  let sent = '';
  for (let n = 0; n < ECHOES; n++) {
    socket.write(`${n};`);
    sent += `${n};`;
    await sleep(ECHO_PAUSE_MS);
    if (seen.end !== '') throw new Error(`${seen.end} after ${n} messages`);
  }
  const endMs = Date.now() + PATIENCE_MS;
  while (seen.text.length < sent.length && Date.now() < endMs && seen.end === '') {
    await sleep(PAUSE_MS);
  }
  socket.destroy();
  if (seen.text !== sent)
    throw new Error(`${seen.text.length} of ${sent.length} characters came back`);
}
