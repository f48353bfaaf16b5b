/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

/** A matcher for a path template: `{name}` matches one segment, `*` anything, all else is literal. */
export function compilePathPattern(pattern: string): (path: string) => boolean {
  if (!/[{*]/.test(pattern)) return (path) => path === pattern;
  const source = pattern
    .split(/(\{[^/{}]*\}|\*+)/)
    .map((part, index) => (index % 2 === 0 ? escape(part) : part.startsWith('*') ? '.*' : '[^/]+'))
    .join('');
  const expression = new RegExp(`^${source}$`, 's');
  return (path) => expression.test(path);
}

// Private

function escape(literal: string): string {
  return literal.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
