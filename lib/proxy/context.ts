import type { ExchangeSink } from '../model/exchange.ts';
import type { CopyLimits } from './copy/copy.ts';
import type { MirrorChoice } from './copy/filter.ts';
import type { TrafficLog } from './copy/traffic.ts';
import type { Counter } from './counts.ts';
import type { ErrorPages } from './downstream/error-pages.ts';
import type { Hold } from './request/hold.ts';
import type { Route } from './route.ts';
import type { GateSettings } from './settings.ts';
import type { UpstreamPool } from './upstream/pool.ts';

/** What every request of a gate shares. `route` and `pool` are replaced together. */
export interface GateContext {
  readonly settings: GateSettings;
  readonly sink: ExchangeSink;
  readonly counts: Counter;
  readonly copyLimits: CopyLimits;
  readonly traffic: TrafficLog;
  readonly choice: MirrorChoice;
  readonly pages: ErrorPages;
  readonly hold: Hold;
  /** Where requests wait that running refused, until it is known whether running has ended. */
  readonly doubt: Hold;
  /** Wall clock with fractions of a ms. */
  readonly now: () => number;
  readonly onProblem: (text: string) => void;
  route: Route;
  pool: UpstreamPool | null;
  closing: boolean;
}
