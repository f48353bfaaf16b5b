import { hostOf, type Site } from '../../address/site.ts';
import { segmentTemplate } from '../../endpoint/segment.ts';

/** Of a longer URL no more is looked at. */
const MAX_URL = 2048;
const SCHEME = /^([a-z][a-z0-9+.-]{0,30}):/i;
const AUTHORITY = /^\/\/([^/?#]*)/;
/** Parameters that choose which page it is; of others only the name tells one link from another. */
const CHOOSING = new Set([
  'do',
  'action',
  'act',
  'page',
  'method',
  'view',
  'cmd',
  'op',
  'mode',
  'tab',
  'r',
  'route',
]);
const MAX_PARAMETERS = 8;
const WORD = /^[a-z][a-z_-]{0,31}$/i;

/**
 * Where a form leads, without what differs from page to page: `/users/{id}/orders?do=edit`. The users' host
 * is left out, the servlet's own address is named so.
 */
export function actionOf(site: Site, url: string): string {
  return keyOf(site, url, (segments) => segments.map(segmentTemplate));
}

/**
 * What a link is counted by: as `actionOf`, and links into one folder are of one kind, since lists link
 * to what is in them: `/products/…`.
 */
export function linkOf(site: Site, url: string): string {
  return keyOf(site, url, (segments) => {
    const folder = segments.slice(0, -1).map(segmentTemplate);
    const last = segments.at(-1) ?? '';
    if (last === '') return [...folder, ''];
    return [...folder, folder.length > 1 || isSlug(last) ? '…' : segmentTemplate(last)];
  });
}

// Private

function keyOf(
  site: Site,
  url: string,
  template: (segments: readonly string[]) => readonly string[],
): string {
  const text = url.trim().slice(0, MAX_URL);
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') return `${scheme}:…`;
  let rest = scheme === undefined ? text : text.slice(scheme.length + 1);
  const authority = AUTHORITY.exec(rest)?.[1];
  let host = '';
  if (authority !== undefined) {
    rest = rest.slice(authority.length + 2);
    const named = hostOf(site, authority);
    host = named === '{users}' ? '' : `//${named}`;
    if (rest === '') rest = '/';
    // Elsewhere only the place counts, not which of its pages.
    if (host !== '' && named !== '{servlet}') return `${host}/…`;
  }
  const hash = rest.indexOf('#');
  if (hash !== -1) rest = rest.slice(0, hash);
  if (rest === '') return `${host}#…`;
  const mark = rest.indexOf('?');
  const [path, query] = mark === -1 ? [rest, ''] : [rest.slice(0, mark), rest.slice(mark + 1)];
  return `${host}${template(path.split('/')).join('/')}${queryKey(query)}`;
}

/** A name of several words or with a number: one of many such, as the title of a post. */
function isSlug(segment: string): boolean {
  return segmentTemplate(segment) !== segment || /\d/.test(segment) || /-.*-/.test(segment);
}

function queryKey(query: string): string {
  const names = new Set<string>();
  for (const parameter of query.split(/[&;]/, MAX_PARAMETERS)) {
    const equals = parameter.indexOf('=');
    const name = equals === -1 ? parameter : parameter.slice(0, equals);
    if (!WORD.test(name)) continue;
    const value = equals === -1 ? '' : parameter.slice(equals + 1);
    names.add(CHOOSING.has(name) && WORD.test(value) ? `${name}=${value}` : name);
  }
  return names.size === 0 ? '' : `?${[...names].sort().join('&')}`;
}
