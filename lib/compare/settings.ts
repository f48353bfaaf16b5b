import type { MaskSettings } from './mask/mask.ts';
import type { CompareRule } from './rules/rules.ts';

/** How two answers are compared, what of it counts, and how much work one pair may cost. */
export interface CompareSettings {
  /** `block`: a vanished field or a changed type counts against testing; `report`: it is shown. */
  readonly shape: 'block' | 'report';
  /** The same for values, headers and bodies that are not JSON. */
  readonly values: 'block' | 'report';
  /** Largest body that is compared, as sent and after decoding; larger ones by length and SHA-1. */
  readonly maxBodyBytes: number;
  /** JSON levels that are told apart by path; what lies deeper is only equal or not. */
  readonly maxDepth: number;
  /** Most differences kept of one pair. */
  readonly maxDifferences: number;
  /** Response headers that are compared. Volatile ones are only compared by presence. */
  readonly headers: readonly string[];
  /** What an operator knows better of some places. */
  readonly rules: readonly CompareRule[];
  /** What is taken out of everything that is kept or shown. */
  readonly mask: MaskSettings;
  /** Share (0 to 1) of safe requests that running is asked a second time. */
  readonly controlShare: number;
  /** Templates that win over learned ones: `GET /users/{name}` or `/users/{name}`, `*` = the rest. */
  readonly routes: readonly string[];
  /** Most endpoints told apart; the rest is `METHOD (other)`. */
  readonly maxEndpoints: number;
}

/** Endpoints distinguished while responses are compared and judged; the rest is `METHOD (other)`. */
export const MAX_ENDPOINTS = 500;

export const DEFAULT_COMPARE_SETTINGS: CompareSettings = {
  shape: 'block',
  values: 'report',
  maxBodyBytes: 1_048_576,
  maxDepth: 64,
  maxDifferences: 20,
  headers: [
    'content-type',
    'location',
    'cache-control',
    'content-disposition',
    'content-language',
    'www-authenticate',
    'allow',
    'vary',
    'access-control-allow-origin',
  ],
  rules: [],
  mask: { headers: [], paths: [] },
  controlShare: 0.1,
  routes: [],
  maxEndpoints: MAX_ENDPOINTS,
};
