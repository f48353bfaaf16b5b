import { DaemonWorld, IDENTIFIER } from '../../support/daemon-world.ts';
import { accountsAtRest, imbalanceOf } from '../kit/accounts.ts';
import { Load } from '../kit/load.ts';
import type { Failure, RequestShape } from '../kit/load-protocol.ts';
import { type Measured, measure } from '../kit/quantiles.ts';
import { dropRelease } from '../kit/release.ts';
import { auditSwitches, type Switches } from './audit.ts';

/** Little evidence and a short probation, so that a promotion takes seconds. */
const SETTINGS: Readonly<Record<string, string | null>> = {
  verdict_min_requests: '100',
  verdict_min_time: '1s',
  verdict_margin: '5%',
  verdict_warmup_requests: '10',
  verdict_warmup_time: '500ms',
  verdict_log_window: '200ms',
  probation: '500ms',
  log_dir: 'logs_vili',
};
const LONG_MS = 300;
const LONG: RequestShape = {
  method: 'GET',
  path: `/wait/${LONG_MS}/20000`,
  sends: 0,
  gets: 20_000,
};
const SHORT: RequestShape = { method: 'GET', path: '/bytes/300', sends: 0, gets: 300 };
const UPLOAD: RequestShape = { method: 'POST', path: '/echo', sends: 50_000, gets: 50_000 };
const SHAPES = [LONG, LONG, SHORT, LONG, LONG, UPLOAD, LONG, SHORT, LONG, LONG, SHORT];
const PROMOTION_LIMIT_MS = 120_000;
const RESPONSE_LIMIT_MS = 10_000;
const MAX_IN_FLIGHT = 1000;

export interface PromotionsOptions {
  readonly promotions: number;
  readonly ratePerSecond: number;
  readonly settings?: Readonly<Record<string, string | null>>;
  /** Called after each promotion. */
  readonly onPromoted?: (version: string, seconds: number) => void;
}

export interface PromotionsRun extends Switches {
  readonly users: Measured;
  readonly failures: readonly Failure[];
  /** received - (mirrored + skipped + dropped + failed) at rest: 0. */
  readonly imbalance: number;
  readonly received: number;
  /** How long each promotion took, from the arrival of the file. */
  readonly seconds: readonly number[];
  /** Versions that were not promoted, with the reason; no user may have reached them. */
  readonly rejected: readonly string[];
}

/** Tests and promotes one version after the other by its verdict, under users at a fixed rate. */
export async function runPromotions(options: PromotionsOptions): Promise<PromotionsRun> {
  const world = await DaemonWorld.create({ ...SETTINGS, ...options.settings });
  let load: Load | null = null;
  try {
    const first = '1.0.0';
    const daemon = world.start();
    await daemon.serving(await dropRelease(world.base, { identifier: IDENTIFIER, version: first }));
    load = await Load.start({
      port: world.port,
      ratePerSecond: options.ratePerSecond,
      shapes: SHAPES,
      // Not a divisor of the number of shapes: every shape uses both kinds of connections.
      newConnectionEvery: 3,
      timeoutMs: RESPONSE_LIMIT_MS,
      maxInFlight: MAX_IN_FLIGHT,
    });
    load.phase('users');
    const order = [first];
    const seconds: number[] = [];
    const rejected: string[] = [];
    while (seconds.length < options.promotions) {
      const version = `1.0.${order.length + rejected.length}`;
      const startMs = performance.now();
      const name = await dropRelease(world.base, { identifier: IDENTIFIER, version });
      await daemon.testing(name, PROMOTION_LIMIT_MS);
      const { running } = await daemon.until(
        `${name} is promoted or rejected`,
        ({ testing }) => testing === null,
        PROMOTION_LIMIT_MS,
      );
      // On a busy machine the same program may look slow: another version is tried.
      if (running?.version !== name) {
        rejected.push(`${version}: ${(await daemon.recorded('rejected', name)).reasons[0]}`);
        if (rejected.length > options.promotions) throw new Error(rejected.join('\n'));
        continue;
      }
      order.push(version);
      seconds.push((performance.now() - startMs) / 1000);
      options.onPromoted?.(version, seconds.at(-1) ?? 0);
      await daemon.until('the previous version is gone', ({ previous }) => previous === null);
    }
    const result = await load.finish();
    const accounts = await accountsAtRest(daemon);
    return {
      ...auditSwitches(result, order),
      users: measure(result, () => true),
      failures: result.failures,
      imbalance: imbalanceOf(accounts),
      received: accounts.received,
      seconds,
      rejected,
    };
  } finally {
    load?.kill();
    await world.end();
  }
}
