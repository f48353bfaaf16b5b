import { PARAMETER } from '../../model/path-template.ts';

/** The first of the operator's templates that matches, or null. */
export type RouteMatcher = (method: string, segments: readonly string[]) => string | null;

interface Route {
  readonly order: number;
  readonly method: string | null;
  readonly template: string;
}

/** The possible next segments of a path. The cost of a lookup does not grow with the routes. */
interface Position {
  readonly literals: Map<string, Position>;
  /** Segments with a parameter in part of them, such as `{name}.json`, by their literal parts. */
  readonly mixed: Map<string, { readonly parts: readonly string[]; readonly position: Position }>;
  parameter: Position | null;
  /** Routes that end here. */
  readonly ends: Route[];
  /** Routes that accept any rest of the path from here on. */
  readonly open: Route[];
}

/**
 * Parses templates such as `GET /users/{name}` and `/files/*`: `{x}` is one segment or a part of
 * one, a final `*` is the rest of the path, and a template without a method holds for any.
 */
export function createRouteMatcher(templates: readonly string[]): RouteMatcher {
  const root = newPosition();
  for (const [order, text] of templates.entries()) add(root, text, order);
  return (method, segments) => {
    const found = firstFrom(root, method, segments, 0);
    return found === null ? null : `${method} ${found.template}`;
  };
}

// Private

function newPosition(): Position {
  return { literals: new Map(), mixed: new Map(), parameter: null, ends: [], open: [] };
}

function add(root: Position, text: string, order: number): void {
  const trimmed = text.trim();
  const space = trimmed.indexOf(' ');
  const method = space === -1 ? null : trimmed.slice(0, space).toUpperCase();
  const template = trimmed.slice(space + 1).trim();
  const segments = template.split('/');
  const isOpen = segments.at(-1) === '*';
  const position = (isOpen ? segments.slice(0, -1) : segments).reduce(below, root);
  (isOpen ? position.open : position.ends).push({ order, method, template });
}

function below(position: Position, segment: string): Position {
  const parts = segment.split(PARAMETER);
  if (parts.length === 1) return madeIn(position.literals, segment, newPosition);
  if (parts.every((part) => part === '')) return (position.parameter ??= newPosition());
  const key = parts.join('{}');
  return madeIn(position.mixed, key, () => ({ parts, position: newPosition() })).position;
}

function madeIn<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

/** Of all routes that match from here on, the one declared first. */
function firstFrom(
  position: Position,
  method: string,
  segments: readonly string[],
  at: number,
): Route | null {
  const isFor = (route: Route): boolean => route.method === null || route.method === method;
  const segment = segments[at];
  if (segment === undefined) return position.ends.find(isFor) ?? null;
  let first = position.open.find(isFor) ?? null;
  const consider = (next: Position | null | undefined): void => {
    const found = next == null ? null : firstFrom(next, method, segments, at + 1);
    if (found !== null && (first === null || found.order < first.order)) first = found;
  };
  consider(position.literals.get(segment));
  if (segment === '') return first;
  consider(position.parameter);
  for (const { parts, position: next } of position.mixed.values()) {
    if (matchesParts(parts, segment)) consider(next);
  }
  return first;
}

/** The parts must follow in order, with at least one character for each parameter between them. */
function matchesParts(parts: readonly string[], segment: string): boolean {
  const [head = ''] = parts;
  const tail = parts.at(-1) ?? '';
  if (!segment.startsWith(head) || !segment.endsWith(tail)) return false;
  let at = head.length;
  for (const part of parts.slice(1, -1)) {
    const found = segment.indexOf(part, at + 1);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at + 1 <= segment.length - tail.length;
}
