import type { CompareRule, RuleAction } from '../../model/traffic-rules.ts';
import { createRouteMatcher } from '../endpoint/routes.ts';
import { type JsonPlace, type PlaceMatcher, parseJsonPath } from '../json/path.ts';

const HEADER = 'header:';
/** A path in quotes is the place of a difference in HTML, XML, text and so on. */
const CONTENT = /^"(.*)"$/s;
/** Requests whose rules are cached by method and path. */
const MAX_CACHED = 1000;
/** The rules for longer keys are looked up each time. */
const MAX_CACHED_KEY_LENGTH = 512;

export type Tolerance = Extract<RuleAction, { action: 'tolerance' }>;
export type Arrangement = Extract<RuleAction, { action: 'unordered' | 'key' }>;

/** The rules that apply to one request. */
export interface RequestRules {
  ignores(place: JsonPlace): boolean;
  /** `name` in lower case. */
  ignoresHeader(name: string): boolean;
  /** A place of content that is not JSON, as differences name it: `html: main h1`. */
  ignoresContent(path: string): boolean;
  tolerance(place: JsonPlace): Tolerance | null;
  arrangement(place: JsonPlace): Arrangement | null;
}

/** The rules for a request, or null when there are none. */
export type RuleBook = (method: string, path: string) => RequestRules | null;

/** Throws ViliError `VILI_JSON_PATH` for an invalid path. */
export function createRuleBook(declared: readonly CompareRule[]): RuleBook {
  if (declared.length === 0) return () => null;
  const compiled = declared.map(compile);
  const cached = new Map<string, RequestRules | null>();
  return (method, target) => {
    const path = target.replace(/[?#].*/s, '');
    const key = `${method} ${path}`;
    const found = cached.get(key);
    if (found !== undefined) return found;
    const segments = path.split('/');
    const matching = compiled.filter((rule) => rule.isFor(method, segments));
    const rules = matching.length === 0 ? null : rulesOf(matching);
    if (key.length <= MAX_CACHED_KEY_LENGTH && cached.size < MAX_CACHED) cached.set(key, rules);
    return rules;
  };
}

// Private

interface Compiled {
  readonly rule: CompareRule;
  readonly isFor: (method: string, segments: readonly string[]) => boolean;
  readonly header: string | null;
  /** The beginning of places in content that is not JSON. */
  readonly content: string | null;
  readonly isAt: PlaceMatcher;
}

function compile(rule: CompareRule): Compiled {
  const match = rule.endpoint === null ? null : createRouteMatcher([rule.endpoint]);
  const header = rule.path.startsWith(HEADER) ? rule.path.slice(HEADER.length).toLowerCase() : null;
  const content = CONTENT.exec(rule.path)?.[1] ?? null;
  return {
    rule,
    content,
    isFor: (method, segments) => match === null || match(method, segments) !== null,
    header,
    isAt: header === null && content === null ? parseJsonPath(rule.path) : () => false,
  };
}

function rulesOf(compiled: readonly Compiled[]): RequestRules {
  const ignoring = compiled.filter(({ rule }) => rule.action === 'ignore');
  const tolerant = compiled.filter(({ rule }) => rule.action === 'tolerance');
  const keyed = compiled.filter(({ rule }) => rule.action === 'key');
  const unordered = compiled.filter(({ rule }) => rule.action === 'unordered');
  const at = (list: readonly Compiled[], place: JsonPlace): CompareRule | null =>
    list.find(({ isAt }) => isAt(place))?.rule ?? null;
  return {
    ignores: (place) => ignoring.length > 0 && at(ignoring, place) !== null,
    ignoresContent: (path) =>
      ignoring.some(({ content }) => content !== null && isWithin(path, content)),
    ignoresHeader: (name) => ignoring.some(({ header }) => header === name),
    tolerance: (place) => at(tolerant, place) as Tolerance | null,
    // A key says more than that the order has no meaning.
    arrangement: (place) =>
      (at(keyed, place) as Arrangement | null) ?? (at(unordered, place) as Arrangement | null),
  };
}

/** The place itself, and what is inside. */
function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place} `);
}
