import { ViliError } from '../../errors.ts';

/** Keys from the root to a value; null is any index of an array. */
export type JsonPlace = readonly (string | null)[];

type Step =
  | { readonly kind: 'key'; readonly name: string }
  | { readonly kind: 'index' }
  | { readonly kind: 'any' }
  | { readonly kind: 'deep' };

/** A parsed path: whether it matches a place in a document. */
export type PlaceMatcher = (place: JsonPlace) => boolean;

/** Characters of a path that an error repeats. */
const MAX_SHOWN = 200;
const STEP = /^(?:(\.\.)|\.(\*)|\.?([\p{L}_$][\p{L}\p{N}_$-]*)|(\[\*?\])|\[("(?:[^"\\]|\\.)*")\])/u;

/**
 * Parses a JSON path in the notation of differences: `$.items[].price`, `$["a b"].c`; `.*` is any
 * key or index, `[]` any index, `..name` the name at any depth. `normal` makes names comparable; the keys of a place must be so
 * already. Throws ViliError `VILI_JSON_PATH`.
 */
export function parseJsonPath(
  text: string,
  normal: (name: string) => string = (name) => name,
): PlaceMatcher {
  const steps: Step[] = [];
  let rest = text.startsWith('$') ? text.slice(1) : null;
  while (rest !== null && rest !== '') {
    const found = STEP.exec(rest);
    const step = found === null ? null : stepOf(found, steps.at(-1), rest);
    if (found === null || step === null) rest = null;
    else {
      steps.push(step.kind === 'key' ? { ...step, name: normal(step.name) } : step);
      rest = rest.slice(found[0].length);
    }
  }
  if (rest === null || steps.at(-1)?.kind === 'deep') {
    const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
    throw new ViliError('VILI_JSON_PATH', `"${shown}" is not a JSON path such as $.items[].price`);
  }
  return (place) => matches(steps, 0, place, 0);
}

// Private

/** A name without a dot is valid only after `..`. */
function stepOf(found: RegExpExecArray, before: Step | undefined, rest: string): Step | null {
  const [, deep, any, name, index, quoted] = found;
  if (deep !== undefined) return before?.kind === 'deep' ? null : { kind: 'deep' };
  if (any !== undefined) return { kind: 'any' };
  if (index !== undefined) return { kind: 'index' };
  if (quoted !== undefined) return { kind: 'key', name: JSON.parse(quoted) as string };
  const isDotted = rest.startsWith('.');
  if (name === undefined || isDotted === (before?.kind === 'deep')) return null;
  return { kind: 'key', name };
}

function matches(steps: readonly Step[], at: number, place: JsonPlace, from: number): boolean {
  const step = steps[at];
  if (step === undefined) return from === place.length;
  if (step.kind === 'deep') {
    for (let start = from; start < place.length; start++) {
      if (matches(steps, at + 1, place, start)) return true;
    }
    return false;
  }
  if (from >= place.length) return false;
  const key = place[from];
  if (step.kind === 'key' && key !== step.name) return false;
  if (step.kind === 'index' && key !== null) return false;
  return matches(steps, at + 1, place, from + 1);
}
