interface Route {
  readonly method: string | null;
  readonly template: string;
  readonly segments: readonly string[];
  /** The last segment is `*`: it stands for the rest of the path. */
  readonly open: boolean;
}

/** Finds the first of the operator's templates that fits, or null. */
export type RouteMatcher = (method: string, segments: readonly string[]) => string | null;

/**
 * Reads templates such as `GET /users/{name}`, `/files/*`: `{x}` is one segment, a last `*` the
 * rest, no method means any.
 */
export function createRouteMatcher(templates: readonly string[]): RouteMatcher {
  const routes = templates.map(parseRoute);
  return (method, segments) => {
    for (const route of routes) {
      if (fits(route, method, segments)) return `${method} ${route.template}`;
    }
    return null;
  };
}

// Private

function parseRoute(text: string): Route {
  const trimmed = text.trim();
  const space = trimmed.indexOf(' ');
  const method = space === -1 ? null : trimmed.slice(0, space).toUpperCase();
  const template = trimmed.slice(space + 1).trim();
  const segments = template.split('/');
  return { method, template, segments, open: segments.at(-1) === '*' };
}

function fits(route: Route, method: string, segments: readonly string[]): boolean {
  if (route.method !== null && route.method !== method) return false;
  const fixed = route.open ? route.segments.length - 1 : route.segments.length;
  if (route.open ? segments.length <= fixed : segments.length !== fixed) return false;
  for (let index = 0; index < fixed; index++) {
    const wanted = route.segments[index];
    const isParameter = wanted?.startsWith('{') === true && wanted.endsWith('}');
    if (isParameter ? segments[index] === '' : wanted !== segments[index]) return false;
  }
  return true;
}
