/** Each `*` may match any length, so the time to match a path grows with every one. */
const MAX_STARS = 4;
/** A parameter of a path template: one segment, or a part of one. */
export const PARAMETER = /\{[^{}/]*\}/;
const PLACEHOLDER = new RegExp(`(${PARAMETER.source}|\\*)`);

/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

/** A path without the slashes at its end; nothing is left of one that has no more. */
export function withoutEndSlashes(path: string): string {
  // Begun at the first of them only: a time that grows with the square of their number otherwise.
  return path.replace(/(?<!\/)\/+$/, '');
}

/** The literals of a template at even indexes, its placeholders `{name}` and `*` at odd ones. */
export function templateParts(template: string): readonly string[] {
  return template.split(PLACEHOLDER);
}

/** `{name}` and `*` of a template, in order. */
export function placeholdersOf(template: string): readonly string[] {
  return templateParts(template).filter((_, index) => index % 2 === 1);
}

/** A matcher of whole paths: `{name}` matches one segment, `*` anything, all else is literal. */
export function compileTemplate(template: string): (path: string) => boolean {
  if (!PLACEHOLDER.test(template)) return (path) => path === template;
  const expression = expressionOf(template, (pattern) => pattern);
  return (path) => expression.test(path);
}

/** Like `compileTemplate`, but gives what each placeholder matched, in order, or null. */
export function compileCaptures(template: string): (path: string) => readonly string[] | null {
  const expression = expressionOf(template, (pattern) => `(${pattern})`);
  return (path) => expression.exec(path)?.slice(1) ?? null;
}

/** The rule that a template breaks, as the end of a sentence about it, or null. */
export function templateProblem(path: string): string | null {
  if (!path.startsWith('/')) return 'has a path that does not begin with "/"';
  if (!/^[\x21-\x7e]+$/.test(path) || /[?#]/.test(path)) {
    return 'has a path with a space, "?" or "#"';
  }
  if (templateParts(path).some((part, index) => index % 2 === 0 && /[{}]/.test(part))) {
    return 'has an unmatched "{" or "}"';
  }
  return starProblem(path);
}

/** The part of `templateProblem` that holds for every pattern with `*`. */
export function starProblem(path: string): string | null {
  return path.split('*').length - 1 > MAX_STARS ? `has more than ${MAX_STARS} "*"` : null;
}

// Private

function expressionOf(template: string, group: (pattern: string) => string): RegExp {
  const source = templateParts(template).map((part, index) => {
    if (index % 2 === 0) return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    return group(part === '*' ? '.*' : '[^/]+');
  });
  return new RegExp(`^${source.join('')}$`, 's');
}
