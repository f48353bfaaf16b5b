import type { UserResponse } from '../../../lib/verdict/unpaired/kinds.ts';
import type { ControlKind } from './unpaired.ts';
import type { Random } from './random.ts';

type Request = Pick<UserResponse, 'atMs' | 'client' | 'endpoint'>;

/** What the new version does worse. `atMs`: since its promotion. */
export type Fault = (
  request: Request,
  atMs: number,
  random: Random,
) => Partial<Pick<UserResponse, 'status' | 'failure' | 'ms'>> | null;

/** How users and both versions behave in one run, whatever the version. */
export interface Noise {
  request(random: Random): Omit<Request, 'atMs'>;
  /** `sinceMs`: since the promotion, negative before it. */
  respond(request: Request, random: Random, sinceMs: number, fault: Fault | null): UserResponse;
}

export interface UserScenario {
  readonly name: string;
  readonly isGood: boolean;
  readonly controls: readonly ControlKind[];
  readonly requestsPerSecond: number;
  readonly historyMs: number;
  readonly trialMs: number;
  /** Of the users, in a step. */
  readonly share: number;
  readonly noise: (random: Random) => Noise;
  readonly fault: Fault | null;
}

const CLIENTS = 300;
const CLIENT_NAMES = Array.from({ length: 3001 }, (_, index) => `c${index}`);
const ENDPOINTS = [
  'GET /items/{id}',
  'GET /items',
  'POST /orders',
  'GET /cart',
  'PUT /cart/{id}',
  'GET /',
  'GET /search',
  'POST /login',
  'DELETE /cart/{id}',
  'GET /orders/{id}',
] as const;
const MINUTE_MS = 60_000;
const MEDIANS_MS = ENDPOINTS.map((_, index) => 10 + 7 * index);

interface Shape {
  /** The rate of failures by itself, by time since the promotion. */
  readonly failing: (sinceMs: number, client: string) => number;
  /** How much slower than usual. */
  readonly pace?: (sinceMs: number) => number;
  /** Of the requests, so many are of the one client. */
  readonly dominance?: number;
  /** Endpoints by Zipf, or only this one. */
  readonly only?: string;
  readonly clients?: number;
}

const usual = {
  isGood: true,
  controls: ['history', 'step'] as readonly ControlKind[],
  requestsPerSecond: 40,
  historyMs: 5 * MINUTE_MS,
  trialMs: 5 * MINUTE_MS,
  share: 0.25,
  fault: null,
};

export const userScenarios: readonly UserScenario[] = [
  good('independent, 0 %', () => noise({ failing: () => 0 })),
  good('independent, 0.3 %', () => noise({ failing: () => 0.003 })),
  good('independent, 3 %', () => noise({ failing: () => 0.03 })),
  {
    ...good('independent, 0.3 %, few requests', () => noise({ failing: () => 0.003 })),
    requestsPerSecond: 3,
    historyMs: 20 * MINUTE_MS,
    trialMs: 10 * MINUTE_MS,
  },
  {
    ...good('independent, 1 %, a short history', () => noise({ failing: () => 0.01 })),
    historyMs: 20_000,
  },
  good('bursts: all fail for 3 s, every 3 minutes', (random) =>
    bursts(random, 3000, 3 * MINUTE_MS, 0.002),
  ),
  good('bursts: half fail for 8 s, every 4 minutes', (random) =>
    bursts(random, 8000, 4 * MINUTE_MS, 0.002, 0.5),
  ),
  {
    ...good('bursts: all fail for 3 s, few requests', (random) =>
      bursts(random, 3000, 3 * MINUTE_MS, 0.002),
    ),
    requestsPerSecond: 3,
    historyMs: 20 * MINUTE_MS,
    trialMs: 10 * MINUTE_MS,
  },
  good('one client dominates and fails in 5 %', () =>
    noise({ failing: (_, client) => (client === 'c0' ? 0.05 : 0.002), dominance: 0.6 }),
  ),
  good('one client dominates and begins to fail in 20 %', () =>
    noise({
      failing: (since, client) => (client === 'c0' && since > 0 ? 0.2 : 0.002),
      dominance: 0.15,
    }),
  ),
  good('one client dominates and begins to fail always', () =>
    noise({
      failing: (since, client) => (client === 'c0' && since > MINUTE_MS ? 1 : 0.002),
      dominance: 0.15,
    }),
  ),
  good('one client dominates and fails for 15 s, every 2 minutes', (random) =>
    dominantBursts(random, 15_000, 2 * MINUTE_MS),
  ),
  {
    ...good('one client in 30 fails in half of its requests, step of 5 %', () =>
      noise({ failing: (_, client) => (isBroken(client) ? 0.5 : 0.002), clients: 600 }),
    ),
    share: 0.05,
    controls: ['step'],
    requestsPerSecond: 100,
  },
  good('drift: failures grow from 0.2 % to 0.6 %, times by half', () =>
    noise({
      failing: (since) => 0.004 + 0.002 * clamp(since / (5 * MINUTE_MS)),
      pace: (since) => 1.25 + 0.25 * clamp(since / (5 * MINUTE_MS)),
    }),
  ),
  good('drift: failures double from 1 % to 2 %', () =>
    noise({ failing: (since) => 0.015 + 0.005 * clamp(since / (5 * MINUTE_MS)) }),
  ),
  bad(
    'POST /orders fails in 3 %, 100 writes/s',
    { only: 'POST /orders' },
    failing('POST /orders', 0.03),
    { requestsPerSecond: 100 },
  ),
  bad(
    'POST /orders fails in 3 %, 100 writes/s, step of 5 %',
    { only: 'POST /orders', clients: 3000 },
    failing('POST /orders', 0.03),
    { requestsPerSecond: 100, share: 0.05, controls: ['step'], trialMs: 15 * MINUTE_MS },
  ),
  bad(
    'POST /orders fails in 3 %, from 5 s on',
    { only: 'POST /orders' },
    failing('POST /orders', 0.03, 5000),
    { requestsPerSecond: 100, controls: ['history'] },
  ),
  bad(
    'POST /orders fails in 3 %, among others, 1000 clients',
    { clients: 1000 },
    failing('POST /orders', 0.03),
    { requestsPerSecond: 100 },
  ),
  bad('all writes fail from 5 s on', {}, failing('POST', 1, 5000), { requestsPerSecond: 100 }),
  bad('all writes fail from 5 s on, one address', { clients: 1 }, failing('POST', 1, 5000), {
    requestsPerSecond: 100,
    controls: ['history'],
  }),
  bad('all fail from 5 s on, one address, few requests', { clients: 1 }, failing('', 1, 5000), {
    requestsPerSecond: 5,
    controls: ['history'],
  }),
  bad('30 % of all fail, one address', { clients: 1 }, failing('', 0.3), {
    requestsPerSecond: 100,
    controls: ['history'],
  }),
  bad(
    'responses break off in 10 %',
    {},
    (_, __, random) => (random.chance(0.1) ? { failure: 'closed' } : null),
    { requestsPerSecond: 100 },
  ),
  bad('4 times slower', {}, () => ({ ms: 4 }), { requestsPerSecond: 100 }),
];

// Private

function good(name: string, make: (random: Random) => Noise): UserScenario {
  return { ...usual, name, noise: make };
}

function bad(
  name: string,
  shape: Partial<Shape>,
  fault: Fault,
  more: Partial<UserScenario>,
): UserScenario {
  const failing = () => 0.001;
  return {
    ...usual,
    name,
    isGood: false,
    fault,
    noise: () => noise({ failing, ...shape }),
    ...more,
  };
}

function failing(prefix: string, rate: number, fromMs = 0): Fault {
  return ({ endpoint }, atMs, random) =>
    atMs >= fromMs && endpoint.startsWith(prefix) && random.chance(rate) ? { status: 500 } : null;
}

function noise({ failing, pace, dominance = 0, only, clients = CLIENTS }: Shape): Noise {
  const total = ENDPOINTS.reduce((sum, _, index) => sum + 1 / (index + 1), 0);
  return {
    request(random) {
      const client = random.chance(dominance)
        ? 'c0'
        : (CLIENT_NAMES[1 + Math.floor(random.uniform() * clients)] ?? '');
      if (only !== undefined) return { client, endpoint: only };
      let left = random.uniform() * total;
      let index = 0;
      while (index < ENDPOINTS.length - 1 && (left -= 1 / (index + 1)) > 0) index++;
      return { client, endpoint: ENDPOINTS[index] ?? '' };
    },
    respond(request, random, sinceMs, fault) {
      const place = ENDPOINTS.indexOf(request.endpoint as (typeof ENDPOINTS)[number]);
      const median = (MEDIANS_MS[place] ?? 10) * (pace?.(sinceMs) ?? 1);
      const ms = median * Math.exp(0.5 * random.normal());
      const own = random.chance(failing(sinceMs, request.client)) ? 500 : 200;
      const worse = fault === null ? null : fault(request, sinceMs, random);
      const { endpoint, client, atMs } = request;
      if (worse === null) return { endpoint, client, atMs, status: own, failure: null, ms };
      const { status = own, failure = null, ms: times = 1 } = worse;
      return { endpoint, client, atMs, status, failure, ms: ms * times };
    },
  };
}

/** All versions fail together now and then. */
function bursts(random: Random, lengthMs: number, everyMs: number, base: number, rate = 1): Noise {
  const spells = spellsOf(random, lengthMs, everyMs);
  return noise({ failing: (since) => (isWithin(spells, since, lengthMs) ? rate : base) });
}

function dominantBursts(random: Random, lengthMs: number, everyMs: number): Noise {
  const spells = spellsOf(random, lengthMs, everyMs);
  return noise({
    failing: (since, client) => (client === 'c0' && isWithin(spells, since, lengthMs) ? 1 : 0.002),
    dominance: 0.4,
  });
}

function spellsOf(random: Random, lengthMs: number, everyMs: number): readonly number[] {
  const spells: number[] = [];
  for (let atMs = -30 * MINUTE_MS; atMs < 30 * MINUTE_MS; ) {
    atMs += lengthMs + random.exponential(everyMs);
    spells.push(atMs);
  }
  return spells;
}

function isWithin(spells: readonly number[], atMs: number, lengthMs: number): boolean {
  return spells.some((begin) => atMs >= begin && atMs < begin + lengthMs);
}

/** Broken by itself, whatever version it meets; who is in a share of the users is drawn. */
function isBroken(client: string): boolean {
  return Number(client.slice(1)) % 30 === 1;
}

function clamp(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
