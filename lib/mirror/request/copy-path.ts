const PARTS = /(\{[^/{}]*\}|\*)/;

/** Where copies of a path go: `{name}` is one segment, `*` anything, in `from` and again in `to`. */
export interface PathRewrite {
  readonly from: string;
  readonly to: string;
}

/** Compiles rewrites; the first whose `from` fits the whole path decides. The query stays. */
export function compileRewrites(rewrites: readonly PathRewrite[]): (target: string) => string {
  if (rewrites.length === 0) return (target) => target;
  const compiled = rewrites.map(compile);
  return (target) => {
    const query = target.indexOf('?');
    const path = query < 0 ? target : target.slice(0, query);
    for (const rewrite of compiled) {
      const result = rewrite(path);
      if (result !== null) return query < 0 ? result : result + target.slice(query);
    }
    return target;
  };
}

// Private

function compile({ from, to }: PathRewrite): (path: string) => string | null {
  const names: string[] = [];
  const source = from
    .split(PARTS)
    .map((part, index) => {
      if (index % 2 === 0) return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
      names.push(part);
      return part === '*' ? '(.*)' : '([^/]+)';
    })
    .join('');
  const expression = new RegExp(`^${source}$`, 's');
  const target = to.split(PARTS);
  return (path) => {
    const match = expression.exec(path);
    return match === null ? null : fill(target, names, match);
  };
}

/** The nth `*` of `to` stands for the nth of `from`, a name for the part of that name. */
function fill(target: readonly string[], names: readonly string[], match: RegExpExecArray): string {
  let text = '';
  let stars = 0;
  for (const [index, part] of target.entries()) {
    if (index % 2 === 0) text += part;
    else if (part === '*') text += match[nth(names, '*', stars++) + 1] ?? '';
    else text += match[names.indexOf(part) + 1] ?? '';
  }
  return text;
}

function nth(names: readonly string[], wanted: string, count: number): number {
  let at = names.indexOf(wanted);
  for (let left = count; left > 0 && at >= 0; left--) at = names.indexOf(wanted, at + 1);
  return at;
}
