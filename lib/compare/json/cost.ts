import { jsonType } from './parse.ts';
import { countEqual, type Scope, sameUnder } from './under-rules.ts';

/** What counts against a version weighs more than what is only reported. */
const MISSING = 4;
const EXTRA = 2;
const VALUE = 1;
/** Elements that differ more are unlike each other, however much. */
const MAX_COST = 60;

/** How much two values differ under all rules at and below their place; 0: not at all. */
export function costUnder(scope: Scope, ours: unknown, theirs: unknown): number {
  const { rules, path, effort } = scope;
  if (--effort.left < 0 || rules.ignores(path)) return 0;
  const type = jsonType(ours);
  if (type !== jsonType(theirs)) return MISSING;
  if (type === 'object') return costOfObjects(scope, ours as Members, theirs as Members);
  if (type === 'array') return costOfArrays(scope, ours as unknown[], theirs as unknown[]);
  return sameUnder(scope, ours, theirs) ? 0 : VALUE;
}

// Private

type Members = Readonly<Record<string, unknown>>;

function costOfObjects(scope: Scope, ours: Members, theirs: Members): number {
  const { path, rules } = scope;
  let cost = 0;
  const add = (key: string, costHere: () => number): void => {
    if (cost >= MAX_COST) return;
    path.push(key);
    if (!rules.ignores(path)) cost += costHere();
    path.pop();
  };
  for (const key of Object.keys(ours)) {
    const isShared = Object.hasOwn(theirs, key);
    add(key, () => (isShared ? costUnder(scope, ours[key], theirs[key]) : MISSING));
  }
  for (const key of Object.keys(theirs)) if (!Object.hasOwn(ours, key)) add(key, () => EXTRA);
  return Math.min(cost, MAX_COST);
}

function costOfArrays(scope: Scope, ours: readonly unknown[], theirs: readonly unknown[]): number {
  const { path, rules } = scope;
  const isArranged = rules.arrangement(path) !== null;
  const surplus = ours.length - theirs.length;
  let cost = surplus > 0 ? MISSING : surplus < 0 ? EXTRA : 0;
  path.push(null);
  const shared = Math.min(ours.length, theirs.length);
  if (isArranged) cost += VALUE * (shared - Math.min(shared, countEqual(scope, ours, theirs)));
  else {
    for (let index = 0; index < shared && cost < MAX_COST; index++) {
      cost += costUnder(scope, ours[index], theirs[index]);
    }
  }
  path.pop();
  return Math.min(cost, MAX_COST);
}
