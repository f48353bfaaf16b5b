import { createRouteMatcher } from '../endpoint/routes.ts';
import { type JsonPlace, type PlaceMatcher, parseJsonPath } from '../json/path.ts';

/** What an operator says about one place of the answers of some endpoints. */
export type CompareRule = {
  /** `GET /items/{id}`, `/items/{id}`; null: all. */
  readonly endpoint: string | null;
  /** A JSON path; for `ignore` also `header:NAME`. */
  readonly path: string;
} & RuleAction;

export type RuleAction =
  | { readonly action: 'ignore' }
  /** Numbers may differ by `amount`, or by that share of the larger one. */
  | { readonly action: 'tolerance'; readonly amount: number; readonly relative: boolean }
  /** The order of an array means nothing. */
  | { readonly action: 'unordered' }
  /** Objects of an array are paired by this field. */
  | { readonly action: 'key'; readonly key: string };

export type Tolerance = Extract<RuleAction, { action: 'tolerance' }>;
export type Arrangement = Extract<RuleAction, { action: 'unordered' | 'key' }>;

/** The rules that hold for one request. */
export interface RequestRules {
  ignores(place: JsonPlace): boolean;
  /** `name` in lower case. */
  ignoresHeader(name: string): boolean;
  tolerance(place: JsonPlace): Tolerance | null;
  arrangement(place: JsonPlace): Arrangement | null;
}

/** Finds the rules for a request; null when there are none. */
export type RuleBook = (method: string, path: string) => RequestRules | null;

const HEADER = 'header:';
/** Requests whose rules are remembered by method and path. */
const MAX_REMEMBERED = 1000;
/** Longer paths are looked through each time. */
const MAX_REMEMBERED_LENGTH = 512;

/** Throws ViliError `VILI_JSON_PATH` for a path that is none. */
export function createRuleBook(rules: readonly CompareRule[]): RuleBook {
  if (rules.length === 0) return () => null;
  const compiled = rules.map(compile);
  const remembered = new Map<string, RequestRules | null>();
  return (method, target) => {
    const path = target.replace(/[?#].*$/s, '');
    const key = `${method} ${path}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const segments = path.split('/');
    const fitting = compiled.filter((rule) => rule.isFor(method, segments));
    const found = fitting.length === 0 ? null : rulesOf(fitting);
    const isShort = key.length <= MAX_REMEMBERED_LENGTH;
    if (isShort && remembered.size < MAX_REMEMBERED) remembered.set(key, found);
    return found;
  };
}

// Private

interface Compiled {
  readonly rule: CompareRule;
  readonly isFor: (method: string, segments: readonly string[]) => boolean;
  readonly header: string | null;
  readonly isAt: PlaceMatcher;
}

function compile(rule: CompareRule): Compiled {
  const match = rule.endpoint === null ? null : createRouteMatcher([rule.endpoint]);
  const header = rule.path.startsWith(HEADER) ? rule.path.slice(HEADER.length).toLowerCase() : null;
  return {
    rule,
    isFor: (method, segments) => match === null || match(method, segments) !== null,
    header,
    isAt: header === null ? parseJsonPath(rule.path) : () => false,
  };
}

function rulesOf(compiled: readonly Compiled[]): RequestRules {
  const ignoring = compiled.filter(({ rule }) => rule.action === 'ignore');
  const tolerant = compiled.filter(({ rule }) => rule.action === 'tolerance');
  const arranging = compiled.filter(
    ({ rule }) => rule.action === 'unordered' || rule.action === 'key',
  );
  const at = (list: readonly Compiled[], place: JsonPlace): CompareRule | null =>
    list.find(({ isAt }) => isAt(place))?.rule ?? null;
  return {
    ignores: (place) => ignoring.length > 0 && at(ignoring, place) !== null,
    ignoresHeader: (name) => ignoring.some(({ header }) => header === name),
    tolerance: (place) => at(tolerant, place) as Tolerance | null,
    arrangement: (place) => at(arranging, place) as Arrangement | null,
  };
}
