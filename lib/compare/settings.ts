import type { CompareRule } from '../model/traffic-rules.ts';
import type { MaskSettings } from './mask/mask.ts';

/** How two responses are compared, which differences count, and how much work one pair may cost. */
export interface CompareSettings {
  /** `block`: a missing field or changed type counts against testing; `report`: only shown. */
  readonly shape: 'block' | 'report';
  /** The same for values, headers and bodies that are not JSON. */
  readonly values: 'block' | 'report';
  /** The largest body, as sent and decoded, compared by content; others by length and SHA-1. */
  readonly maxBodyBytes: number;
  /** JSON levels distinguished by path; deeper values are only equal or not. */
  readonly maxDepth: number;
  /** The most differences kept of one pair. */
  readonly maxDifferences: number;
  /** Response headers to compare; volatile ones are compared by presence only. */
  readonly headers: readonly string[];
  /** The operator's rules for individual places. */
  readonly rules: readonly CompareRule[];
  /** What is removed from everything that is kept or shown. */
  readonly mask: MaskSettings;
  /** The share (0 to 1) of safe requests that are sent to running a second time. */
  readonly controlShare: number;
  /** Templates that override learned ones: `GET /users/{name}`, `/users/{name}`, `/files/*`. */
  readonly routes: readonly string[];
  /** The most endpoints distinguished; the rest is `METHOD (other)`. */
  readonly maxEndpoints: number;
}

/** Bounds that are not settings; `maxEndpoints` also holds where responses are judged. */
export const COMPARE_LIMITS = {
  maxDifferences: 20,
  maxEndpoints: 500,
} satisfies Partial<CompareSettings>;
