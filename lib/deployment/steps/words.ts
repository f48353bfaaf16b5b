import type { StickyKey } from '../../model/traffic-rules.ts';
import { percent } from '../../text/numbers.ts';
import type { Stepping } from '../state.ts';

/** `5 % of the users by address (step 1 of 2)`. */
export function stepText({ steps, at, key }: Stepping): string {
  const share = percent(steps[at]?.share ?? 0);
  return `${share} of the users by ${keyText(key)} (step ${at + 1} of ${steps.length})`;
}

/** What a client is, in words. */
export function keyText(key: StickyKey | null): string {
  return key === null ? 'address' : `${key.kind} ${key.name}, or address without it`;
}
