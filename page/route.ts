import { useEffect, useState } from './vendor/preact.js';

/** Where the page is: `#/why/shop-1.5.0?sort=share`. */
export interface Route {
  readonly view: string;
  /** What follows the view, decoded; empty for none. */
  readonly subject: string;
  readonly query: URLSearchParams;
}

export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view = '', subject = ''] = path.split('/', 2);
  return {
    view: view === '' ? 'now' : view,
    subject: decoded(subject),
    query: new URLSearchParams(query),
  };
}

/** The address of a view, for a link. */
export function addressOf(
  view: string,
  subject = '',
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
  );
  const rest = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
  return `#/${view}${subject === '' ? '' : `/${encodeURIComponent(subject)}`}${rest}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const changed = (): void => setRoute(routeOf(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}

// Private

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
