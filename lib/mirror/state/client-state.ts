import type { OwnState, PairOutcome, SetAside } from '../../compare/outcome.ts';
import { isDeniedStatus, severityOfStatus } from '../../compare/severity.ts';
import { type Exchange, isSafeMethod } from '../../model/exchange.ts';
import { pathOf } from '../../model/path-template.ts';
import type { StateRule } from '../../model/traffic-rules.ts';
import type { ShadowResponse } from '../request/requester.ts';
import { Acceptance, type Treatment } from './acceptance.ts';
import { BoundedMap } from '../../model/bounded-map.ts';
import { type Credential, credentialsOf, isCredentialName } from './credentials.ts';
import { hashOf } from './hash.ts';
import { Issued, type Source } from './issued.ts';
import type { StateSnapshot } from './memory.ts';
import { clientOf, handedOutBy, noteOf, type StateNote } from './note.ts';
import { DENIED, type Places, receptionOf, signOf } from './reception.ts';
import { modeOf } from './rules.ts';
import { Translation } from './twins/translation.ts';
import { WriteKnowledge } from './write-knowledge.ts';
import { type Write, Written } from './written.ts';

const MAX_ENDPOINTS = 500;
const BROKEN = 2;
/** Marks the kind of sessions that copies carry although not all of their writes were copied. */
const TRANSLATED = '~';

/** What a request carries that only running may know. */
export interface Carried {
  /** Kinds of the credentials that running handed out since its own start; the likeliest session first. */
  readonly kinds: readonly string[];
  readonly source: Source | null;
  /** The kind of a session that testing knows, while running has started anew since it handed it out. */
  readonly earlier: string | null;
  /** The write above this read that testing did not get. */
  readonly write: Write | null;
}

/** A pair once all of its responses are there. */
export interface StatePair {
  readonly exchange: Exchange;
  readonly endpoint: string;
  readonly testing: ShadowResponse;
  /** Running's response to the same request without its credentials; null: not asked. */
  readonly stranger: ShadowResponse | null;
  readonly carried: Carried;
}

/** Where two responses to one request differ, by what is not noise; null stands for running's first. */
export type Compare = (one: ShadowResponse | null, other: ShadowResponse) => Places;

/** What is decided of a pair. */
export interface Aside {
  readonly setAside: SetAside | null;
  readonly ownState: OwnState | null;
  readonly failuresOnly?: boolean;
}

const UNLEARNED: Aside = { setAside: 'unlearned', ownState: null };
const FAILURES_ONLY: Aside = { setAside: null, ownState: null, failuresOnly: true };
/** The log-in was copied, and running was started anew after it. */
const BEFORE: Source = { endpoint: '', isCopied: true };
const NOTHING: Carried = { kinds: [], source: null, earlier: null, write: null };

/**
 * Learns, for one test, what testing knows of running's clients, and sets aside what it cannot know. What is
 * decided of a pair depends on the request and on pairs before it, never on how testing responded: both versions
 * failing at all (5xx, no response) counts always, whoever fails.
 */
export class ClientState {
  readonly #rules: readonly StateRule[];
  readonly #random: () => number;
  readonly #issued = new Issued();
  readonly #written = new Written();
  readonly #acceptance = new Acceptance();
  /** Has copies carry what testing handed out. */
  readonly translation = new Translation({
    isOwn: (kind) => this.#acceptance.standing(kind) === 'own',
    isMissed: (hash) => this.#issued.sourceOf(hash)?.isCopied === false,
  });
  readonly #knowledge = new WriteKnowledge();
  /** What strangers got last at an endpoint. */
  readonly #strangers = new BoundedMap<string, string>(MAX_ENDPOINTS);
  /** Where writes are copied by now; what running was told there before is its own all the same. */
  readonly #copied = new BoundedMap<string, true>(MAX_ENDPOINTS);

  constructor(rules: readonly StateRule[], random: () => number) {
    this.#rules = rules;
    this.#random = random;
  }

  restore({ issued, writes }: StateSnapshot): void {
    this.#issued.restore(issued);
    for (const write of writes) this.#written.add(write);
  }

  /** Running did something for a client. */
  note(note: StateNote): void {
    this.#issued.add(note);
    if (!note.isWrite || note.isCopied) return;
    this.#written.add(note);
    this.translation.missed(note);
  }

  /** A copy got lost on its way: whatever it did, only running knows. */
  missed(exchange: Exchange): void {
    const { method, path, headers, status, responseHeaders, responseBody, endpoint } = exchange;
    const response = { method, path, headers, status, responseHeaders, responseBody };
    const note = noteOf({ ...response, isCopied: false });
    if (note !== null) this.note({ ...note, endpoint });
  }

  /** Running starts anew. */
  forget(): void {
    this.#issued.clear();
    this.#written.clear();
    this.translation.runningReplaced();
  }

  /** Looked up when the copy is sent. */
  carriedBy({ method, path, headers, endpoint }: Exchange): Carried {
    const isSafe = isSafeMethod(method);
    if (!isSafe) this.#copied.set(endpoint, true);
    const write =
      isSafe && !this.#written.isEmpty ? this.#written.above(clientOf(headers), path) : null;
    let source: Source | null = null;
    let earlier: string | null = null;
    const kinds: string[] = [];
    for (const credential of credentialsOf(headers)) {
      if (this.translation.isEarlier(credential)) earlier ??= credential.kind;
      const [kind, from] = this.#unknownOf(credential);
      if (from === null) continue;
      const isLikely = kind === 'bearer token' || isCredentialName(kind);
      if (source === null || (isLikely && !isCredentialName(kinds[0] ?? ''))) source = from;
      if (isLikely) kinds.unshift(kind);
      else kinds.push(kind);
    }
    if (kinds.length === 0 && write === null && earlier === null) return NOTHING;
    return { kinds, source, earlier, write };
  }

  /** Whether running is to be asked what it gives to strangers. */
  wantsStranger({ kinds }: Carried, endpoint: string): boolean {
    let isWanted = false;
    for (const kind of kinds) {
      if (this.#acceptance.wantsStranger(kind, endpoint, this.#random)) isWanted = true;
    }
    return isWanted;
  }

  /** Why the pair is evidence for neither version, or null. To be asked before `learn`. */
  setAside(pair: StatePair): Aside | null {
    const { exchange, testing, carried } = pair;
    if (carried === NOTHING) return null;
    const aside = this.#unknown(pair);
    // Running failing where testing does not know the client must count as much as the reverse.
    return aside !== null && (isBroken(exchange) || isBroken(testing)) ? FAILURES_ONLY : aside;
  }

  /** Learns from a pair whose comparison is known. */
  learn(
    pair: StatePair,
    { differences }: Pick<PairOutcome, 'differences'>,
    compare: Compare,
  ): void {
    const { exchange, endpoint, testing, carried } = pair;
    if (isBroken(exchange) || isBroken(testing)) return;
    const { kinds, write } = carried;
    const treatment = this.#treatment(kinds, endpoint);
    for (const kind of kinds) this.#learnReception(pair, kind, compare);
    if (treatment !== 'count' || !isSafeMethod(exchange.method)) return;
    const [isFound, isFoundByTesting] = [isGood(exchange.status), isGood(testing.status)];
    const places = differences.map(({ kind, path }) => `${kind} ${path}`);
    this.#knowledge.observe({ endpoint, write, places, isFound, isFoundByTesting });
  }

  // Private

  /** The kind under which is learned whether testing knows the credential, and where it is from; null: it does. */
  #unknownOf(credential: Credential): [kind: string, source: Source | null] {
    const { kind, value } = credential;
    const known = this.translation.knows(credential);
    if (known === 'not') return [kind, this.#issued.sourceOf(hashOf(value))];
    if (known === 'fully') return [kind, null];
    const source = { endpoint: known.endpoint, isCopied: false };
    return [known.isTranslated ? kind + TRANSLATED : kind, source];
  }

  /** What testing cannot know of the pair, or is not known to know. */
  #unknown(pair: StatePair): Aside | null {
    const { exchange, endpoint, carried } = pair;
    const mode = modeOf(this.#rules, pathOf(exchange.path));
    if (mode === 'shared') return null;
    const { kinds, source, earlier, write } = carried;
    // Testing, which was not started anew, proves nothing by knowing whom running has forgotten.
    if (earlier !== null && !isRecognised(exchange))
      return this.#told('own-session', mode === 'own', BEFORE, earlier);
    if (kinds.length > 0) {
      const treatment = mode === 'own' ? 'own' : this.#treatment(kinds, endpoint);
      if (treatment !== 'count') {
        if (this.#letsIn(pair)) return null;
        if (treatment === 'unlearned') return UNLEARNED;
        const what = kinds[0]?.replace(TRANSLATED, '');
        return this.#told('own-session', mode === 'own', source, what);
      }
    }
    if (write === null) return null;
    const knows = mode === 'own' ? false : this.#knowledge.knows(endpoint, write);
    if (knows === true) return null;
    if (knows === null) return UNLEARNED;
    return this.#told('own-write', mode === 'own', { ...write, isCopied: false });
  }

  /** From pairs of which running was asked as a stranger, chosen before: both ways of going count evenly. */
  #learnReception(pair: StatePair, kind: string, compare: Compare): void {
    const { exchange, endpoint, testing, stranger } = pair;
    const running = signOf({ status: exchange.status, headers: exchange.responseHeaders });
    const theirs = signOf(testing);
    if (stranger === null || isBroken(stranger)) {
      if (running === theirs) this.#acceptance.compared(kind, endpoint, 'alike');
      else if (theirs === DENIED) this.#acceptance.compared(kind, endpoint, 'denied');
      return;
    }
    const strange = signOf(stranger);
    if (strange !== running) this.#strangers.set(endpoint, strange);
    const { reception, clue } = receptionOf({
      running,
      stranger: strange,
      testing: theirs,
      strangerPlaces: () => compare(null, stranger),
      testingPlaces: () => compare(null, testing),
      betweenThem: () => compare(stranger, testing),
    });
    this.#acceptance.observe(kind, endpoint, reception, clue);
  }

  #treatment(kinds: readonly string[], endpoint: string): Treatment {
    let treatment: Treatment = 'count';
    for (const kind of kinds) {
      const one = this.#acceptance.treatment(kind, endpoint);
      if (one === 'own') return one;
      if (one === 'unlearned') treatment = one;
    }
    return treatment;
  }

  /** Testing let somebody in whom running denied: an attack, unless that is how running treats strangers. */
  #letsIn({ exchange, endpoint, testing, stranger }: StatePair): boolean {
    if (!isDeniedStatus(exchange.status) || severityOfStatus(testing.status) > 0) return false;
    const usual = stranger === null ? this.#strangers.use(endpoint) : signOf(stranger);
    return usual !== signOf(testing);
  }

  #told(setAside: SetAside, isByRule: boolean, source: Source | null, what = ''): Aside {
    const by = source?.endpoint ?? '';
    const isCopied = source?.isCopied === true || this.#copied.use(by) === true;
    return { setAside, ownState: { what, by, isCopied, isByRule } };
  }
}

// Private

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}

/** As a client that running knows: it refuses nothing, and begins no other session. */
function isRecognised(exchange: Exchange): boolean {
  const client = clientOf(exchange.headers);
  const isNew = handedOutBy(exchange).some((hash) => !client.includes(hash));
  return !isNew && (isGood(exchange.status) || exchange.status === 304);
}

function isBroken({
  status,
  failure,
}: Pick<ShadowResponse, 'status'> & { failure: unknown }): boolean {
  return failure !== null || severityOfStatus(status) === BROKEN;
}
