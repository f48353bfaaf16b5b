import { DESYNC } from './desync.ts';
import { REQUEST_NAMES } from './http2-requests.ts';
import { RESPONSE_NAMES } from './http2-responses.ts';
import type { AnyProperty } from './property.ts';
import { FRONTENDS, runningBytes } from './running-bytes.ts';

const DESYNC_CASES = 1_000_000;
const RUNNING_CASES = 200_000;
const NAME_CASES = 50_000;

/** What `npm run soak:fuzz` runs, and over how many cases. */
export const PROPERTIES: ReadonlyMap<string, { property: AnyProperty; cases: number }> = new Map<
  string,
  { property: AnyProperty; cases: number }
>([
  ['desync', { property: DESYNC, cases: DESYNC_CASES }],
  ['names-request', { property: REQUEST_NAMES, cases: NAME_CASES }],
  ['names-response', { property: RESPONSE_NAMES, cases: NAME_CASES }],
  ...[...FRONTENDS].map(
    ([key, frontend]) =>
      [`running-${key}`, { property: runningBytes(frontend), cases: RUNNING_CASES }] as const,
  ),
]);
