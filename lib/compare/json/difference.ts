import type { TextChange } from '../address/site.ts';
import { isIdentifier } from '../endpoint/segment.ts';
import type { Findings } from '../findings.ts';
import type { DifferenceKind } from '../outcome.ts';
import type { RequestRules } from '../rules/rules.ts';
import { arrange } from './arrange.ts';
import { brief, jsonType, MASKED, sameScalar, showJson } from './parse.ts';
import type { JsonPlace } from './path.ts';
import { type Effort, effortOfOnePair, isWithin } from './under-rules.ts';

const MAX_KEY_LENGTH = 80;
const MAX_PATH_LENGTH = 400;
/** Of a value that differs, so much is searched for secrets; less is ever shown. */
const MAX_SEARCHED = 4096;
const SHORTEST_ID = 8;
/** No form of identifier is longer, and matching a key of a megabyte would take minutes. */
const LONGEST_ID = 200;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** What applies to individual places of a document. */
export interface PlaceRules {
  readonly rules: RequestRules | null;
  /** Values at this place must not be shown. */
  readonly isMasked: (place: JsonPlace) => boolean;
  /** What may be shown of a string or a key at any other place. */
  readonly maskText: (text: string) => string;
  /** Whether the element or member before says that this one must not be shown. */
  readonly isNamedValue: (parent: object, key: string | number) => boolean;
  /** How two strings that are not equal differ; absent: by their value. */
  readonly textChange?: (running: string, testing: string) => TextChange;
}

interface Walk extends PlaceRules {
  readonly findings: Findings;
  readonly maxDepth: number;
  /** Keys from the root to the current value; null is any index of an array. */
  readonly path: (string | null)[];
  /** What holds the current values, and where. */
  parents: readonly [running: object, testing: object] | null;
  key: string | number;
  readonly effort: Effort;
}

type Composite = Record<string, unknown>;
type Equality = (left: unknown, right: unknown) => boolean;

const NO_RULES: PlaceRules = {
  rules: null,
  isMasked: () => false,
  maskText: (text) => text,
  isNamedValue: () => false,
};

/**
 * Adds the differences between two parsed documents. The order of keys is insignificant; arrays are
 * compared by position unless a rule says otherwise. The documents' size bounds the work,
 * `maxDepth` the recursion.
 */
export function compareJson(
  running: unknown,
  testing: unknown,
  maxDepth: number,
  findings: Findings,
  places: PlaceRules = NO_RULES,
): void {
  const walk = {
    ...places,
    findings,
    maxDepth,
    path: [],
    parents: null,
    key: 0,
    effort: effortOfOnePair(),
  };
  compareValues(walk, running, testing);
}

/** Equality without recursion, so that no depth of nesting can exhaust the stack. */
export function sameJson(left: unknown, right: unknown): boolean {
  const pending: unknown[] = [];
  const isSame = (a: unknown, b: unknown): boolean => {
    if (!isComposite(a) || !isComposite(b)) return sameScalar(a, b);
    pending.push(a, b);
    return true;
  };
  let same = isSame(left, right);
  while (same && pending.length > 0) {
    const b = pending.pop() as Composite;
    const a = pending.pop() as Composite;
    if (Array.isArray(a) && Array.isArray(b)) same = sameElements(a, b, isSame);
    else same = Array.isArray(a) === Array.isArray(b) && sameEntries(a, b, isSame);
  }
  return same;
}

// Private

function isComposite(value: unknown): value is Composite {
  return typeof value === 'object' && value !== null;
}

function sameElements(left: readonly unknown[], right: readonly unknown[], isSame: Equality) {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) {
    if (!isSame(left[index], right[index])) return false;
  }
  return true;
}

function sameEntries(left: Composite, right: Composite, isSame: Equality): boolean {
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(right, key) || !isSame(left[key], right[key])) return false;
  }
  return true;
}

function compareValues(walk: Walk, running: unknown, testing: unknown): void {
  if (walk.findings.saturated() || isIgnored(walk, running, testing)) return;
  const type = jsonType(running);
  if (type !== jsonType(testing)) {
    addDifference(walk, 'type', running, testing);
  } else if (type !== 'array' && type !== 'object') {
    if (sameScalar(running, testing)) return;
    if (type === 'number' && isTolerated(walk, running, testing)) return;
    const change = type === 'string' ? textChangeOf(walk, running, testing) : 'value';
    if (change !== 'same') addDifference(walk, change, running, testing);
  } else if (walk.path.length >= walk.maxDepth) {
    if (!sameJson(running, testing)) addDifference(walk, 'value', running, testing);
  } else if (type === 'array') {
    compareArrays(walk, running as unknown[], testing as unknown[]);
  } else {
    compareObjects(walk, running as Composite, testing as Composite);
  }
}

function textChangeOf({ textChange }: Walk, running: unknown, testing: unknown): TextChange {
  return textChange === undefined ? 'value' : textChange(String(running), String(testing));
}

/** Whether a rule ignores this place; a difference that it hides is recorded. */
function isIgnored(walk: Walk, running: unknown, testing: unknown): boolean {
  if (walk.rules?.ignores(walk.path) !== true) return false;
  if (!sameJson(running, testing)) walk.findings.skip(pathText(walk.path));
  return true;
}

function isTolerated(walk: Walk, running: unknown, testing: unknown): boolean {
  if (!isWithin(walk.rules?.tolerance(walk.path) ?? null, running, testing)) return false;
  walk.findings.skip(pathText(walk.path));
  return true;
}

function compareArrays(walk: Walk, running: unknown[], testing: unknown[]): void {
  const { path, rules, effort } = walk;
  const rule = rules?.arrangement(path) ?? null;
  if (rules === null || rule === null) {
    compareByPosition(walk, running, testing);
    return;
  }
  path.push(null);
  const arranged = arrange(rule, { rules, path, effort }, running, testing);
  for (const [ours, theirs] of arranged.pairs) compareValues(walk, ours, theirs);
  path.pop();
  // Objects with different keys are different objects: their fields are not comparable.
  const [ours, theirs] = [arranged.running, arranged.testing];
  const isSet = rule.action === 'unordered';
  if (ours.length > 0)
    addElement(walk, 'missing', isSet ? ours : ours[0], isSet ? theirs : undefined);
  if (theirs.length > 0 && !(isSet && ours.length > 0)) {
    addElement(walk, 'extra', isSet ? ours : undefined, isSet ? theirs : theirs[0]);
  }
}

function addElement(walk: Walk, kind: DifferenceKind, ours: unknown, theirs: unknown): void {
  walk.path.push(null);
  addDifference(walk, kind, ours, theirs);
  walk.path.pop();
}

function compareByPosition(walk: Walk, running: unknown[], testing: unknown[]): void {
  const shared = Math.min(running.length, testing.length);
  walk.path.push(null);
  const parents = [running, testing] as const;
  for (let index = 0; index < shared; index++) {
    walk.parents = parents;
    walk.key = index;
    compareValues(walk, running[index], testing[index]);
  }
  if (running.length > shared) addDifference(walk, 'missing', running, testing);
  else if (testing.length > shared) addDifference(walk, 'extra', running, testing);
  walk.path.pop();
}

function compareObjects(walk: Walk, running: Composite, testing: Composite): void {
  const { findings } = walk;
  const parents = [running, testing] as const;
  for (const key of Object.keys(running)) {
    if (findings.saturated()) return;
    walk.path.push(key);
    walk.parents = parents;
    walk.key = key;
    // Own keys only: `__proto__` in a document is data, and an absent one is absent.
    if (Object.hasOwn(testing, key)) compareValues(walk, running[key], testing[key]);
    else if (!isIgnored(walk, running[key], undefined)) {
      addDifference(walk, 'missing', running[key], undefined);
    }
    walk.path.pop();
  }
  for (const key of Object.keys(testing)) {
    if (findings.saturated()) return;
    if (Object.hasOwn(running, key)) continue;
    walk.path.push(key);
    walk.parents = parents;
    walk.key = key;
    if (!isIgnored(walk, undefined, testing[key])) {
      addDifference(walk, 'extra', undefined, testing[key]);
    }
    walk.path.pop();
  }
}

/** `undefined`, which no document contains, stands for a side without a value at this place. */
function addDifference(walk: Walk, kind: DifferenceKind, running: unknown, testing: unknown): void {
  const path = pathText(walk.path);
  if (!walk.findings.wants(kind, path)) return;
  const isMasked = walk.isMasked(walk.path) || isNamed(walk);
  const show = (value: unknown): string => (isMasked ? MASKED : shownOf(walk, value));
  walk.findings.add({
    kind,
    path,
    ...(running !== undefined && { running: brief(show(running)) }),
    ...(testing !== undefined && { testing: brief(show(testing)) }),
  });
}

/** Whether either side says in the member before that this value is a credential. */
function isNamed({ parents, key, isNamedValue }: Walk): boolean {
  return parents?.some((parent) => isNamedValue(parent, key)) === true;
}

/** Masked before it is cut, since a cut may hide what shows that it is a secret. */
function shownOf({ maskText }: Walk, value: unknown): string {
  if (typeof value !== 'string' || jsonType(value) !== 'string') return showJson(value);
  return showJson(maskText(value.slice(0, MAX_SEARCHED)));
}

/** Keys of a map from ids count as one place, as in paths; short numbers may be names. */
function keyTemplate(key: string): string {
  const mayBeId = key.length >= SHORTEST_ID && key.length <= LONGEST_ID;
  return mayBeId && isIdentifier(key) ? '{id}' : key;
}

function pathText(path: readonly (string | null)[]): string {
  let text = '$';
  for (const key of path) {
    if (key === null) text += '[]';
    else if (key.length <= MAX_KEY_LENGTH && IDENTIFIER.test(key)) text += `.${key}`;
    else text += `[${JSON.stringify(brief(keyTemplate(key)))}]`;
    if (text.length > MAX_PATH_LENGTH) return `${text.slice(0, MAX_PATH_LENGTH)}…`;
  }
  return text;
}
