import {
  compileCaptures,
  pathOf,
  placeholdersOf,
  templateParts,
} from '../../model/path-template.ts';
import type { PathRewrite } from '../../model/traffic-rules.ts';

/** Compiles rewrites; the first whose `from` matches the whole path applies. The query stays. */
export function compileRewrites(rewrites: readonly PathRewrite[]): (target: string) => string {
  if (rewrites.length === 0) return (target) => target;
  const compiled = rewrites.map(compile);
  return (target) => {
    const path = pathOf(target);
    for (const rewrite of compiled) {
      const result = rewrite(path);
      if (result !== null) return result + target.slice(path.length);
    }
    return target;
  };
}

// Private

function compile({ from, to }: PathRewrite): (path: string) => string | null {
  const placeholders = placeholdersOf(from);
  const captures = compileCaptures(from);
  const target = templateParts(to);
  return (path) => {
    const captured = captures(path);
    return captured === null ? null : fill(target, placeholders, captured);
  };
}

/** The nth `*` of `to` stands for the nth of `from`, a name for the part of that name. */
function fill(
  target: readonly string[],
  names: readonly string[],
  captured: readonly string[],
): string {
  let text = '';
  let stars = 0;
  for (const [index, part] of target.entries()) {
    if (index % 2 === 0) text += part;
    else if (part === '*') text += captured[nth(names, '*', stars++)] ?? '';
    else text += captured[names.indexOf(part)] ?? '';
  }
  return text;
}

function nth(names: readonly string[], wanted: string, count: number): number {
  let at = names.indexOf(wanted);
  for (let left = count; left > 0 && at >= 0; left--) at = names.indexOf(wanted, at + 1);
  return at;
}
