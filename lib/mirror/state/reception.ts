import { isDeniedStatus } from '../../compare/severity.ts';
import { type FlatHeaders, headerValues } from '../../model/headers.ts';
import type { Clue, Reception } from './acceptance.ts';

/** Longer addresses are cut: what follows hardly tells strangers from others. */
const MAX_LOCATION = 200;

/** One response, as far as it shows whether the client was recognised. */
export interface Reply {
  readonly status: number;
  readonly headers: FlatHeaders;
}

export const DENIED = 'denied';

/** Status and, for a redirect, where to: what a log-in page tells strangers by. */
export function signOf({ status, headers }: Reply): string {
  // Which refusal it is differs between versions and says the same.
  if (isDeniedStatus(status)) return DENIED;
  if (status === 304) return '200';
  if (status < 300 || status >= 400) return String(status);
  const [location = ''] = headerValues(headers, 'location');
  const path = location.replace(/^https?:\/\/[^/]*/, '').replace(/[?#].*/s, '');
  return `${status} ${path.slice(0, MAX_LOCATION)}`;
}

/** The places in which two responses differ. */
export type Places = ReadonlySet<string>;

export interface Seen {
  /** Signs of running's response to the client and to a stranger, and of testing's, to the same request. */
  readonly running: string;
  readonly stranger: string;
  readonly testing: string;
  /** Where running's response to a stranger differs from the one to the client. */
  readonly strangerPlaces: () => Places;
  readonly testingPlaces: () => Places;
  /** Where testing's response differs from running's to a stranger. */
  readonly betweenThem: () => Places;
}

/** How testing took the client, and what tells it. */
export function receptionOf(seen: Seen): { reception: Reception; clue: Clue } {
  const { running, stranger, testing } = seen;
  if (stranger !== running) {
    const isKnown = testing === running;
    const reception = isKnown ? 'known' : testing === stranger ? 'stranger' : 'unclear';
    return { reception, clue: 'status' };
  }
  if (testing !== running) return { reception: 'unclear', clue: 'status' };
  const places = seen.strangerPlaces();
  if (places.size === 0) return { reception: 'indifferent', clue: 'content' };
  if (!overlaps(places, seen.testingPlaces())) return { reception: 'known', clue: 'content' };
  const isAsStranger = !overlaps(places, seen.betweenThem());
  return { reception: isAsStranger ? 'stranger' : 'unclear', clue: 'content' };
}

// Private

function overlaps(left: Places, right: Places): boolean {
  for (const place of left) if (right.has(place)) return true;
  return false;
}
