import { entryOf } from '../limited.ts';
import { Dispatches } from './dispatch.ts';
import { KnownNames } from './known-names.ts';
import { queryOf } from './query.ts';
import { createQueryRoutes, type QueryRoutes } from './query-routes.ts';
import { createRouteMatcher, type RouteMatcher } from './routes.ts';
import type { Seen } from './tally.ts';
import { isEstablished, newPosition, type Position, templateOf } from './template.ts';

/** About 35 HTTP methods are registered; more than this is an attack on the table. */
const MAX_METHODS = 48;
/** Paths cached verbatim, so that a frequent path costs a single lookup. */
const MAX_CACHED_PATHS = 2048;

export interface EndpointSettings {
  readonly routes: readonly string[];
  readonly maxEndpoints: number;
}

/** What an endpoint is named by: `path` may carry a query, `operation` is '' for none. */
export interface NamedRequest {
  readonly method: string;
  readonly path: string;
  readonly operation: string;
}

/**
 * Learns the endpoints of a service from observed traffic: one learner for everything that names them, since two
 * that see different requests come to different names.
 */
export interface Endpoints {
  /** Method and template: `GET /items/{id}`, `GET /doku.php?do=search`, `POST /graphql#Cart`. */
  endpointOf(method: string, path: string, operation?: string): string;
  /** The same for a request that running has responded to; learns which parameters make a difference. */
  learn(request: NamedRequest, seen: Seen): string;
  /** How many endpoints are distinguished now, `(other)` not counted. */
  size(): number;
}

/** The name of a path. `fixed`: the operator's; such a path is not told apart by what its query does. */
interface PathName {
  readonly name: string;
  readonly fixed: boolean;
}

/** The endpoints of one daemon; memory is bounded whatever requests arrive. */
export function createEndpoints(settings: EndpointSettings): Endpoints {
  return new EndpointLearner(settings);
}

// Private

class EndpointLearner implements Endpoints {
  private readonly matchRoute: RouteMatcher;
  private readonly matchQuery: QueryRoutes;
  private readonly roots = new Map<string, Position>();
  private readonly names: KnownNames;
  private readonly cached = new Map<string, PathName>();
  private readonly dispatches: Dispatches;

  constructor({ routes, maxEndpoints }: EndpointSettings) {
    this.matchRoute = createRouteMatcher(routes.filter((route) => queryOf(route) === ''));
    this.matchQuery = createQueryRoutes(routes);
    this.names = new KnownNames(maxEndpoints);
    this.dispatches = new Dispatches(this.names);
  }

  endpointOf(method: string, path: string, operation = ''): string {
    return this.named(method, path, operation, null);
  }

  learn({ method, path, operation }: NamedRequest, seen: Seen): string {
    return this.named(method, path, operation, seen);
  }

  size(): number {
    return this.names.size;
  }

  // Private

  private named(method: string, target: string, operation: string, seen: Seen | null): string {
    const path = withoutQuery(target);
    const query = path.length === target.length ? '' : queryOf(target);
    const routed = query === '' ? null : this.routedQuery(method, path, query);
    if (routed !== null) return routed;
    const { name, fixed } = this.pathName(method, path);
    if (operation !== '') return this.names.withOperation(name, operation);
    return fixed ? name : this.dispatches.follow(name, query, seen);
  }

  /** Null unless the operator tells the requests of this path apart. */
  private routedQuery(method: string, path: string, query: string): string | null {
    const found = this.matchQuery(method, path, query);
    if (found === null || !this.names.add(found.path)) return null;
    return found.parts.reduce(
      (name, { name: parameter, value }) => this.names.refined(name, parameter, value),
      found.path,
    );
  }

  private pathName(method: string, path: string): PathName {
    const key = `${method} ${path}`;
    const found = this.cached.get(key);
    if (found !== undefined) return found;
    const { name, stable, fixed } = this.namePath(method, path);
    const { cached, roots } = this;
    // A literal path is cached once it is established: until then its position may collapse.
    if (stable && cached.size < MAX_CACHED_PATHS && isEstablished(roots.get(method), path)) {
      cached.set(key, { name, fixed });
    }
    return { name, fixed };
  }

  private namePath(method: string, path: string): PathName & { readonly stable: boolean } {
    const root = entryOf(this.roots, method, MAX_METHODS, newPosition);
    if (root === null) return { name: '(other)', stable: false, fixed: true };
    const segments = path.split('/');
    const route = this.matchRoute(method, segments);
    const learned = route ?? templateOf(root, segments, !this.names.isFull);
    const name = route ?? (learned === null ? null : `${method} ${learned}`);
    if (name === null || !this.names.add(name)) {
      return { name: `${method} (other)`, stable: false, fixed: true };
    }
    return { name, stable: route !== null || name.endsWith(path), fixed: route !== null };
  }
}

function withoutQuery(path: string): string {
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index);
    if (code === 63 /* ? */ || code === 35 /* # */) return path.slice(0, index);
  }
  return path;
}
