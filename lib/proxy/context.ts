import type { ExchangeSink } from '../model/exchange.ts';
import type { CopyLimits } from './copy/copy.ts';
import type { MirrorFilter } from './copy/filter.ts';
import type { Origins } from './copy/origin.ts';
import type { SpanSampler } from './copy/spans.ts';
import type { TrafficLog } from './copy/traffic.ts';
import type { Counter } from './counts.ts';
import type { FailureLog } from './failures.ts';
import type { ErrorPages } from './downstream/error-pages.ts';
import type { Previews } from './preview/previews.ts';
import type { RequestHold } from './request/hold.ts';
import type { Refusals } from './request/refusals.ts';
import type { Route } from './route.ts';
import type { ProxySettings } from './settings.ts';
import type { Sharing } from './share/sharing.ts';
import type { UpstreamPool } from './upstream/pool.ts';

/** What all requests of a proxy share. `route`, `pool` and `sharing` are replaced together. */
export interface ProxyContext {
  readonly settings: ProxySettings;
  readonly sink: ExchangeSink;
  readonly counts: Counter;
  readonly failures: FailureLog;
  readonly copyLimits: CopyLimits;
  readonly traffic: TrafficLog;
  /** Null: there is no collector of traces. */
  readonly spans: SpanSampler | null;
  /** Replaced together with a route that has rules of its own. */
  filter: MirrorFilter;
  readonly origins: Origins;
  readonly pages: ErrorPages;
  readonly hold: RequestHold;
  readonly refusals: Refusals;
  /** Wall clock, ms with fractions. */
  readonly now: () => number;
  readonly onProblem: (text: string) => void;
  route: Route;
  pool: UpstreamPool | null;
  /** Which users' requests go elsewhere; null while all go to `pool`. */
  sharing: Sharing | null;
  /** The way to the version under test, for those who have the token; null: there is none for anybody. */
  readonly previews: Previews | null;
  closing: boolean;
  /** Another process takes the connections from now on: each of these ends with its next response. */
  leaving: boolean;
}
