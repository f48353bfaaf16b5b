/** Overrides which methods are copied to testing; the first rule that matches applies. */
export interface MirrorRule {
  /** A method in upper case, or `*`. */
  readonly method: string;
  /** A path template: `{name}` matches one segment, `*` anything. */
  readonly path: string;
  readonly on: boolean;
}

/** A header or a cookie whose value identifies a user. */
export interface StickyKey {
  readonly kind: 'header' | 'cookie';
  readonly name: string;
}

/** A change to the headers of a copy: `value` null removes the header. */
export interface HeaderEdit {
  readonly name: string;
  readonly value: string | null;
}

/** Where copies of a path go: `{name}` is one segment, `*` anything, in `from` and in `to`. */
export interface PathRewrite {
  readonly from: string;
  readonly to: string;
}

/**
 * Whether testing shares what running keeps of its clients: learned, or laid down. `path` is a prefix of whole
 * segments; '' stands for all paths.
 */
export interface StateRule {
  readonly path: string;
  readonly mode: StateMode;
}

export type StateMode = 'auto' | 'shared' | 'own';

/** An operator's rule for one place in the responses of some endpoints. */
export type CompareRule = {
  /** `GET /items/{id}` or `/items/{id}`; null holds for all. */
  readonly endpoint: string | null;
  /** A JSON path, or for `ignore` also `header:NAME` or a place in quotes: `"html: main h1"`. */
  readonly path: string;
} & RuleAction;

/** A difference that one release is meant to have, and why, as its `.accept` file says. */
export interface DeclaredDifference {
  /** As in a compare rule; null holds for all. */
  readonly endpoint: string | null;
  readonly path: string;
  readonly reason: string;
}

export type RuleAction =
  | { readonly action: 'ignore' }
  /** Numbers may differ by `amount`, or by that share of the larger number. */
  | { readonly action: 'tolerance'; readonly amount: number; readonly relative: boolean }
  /** The order of an array is insignificant. */
  | { readonly action: 'unordered' }
  /** Objects in an array are paired by this field. */
  | { readonly action: 'key'; readonly key: string };
