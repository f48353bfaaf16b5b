import type { Findings } from './findings.ts';
import { jsonType, sameScalar, showJson } from './json.ts';
import type { DifferenceKind } from './outcome.ts';
import { brief } from './render.ts';
import { isIdentifier } from './segment.ts';

const MAX_KEY_LENGTH = 80;
const MAX_PATH_LENGTH = 400;
const SHORTEST_ID = 8;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

interface Walk {
  readonly findings: Findings;
  readonly maxDepth: number;
  /** Keys from the root to the value in hand; null is any index of an array. */
  readonly path: (string | null)[];
}

/**
 * Adds what differs between two parsed documents. Order of keys means nothing, arrays are compared
 * by position. Work is bounded by the smaller document, recursion by `maxDepth`.
 */
export function compareJson(
  running: unknown,
  testing: unknown,
  maxDepth: number,
  findings: Findings,
): void {
  compareValues({ findings, maxDepth, path: [] }, running, testing);
}

/** Equality without recursion, so that no depth of nesting can exhaust the stack. */
export function sameJson(left: unknown, right: unknown): boolean {
  const pending: unknown[] = [left, right];
  while (pending.length > 0) {
    const [b, a] = [pending.pop(), pending.pop()];
    if (!isComposite(a) || !isComposite(b)) {
      if (!sameScalar(a, b)) return false;
      continue;
    }
    const keys = Object.keys(a);
    if (Array.isArray(a) !== Array.isArray(b) || keys.length !== Object.keys(b).length)
      return false;
    for (const key of keys) {
      if (!Object.hasOwn(b, key)) return false;
      pending.push(a[key], b[key]);
    }
  }
  return true;
}

// Private

type Composite = Record<string, unknown>;

function isComposite(value: unknown): value is Composite {
  return typeof value === 'object' && value !== null;
}

function compareValues(walk: Walk, running: unknown, testing: unknown): void {
  if (walk.findings.saturated()) return;
  const type = jsonType(running);
  if (type !== jsonType(testing)) {
    report(walk, 'type', running, testing);
  } else if (type !== 'array' && type !== 'object') {
    if (!sameScalar(running, testing)) report(walk, 'value', running, testing);
  } else if (walk.path.length >= walk.maxDepth) {
    if (!sameJson(running, testing)) report(walk, 'value', running, testing);
  } else if (type === 'array') {
    compareArrays(walk, running as unknown[], testing as unknown[]);
  } else {
    compareObjects(walk, running as Composite, testing as Composite);
  }
}

function compareArrays(walk: Walk, running: unknown[], testing: unknown[]): void {
  const shared = Math.min(running.length, testing.length);
  walk.path.push(null);
  for (let index = 0; index < shared; index++) {
    compareValues(walk, running[index], testing[index]);
  }
  if (running.length > shared) report(walk, 'missing', running, testing);
  else if (testing.length > shared) report(walk, 'extra', running, testing);
  walk.path.pop();
}

function compareObjects(walk: Walk, running: Composite, testing: Composite): void {
  for (const key of Object.keys(running)) {
    walk.path.push(key);
    // Own keys only: `__proto__` in a document is data, and an absent one is absent.
    if (Object.hasOwn(testing, key)) compareValues(walk, running[key], testing[key]);
    else report(walk, 'missing', running[key], undefined);
    walk.path.pop();
  }
  for (const key of Object.keys(testing)) {
    if (Object.hasOwn(running, key)) continue;
    walk.path.push(key);
    report(walk, 'extra', undefined, testing[key]);
    walk.path.pop();
  }
}

/** `undefined` (which no document holds) stands for a side that has nothing there. */
function report(walk: Walk, kind: DifferenceKind, running: unknown, testing: unknown): void {
  const path = pathText(walk.path);
  if (!walk.findings.wants(kind, path)) return;
  walk.findings.add({
    kind,
    path,
    ...(running !== undefined && { running: brief(showJson(running)) }),
    ...(testing !== undefined && { testing: brief(showJson(testing)) }),
  });
}

/** Keys of a map by id are one place, as in paths; short numbers may be names. */
function keyTemplate(key: string): string {
  return key.length >= SHORTEST_ID && isIdentifier(key) ? '{id}' : key;
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
