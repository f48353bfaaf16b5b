import { createRouteMatcher } from './routes.ts';
import { segmentTemplate } from './segment.ts';

/** More literal values than this at one position of a path, and the position is a parameter. */
const MAX_LITERALS_PER_POSITION = 64;
/** A literal seen this often before its position collapsed was a name, and keeps its own endpoint. */
const ESTABLISHED_HITS = 16;
/** Deeper paths are cut here and end in an ellipsis. */
const MAX_SEGMENTS = 16;
/** HTTP has about 35 methods; more kinds than this are an attack on the table. */
const MAX_METHODS = 48;
/** Paths remembered verbatim, so that a frequent one costs a single look-up. */
const MAX_REMEMBERED_PATHS = 2048;

export interface EndpointSettings {
  readonly routes: readonly string[];
  readonly maxEndpoints: number;
}

/** Learns path templates from the traffic it is shown. */
export interface Endpoints {
  /** Method and template, e.g. `GET /items/{id}`. `path` may carry a query. */
  endpointOf(method: string, path: string): string;
  /** How many endpoints are told apart now, the `(other)` ones not counted. */
  size(): number;
}

interface Position {
  readonly literals: Map<string, Position>;
  /** The child for identifiers, and for literals that came after the position collapsed. */
  parameter: Position | null;
  collapsed: boolean;
  hits: number;
}

/** Endpoints of one test. Memory is bounded whatever paths arrive. */
export function createEndpoints(settings: EndpointSettings): Endpoints {
  const matchRoute = createRouteMatcher(settings.routes);
  const roots = new Map<string, Position>();
  const known = new Set<string>();
  const remembered = new Map<string, string>();

  const other = (method: string) => (roots.has(method) ? `${method} (other)` : '(other)');
  const rootOf = (method: string): Position | null => {
    const found = roots.get(method);
    if (found !== undefined) return found;
    if (roots.size >= MAX_METHODS) return null;
    const root = newPosition();
    roots.set(method, root);
    return root;
  };

  const learn = (method: string, path: string): { name: string; stable: boolean } => {
    const root = rootOf(method);
    if (root === null) return { name: '(other)', stable: false };
    const segments = path.split('/');
    const fixed = matchRoute(method, segments);
    const isFull = known.size >= settings.maxEndpoints;
    const learned = fixed ?? templateOf(root, segments, !isFull);
    const name = fixed ?? (learned === null ? null : `${method} ${learned}`);
    if (name === null || (isFull && !known.has(name)))
      return { name: other(method), stable: false };
    known.add(name);
    return { name, stable: fixed !== null || name.endsWith(path) };
  };

  return {
    endpointOf(method, pathAndQuery) {
      const path = withoutQuery(pathAndQuery);
      const key = `${method} ${path}`;
      const before = remembered.get(key);
      if (before !== undefined) return before;
      const { name, stable } = learn(method, path);
      // A literal path is only remembered once it is established: its position may still collapse.
      if (stable && isEstablished(roots.get(method), path)) {
        if (remembered.size < MAX_REMEMBERED_PATHS) remembered.set(key, name);
      }
      return name;
    },
    size: () => known.size,
  };
}

// Private

function newPosition(): Position {
  return { literals: new Map(), parameter: null, collapsed: false, hits: 0 };
}

function withoutQuery(path: string): string {
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index);
    if (code === 63 /* ? */ || code === 35 /* # */) return path.slice(0, index);
  }
  return path;
}

/** Walks (and, if allowed, grows) the tree; null when the path would need a new position. */
function templateOf(root: Position, segments: string[], mayGrow: boolean): string | null {
  let position = root;
  const names: string[] = [];
  for (const segment of segments.slice(0, MAX_SEGMENTS)) {
    const name = segmentTemplate(segment);
    const next = step(position, name, mayGrow);
    if (next === null) return null;
    names.push(next.name);
    position = next.position;
    position.hits++;
  }
  if (segments.length > MAX_SEGMENTS) names.push('…');
  return names.join('/');
}

function step(
  position: Position,
  name: string,
  mayGrow: boolean,
): { name: string; position: Position } | null {
  const literal = position.literals.get(name);
  if (literal !== undefined) return { name, position: literal };
  if (name !== '{id}' && !position.collapsed) {
    if (position.literals.size < MAX_LITERALS_PER_POSITION) {
      if (!mayGrow) return null;
      const added = newPosition();
      position.literals.set(name, added);
      return { name, position: added };
    }
    collapse(position);
  }
  if (position.parameter === null) {
    if (!mayGrow) return null;
    position.parameter = newPosition();
  }
  return { name: '{id}', position: position.parameter };
}

function collapse(position: Position): void {
  position.collapsed = true;
  for (const [name, child] of position.literals) {
    if (child.hits < ESTABLISHED_HITS) position.literals.delete(name);
  }
}

function isEstablished(root: Position | undefined, path: string): boolean {
  let position = root;
  for (const segment of path.split('/')) {
    position = position?.literals.get(segment);
    if (position === undefined || position.hits < ESTABLISHED_HITS) return false;
  }
  return true;
}
