import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { codeOf, messageOf } from '../errors.ts';
import { Latencies } from './latencies.ts';

const TICK_MS = 10;
/** Idle connections are closed before a typical server closes them. */
const FREE_CONNECTION_MS = 3000;

export interface UsersOptions {
  readonly port: number;
  readonly host: string;
  readonly ratePerSecond: number;
  /** Requests in flight, at most; further ones are not sent but counted as `held`. */
  readonly maxInFlight: number;
  /** Limit for one response, ms. */
  readonly timeoutMs: number;
  /** Ends the load; responses under way are still counted. */
  readonly signal: AbortSignal;
  readonly random: () => number;
  /** Called for every complete response, whatever its status. */
  readonly onResponse?: (response: IncomingMessage) => void;
  /** Called for every request that failed: what it was, what was wrong, and when it began, by `performance.now()`. */
  readonly onFailure?: (request: string, problem: string, begunMs: number) => void;
}

export interface UserCounts {
  readonly sent: number;
  /** Complete responses with a status below 400. */
  readonly ok: number;
  readonly failed: number;
  /** Not sent, because too many were in flight. */
  readonly held: number;
  /** Sent a second time, because the server was just closing their idle connection. */
  readonly retried: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Request and problem of the last failure. */
  readonly lastFailure: string | null;
}

export interface Users {
  counts(): UserCounts;
  /** Resolves once the signal is aborted and every response under way has arrived. */
  readonly done: Promise<UserCounts>;
}

interface Wish {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: string | null;
}

/** Sends a mix of shop requests at a steady rate over kept-alive connections and counts them. */
export function startUsers(options: UsersOptions): Users {
  const { signal, ratePerSecond, maxInFlight, random } = options;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: maxInFlight,
    scheduling: 'lifo',
    timeout: FREE_CONNECTION_MS,
  });
  const latencies = new Latencies();
  const tally = { sent: 0, ok: 0, failed: 0, held: 0, retried: 0 };
  let lastFailure: string | null = null;
  let inFlight = 0;
  let settle: (() => void) | null = null;

  const visit = async (): Promise<void> => {
    const wish = wishOf(random);
    const started = performance.now();
    const problem = await ask(wish, options, agent, () => (tally.retried += 1));
    latencies.add(performance.now() - started);
    if (problem === null) tally.ok += 1;
    else {
      tally.failed += 1;
      const request = `${wish.method} ${wish.path}`;
      lastFailure = `${request}: ${problem}`;
      options.onFailure?.(request, problem, started);
    }
    inFlight -= 1;
    if (inFlight === 0) settle?.();
  };

  const startedAt = performance.now();
  let due = 0;
  const timer = setInterval(() => {
    const wanted = ((performance.now() - startedAt) / 1000) * ratePerSecond;
    // Only time makes requests due: a slow service does not slow its users down.
    for (; due < wanted; due += 1) {
      if (inFlight >= maxInFlight) tally.held += 1;
      else {
        inFlight += 1;
        tally.sent += 1;
        void visit();
      }
    }
  }, TICK_MS);

  const counts = (): UserCounts => ({
    ...tally,
    p50Ms: latencies.quantileMs(0.5),
    p99Ms: latencies.quantileMs(0.99),
    maxMs: latencies.maxMs,
    lastFailure,
  });
  const finish = async (): Promise<UserCounts> => {
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    }
    clearInterval(timer);
    if (inFlight > 0) await new Promise<void>((resolve) => (settle = resolve));
    agent.destroy();
    return counts();
  };
  return { counts, done: finish() };
}

// Private

function wishOf(random: () => number): Wish {
  const id = (count: number): number => 1 + Math.floor(random() * count);
  const dice = random();
  if (dice < 0.05) return get('/');
  if (dice < 0.2) return get('/items');
  if (dice < 0.55) return get(`/items/${id(50)}`);
  if (dice < 0.7) return get(`/orders/${id(200)}`);
  if (dice < 0.8) return get(`/users/${id(20)}/orders`);
  if (dice < 0.95) return get(`/search?q=${'abcdefgh'[id(8) - 1]}`);
  return { method: 'POST', path: '/orders', body: JSON.stringify({ item: id(50) }) };
}

function get(path: string): Wish {
  return { method: 'GET', path, body: null };
}

/** Null for a good response, else the problem. */
async function ask(
  wish: Wish,
  options: UsersOptions,
  agent: Agent,
  retried: () => void,
): Promise<string | null> {
  try {
    return await askOnce(wish, options, agent);
  } catch (error) {
    const stale = (error as { stale?: unknown }).stale === true && wish.method === 'GET';
    if (!stale) return messageOf(error);
    retried();
    return askOnce(wish, options, agent).catch(messageOf);
  }
}

function askOnce(wish: Wish, options: UsersOptions, agent: Agent): Promise<string | null> {
  const { host, port, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      agent,
      host,
      port,
      method: wish.method,
      path: wish.path,
      signal: AbortSignal.timeout(timeoutMs),
      headers: wish.body === null ? {} : { 'content-type': 'application/json' },
    });
    let responded = false;
    request.once('error', (error) => {
      // The server closed the idle connection while the request was on its way; browsers retry, too.
      const stale = request.reusedSocket && !responded && codeOf(error) === 'ECONNRESET';
      reject(Object.assign(error, { stale }));
    });
    request.once('response', (response) => {
      responded = true;
      response.once('error', reject);
      response.once('close', () => {
        if (!response.complete) return reject(new Error('the response broke off'));
        options.onResponse?.(response);
        const status = response.statusCode ?? 0;
        resolve(status < 400 ? null : `status ${status}`);
      });
      response.resume();
    });
    request.end(wish.body ?? undefined);
  });
}
