import type { FailureKind } from '../model/exchange.ts';

export const ALL_KINDS = ['status', 'header', 'missing', 'extra', 'type', 'value', 'body'] as const;

/** One side's response to one request. Status 0: there was no response, and `failure` says why. */
export interface ResponseSummary {
  /** Where the protocol has failures of its own: the status of HTTP with the same meaning. */
  readonly status: number;
  /** For people, what was sent in place of such a status: `200 with grpc-status 13`. */
  readonly says?: string;
  readonly ms: number;
  readonly failure: FailureKind | null;
}

/**
 * How two responses differ. `missing`: only running has the field or element, or more of it;
 * `extra`: only testing has it; `type`: a value of another type, another kind of content, an address that
 * users cannot reach; `value`: another value of the same type; `body`: other bytes of a content without
 * structure, or that cannot be read.
 */
export type DifferenceKind = (typeof ALL_KINDS)[number];

export interface Difference {
  readonly kind: DifferenceKind;
  /** A JSON path (`$.items[].price`), a place (`html: main h1`), `size`, or a header name. */
  readonly path: string;
  /** Renderings of at most 80 characters, absent where there is nothing to show. */
  readonly running?: string;
  readonly testing?: string;
}

/** The second responses of both to one request, asked for at the same moment and from the same thread. */
export interface AskedAgain {
  readonly running: ResponseSummary;
  readonly testing: ResponseSummary;
}

/**
 * Why a pair says nothing about testing and counts in neither direction. `state-moved-on`: asked
 * again, running responded as testing had. `own-session`, `own-write`: only running knows the client's
 * session, or what it wrote; `unlearned`: it is not known yet whether testing does.
 */
export type SetAside = 'state-moved-on' | 'own-session' | 'own-write' | 'unlearned';

/** What only running knows of the client of a pair that is set aside. */
export interface OwnState {
  /** The kind of credential, ``cookie `sid` ``; '' for a write. */
  readonly what: string;
  /** The endpoint that set it or wrote it, `POST /login`; '' where that is not known. */
  readonly by: string;
  /** Whether requests to that endpoint are copied. */
  readonly isCopied: boolean;
  /** An operator laid down that testing has a state of its own. */
  readonly isByRule: boolean;
}

/** Bodies that could not be compared by their content, and why. */
export interface Unread {
  /** `testing`: running's could be read, and so could its second one. */
  readonly by: 'both' | 'testing';
  readonly why: string;
}

/** A pair: one user request to which both versions responded. */
export interface PairOutcome {
  readonly requestId: string;
  readonly atMs: number;
  /** Method and path template, e.g. `GET /items/{id}`. */
  readonly endpoint: string;
  readonly running: ResponseSummary;
  readonly testing: ResponseSummary;
  /** Bounded by the comparer; those that count against testing come first. */
  readonly differences: readonly Difference[];
  /** A difference of a blocking kind (`compare.shape`, `compare.values`) is among them. */
  readonly differs: boolean;
  /**
   * Whether running's second response to the request, if it was sent twice, differs from the first
   * in a way that counts.
   */
  readonly baseline: {
    readonly differs: boolean;
    /** Where only running's second response has another value than its first; absent where nowhere. */
    readonly values?: readonly string[];
  } | null;
  /**
   * Whether running, which denied the caller (401, 403), denied it again; null or absent when the
   * request was not sent twice.
   */
  readonly deniedAgain?: boolean | null;
  /**
   * The request put to both once more. `no-room`: it should have been, and could not. Null or absent:
   * there was no need, or it cannot be repeated.
   */
  readonly again?: AskedAgain | 'no-room' | null;
  /** Known before it is judged: the pair counts in neither direction. */
  readonly setAside?: SetAside | null;
  readonly ownState?: OwnState | null;
  /**
   * It would be set aside, but one side failed (5xx, no response): that counts, in both directions alike, and
   * nothing else of the pair does.
   */
  readonly failuresOnly?: boolean;
  /** Absent where the bodies were compared by their content. */
  readonly unread?: Unread;
  /** There was no time to compare what is in the bodies, only what they are. */
  readonly isLeftOut?: true;
  /** The thread that timed testing was delayed, so `testing.ms` says nothing about testing. */
  readonly disturbed?: boolean;
}

/** The pair shows what only running can know: nothing else of it is evidence. */
export function isAside({ setAside = null }: PairOutcome): boolean {
  return setAside === 'own-session' || setAside === 'own-write' || setAside === 'unlearned';
}
