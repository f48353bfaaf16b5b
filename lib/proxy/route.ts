import type { Target } from '../model/exchange.ts';
import type { UserShare } from '../model/promotion/user-share.ts';
import type { CopyRules } from './settings.ts';

/**
 * Where users' requests go. Immutable: the proxy holds one route and replaces it in one step, so that a
 * request sees either the old route or the new one, never a mixture.
 */
export interface Route {
  /** Null while running restarts: requests are held. */
  readonly running: Target | null;
  /** Users whose requests go elsewhere, during a promotion in steps; null or absent: none. */
  readonly share?: UserShare | null;
  /** The version under test, for those who may see it; null or absent: none. */
  readonly preview?: Target | null;
  /** Whether a testing version receives copies. */
  readonly mirroring: boolean;
  /** The processes of all servlets: what they send here is not copied. */
  readonly servlets?: readonly number[];
  /** Which requests are copied; absent: as the settings of the proxy say, or the route before. */
  readonly copies?: CopyRules;
}

/** The route of a new proxy. */
export const NO_ROUTE: Route = { running: null, mirroring: false };
