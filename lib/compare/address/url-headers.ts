import { type FlatHeaders, headerValues } from '../../model/headers.ts';
import type { Difference } from '../outcome.ts';
import { hostOf, placesIn, type Site } from './site.ts';

/** Headers whose value sends users, or their programs, somewhere. */
const URL_HEADERS = ['location', 'content-location', 'link', 'refresh'] as const;
/** Without them the response says nothing else: a redirect that leads nowhere. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const DOMAIN = /;\s*domain\s*=\s*"?\.?([^\s;"]{1,253})/i;

export interface HeaderSide {
  readonly status: number;
  readonly headers: FlatHeaders;
}

/**
 * Headers that lead users elsewhere than running's: to the servlet's own address, which they cannot reach,
 * to another host, or nowhere. `show` masks what is shown of a header.
 */
export function compareUrlHeaders(
  site: Site,
  running: HeaderSide,
  testing: HeaderSide,
  show: (name: string, text: string) => string,
): Difference[] {
  const differences: Difference[] = [];
  const add = (path: string, ours: string, theirs: string): void => {
    differences.push({ kind: 'type', path, running: ours, testing: theirs });
  };
  for (const name of URL_HEADERS) {
    const [ours, theirs] = [valueOf(running, name), valueOf(testing, name)];
    if (ours === null) continue;
    if (theirs === null) {
      if (name !== 'location' || !REDIRECTS.has(testing.status)) continue;
      differences.push({ kind: 'missing', path: name, running: show(name, ours) });
    } else if (ours !== theirs && placesIn(site, ours) !== placesIn(site, theirs)) {
      add(name, show(name, ours), show(name, theirs));
    }
  }
  const [ours, theirs] = [domainsOf(site, running), domainsOf(site, testing)];
  for (const [cookie, domain] of theirs) {
    const known = ours.get(cookie);
    if (known !== undefined && known !== domain) add('set-cookie domain', known, domain);
  }
  return differences;
}

// Private

function valueOf({ headers }: HeaderSide, name: string): string | null {
  const values = headerValues(headers, name);
  return values.length === 0 ? null : values.join(', ');
}

/** The domain of each cookie that is set; without one it is the users' host. */
function domainsOf(site: Site, { headers }: HeaderSide): ReadonlyMap<string, string> {
  const domains = new Map<string, string>();
  for (const cookie of headerValues(headers, 'set-cookie')) {
    const name = cookie.slice(0, Math.max(0, cookie.indexOf('='))).trim();
    const domain = DOMAIN.exec(cookie)?.[1];
    const place = hostOf(site, domain ?? site.users);
    domains.set(name, place);
  }
  return domains;
}
