import { entryOf } from '../limited.ts';
import { createNames } from '../mask/names.ts';
import { isKeySegment } from '../mask/url.ts';
import { createRouteMatcher } from './routes.ts';
import { segmentTemplate } from './segment.ts';

/** A position of a path with more literal values than this becomes a parameter. */
const MAX_LITERALS_PER_POSITION = 64;
/** A literal seen this often before its position collapsed is a name and keeps its own endpoint. */
const ESTABLISHED_HITS = 16;
/** Deeper paths are cut after this many segments and end in an ellipsis. */
const MAX_SEGMENTS = 16;
/** About 35 HTTP methods are registered; more than this is an attack on the table. */
const MAX_METHODS = 48;
/** Paths cached verbatim, so that a frequent path costs a single lookup. */
const MAX_CACHED_PATHS = 2048;
/** The key in `/password-reset/KEY` is no name of an endpoint, and is never shown. */
const NAMES = createNames([], []);

export interface EndpointSettings {
  readonly routes: readonly string[];
  readonly maxEndpoints: number;
}

/** Learns path templates from observed traffic. */
export interface Endpoints {
  /** Method and template, e.g. `GET /items/{id}`. `path` may carry a query. */
  endpointOf(method: string, path: string): string;
  /** How many endpoints are distinguished now, `(other)` not counted. */
  size(): number;
}

interface Position {
  readonly literals: Map<string, Position>;
  /** The child for identifiers, and for literals that arrive after the position collapsed. */
  parameter: Position | null;
  collapsed: boolean;
  hits: number;
}

/** The endpoints of one test; memory is bounded whatever paths arrive. */
export function createEndpoints(settings: EndpointSettings): Endpoints {
  const matchRoute = createRouteMatcher(settings.routes);
  const roots = new Map<string, Position>();
  const known = new Set<string>();
  const cached = new Map<string, string>();

  const other = (method: string) => (roots.has(method) ? `${method} (other)` : '(other)');

  const learn = (method: string, path: string): { name: string; stable: boolean } => {
    const root = entryOf(roots, method, MAX_METHODS, newPosition);
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
      const found = cached.get(key);
      if (found !== undefined) return found;
      const { name, stable } = learn(method, path);
      // A literal path is cached once it is established: until then its position may collapse.
      if (stable && cached.size < MAX_CACHED_PATHS && isEstablished(roots.get(method), path)) {
        cached.set(key, name);
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

/** Walks and, if allowed, grows the tree; null when the path would need a new position. */
function templateOf(root: Position, segments: string[], mayGrow: boolean): string | null {
  let position = root;
  const names: string[] = [];
  let before = '';
  for (const segment of segments.slice(0, MAX_SEGMENTS)) {
    const isKey = isKeySegment(segment, before, NAMES);
    const name = isKey ? '{id}' : segmentTemplate(segment);
    before = segment;
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
