import { entryOf } from '../../compare/limited.ts';

/** Responses from which it is clear how testing took a credential, before anything is concluded. */
const ENOUGH = 3;
const ENOUGH_CONTENT = 5;
/** Own: of so many at most this share was accepted. */
const HARDLY_ANY = 0.05;
/** From so many on, a kind that is accepted now and then counts as shared: what is refused is a fault. */
const MANY = 12;
/** Older responses count less, so that what was learned can change. */
const MEMORY = 400;
/** The first requests with a credential of running all ask what a stranger gets, more while nothing is known. */
const FIRST_ASKED = 6;
const FIRST_ASKED_UNKNOWN = 24;
const ASKED_SHARE = 0.02;
/** Pairs that agreed at an endpoint where no stranger could be asked. */
const AGREED = 20;
const AGREED_SHARE = 0.9;
const MAX_KINDS = 100;
const MAX_ENDPOINTS = 500;

/**
 * How testing took a credential that running handed out: as running did, as running takes a stranger, or the
 * credential makes no difference here; `unclear` says nothing.
 */
export type Reception = 'known' | 'stranger' | 'indifferent' | 'unclear';
/** What told it: the status, or only the content, which varies by itself. */
export type Clue = 'status' | 'content';

export type Standing = 'shared' | 'own' | 'unknown';
/** `count`: the pair is evidence; `own`, `unlearned`: it is not, or not known to be. */
export type Treatment = 'count' | 'own' | 'unlearned';

interface Sums {
  known: number;
  stranger: number;
}

interface Kind {
  readonly status: Sums;
  readonly content: Sums;
  readonly places: Map<string, Place>;
}

interface Place {
  asked: number;
  indifferent: number;
  dependent: number;
  /** Pairs without a stranger's response to which both responded alike, or which only testing denied. */
  agreed: number;
  denied: number;
}

/** Learns for each kind of credential whether testing knows what running hands out. */
export class Acceptance {
  readonly #kinds = new Map<string, Kind>();

  observe(kind: string, endpoint: string, reception: Reception, clue: Clue): void {
    const known = this.#kindOf(kind);
    const place = placeOf(known, endpoint);
    if (known === null || place === null) return;
    if (reception === 'unclear') return;
    if (reception === 'indifferent') {
      place.indifferent++;
      return;
    }
    place.dependent++;
    const sums = known[clue];
    sums[reception]++;
    if (sums.known + sums.stranger > MEMORY) {
      sums.known /= 2;
      sums.stranger /= 2;
    }
  }

  /** No stranger was asked: whether both responded alike, or only testing denied access. */
  compared(kind: string, endpoint: string, how: 'alike' | 'denied'): void {
    const place = placeOf(this.#kindOf(kind), endpoint);
    if (place === null) return;
    if (how === 'alike') place.agreed++;
    else place.denied++;
  }

  /** Whether running is to be asked what a stranger gets; known before testing has responded. */
  wantsStranger(kind: string, endpoint: string, random: () => number): boolean {
    const place = placeOf(this.#kindOf(kind), endpoint);
    if (place === null) return random() < ASKED_SHARE;
    const isUnknown = this.dependsOn(kind, endpoint) !== false && this.standing(kind) === 'unknown';
    const first = isUnknown ? FIRST_ASKED_UNKNOWN : FIRST_ASKED;
    if (place.asked >= first && random() >= ASKED_SHARE) return false;
    place.asked++;
    return true;
  }

  /** Whether the credential makes a difference at this endpoint; null when that is not known. */
  dependsOn(kind: string, endpoint: string): boolean | null {
    const place = this.#kinds.get(kind)?.places.get(endpoint);
    if (place === undefined) return null;
    if (place.dependent > 0) return true;
    return place.indifferent >= ENOUGH ? false : null;
  }

  standing(kind: string): Standing {
    const found = this.#kinds.get(kind);
    if (found === undefined) return 'unknown';
    const { status, content } = found;
    if (status.known + status.stranger >= ENOUGH) return standingOf(status);
    const seen = content.known + content.stranger;
    if (seen > 0) return seen >= ENOUGH_CONTENT ? standingOf(content) : 'unknown';
    return status.known + status.stranger > 0 ? 'unknown' : standingOf(unaskedOf(found));
  }

  treatment(kind: string, endpoint: string): Treatment {
    const standing = this.standing(kind);
    if (standing === 'shared' || this.dependsOn(kind, endpoint) === false) return 'count';
    if (standing === 'own') return 'own';
    const place = this.#kinds.get(kind)?.places.get(endpoint);
    if (place === undefined || place.dependent > 0) return 'unlearned';
    const pairs = place.agreed + place.denied;
    return pairs >= AGREED && place.agreed >= AGREED_SHARE * pairs ? 'count' : 'unlearned';
  }

  // Private

  #kindOf(name: string): Kind | null {
    return entryOf(this.#kinds, name, MAX_KINDS, () => ({
      status: { known: 0, stranger: 0 },
      content: { known: 0, stranger: 0 },
      places: new Map(),
    }));
  }
}

// Private

function placeOf(kind: Kind | null, endpoint: string): Place | null {
  if (kind === null) return null;
  const blank = () => ({ asked: 0, indifferent: 0, dependent: 0, agreed: 0, denied: 0 });
  return entryOf(kind.places, endpoint, MAX_ENDPOINTS, blank);
}

function standingOf({ known, stranger }: Sums): Standing {
  const seen = known + stranger;
  if (stranger >= ENOUGH && known <= HARDLY_ANY * seen) return 'own';
  if (known >= ENOUGH && known >= stranger) return 'shared';
  return seen >= MANY ? 'shared' : 'unknown';
}

/** Where running is never asked: what testing denied, at endpoints where it denied something. */
function unaskedOf({ places }: Kind): Sums {
  const sums = { known: 0, stranger: 0 };
  for (const { agreed, denied } of places.values()) {
    if (denied === 0) continue;
    sums.known += agreed;
    sums.stranger += denied;
  }
  return sums;
}
