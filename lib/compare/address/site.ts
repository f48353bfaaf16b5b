import { type FlatHeaders, headerValues } from '../../model/headers.ts';

/** Stands for the host that users asked, and for the address of the servlet itself. */
const USERS = '{users}';
const SERVLET = '{servlet}';
/** An absolute URL, or one without a scheme, up to the end of its authority. */
const AUTHORITY =
  /(?:\bhttps?:)?\/\/(?:[\w.~%-]{0,100}@)?(\[[\da-fA-F:.]{2,45}\]|[\w.~-]{1,253})(?::(\d{1,5}))?(?=[^\w.:~-]|$)/gi;
const MAYBE_URL = '//';

/** Where users meet the service, and where its servlets really listen. */
export interface Site {
  /** Host and port that the user asked, lower case, without the port of the scheme; '' if unknown. */
  readonly users: string;
  /** The ports of the servlets: running and testing each have their own. */
  readonly ports: readonly number[];
}

/** The site of a response of which nothing is known. */
export const NOWHERE: Site = { users: '', ports: [] };

/** How two texts differ, once the addresses of servlets are told from that of their users. */
export type TextChange = 'same' | 'type' | 'value';

/** The host for which the user's request was meant, as proxies before Vili named it. */
export function usersHost(request: FlatHeaders): string {
  const [forwarded, host] = [
    headerValues(request, 'x-forwarded-host')[0],
    headerValues(request, 'host')[0],
  ];
  const named = (forwarded ?? host ?? '').split(',', 1)[0] ?? '';
  return withoutDefaultPort(named.trim().toLowerCase());
}

/**
 * Which host an authority is: the users', the servlet's own, or another one by name. The port that
 * Vili gave the servlet is inner under every name.
 */
export function hostOf(site: Site, authority: string): string {
  const plain = withoutDefaultPort(authority.toLowerCase());
  if (plain === site.users && plain !== '') return USERS;
  const port = /:(\d{1,5})$/.exec(plain)?.[1];
  return port !== undefined && site.ports.includes(Number(port)) ? SERVLET : plain;
}

/** Where the URLs of a header lead users who are at `users`, each place once; a URL without a host leads nowhere else. */
export function placesIn(site: Site, header: string): string {
  const hosts = new Set(hostsIn(site, header));
  hosts.delete(USERS);
  return [...hosts].sort().join(' ');
}

/** The text with the hosts named for what they are, so that two servlets of one build write the same. */
export function placed(site: Site, text: string): string {
  if (!text.includes(MAYBE_URL)) return text;
  return text.replace(AUTHORITY, (url: string, host: string, port: string | undefined) => {
    const found = hostOf(site, port === undefined ? host : `${host}:${port}`);
    return found === USERS || found === SERVLET ? `//${found}` : url;
  });
}

/** Compares two texts that are not equal. */
export function changeOfText(site: Site, ours: string, theirs: string): TextChange {
  if (!ours.includes(MAYBE_URL) && !theirs.includes(MAYBE_URL)) return 'value';
  if (placed(site, ours) === placed(site, theirs)) return 'same';
  return isOtherPlace(hostsIn(site, ours), hostsIn(site, theirs)) ? 'type' : 'value';
}

// Private

/** The hosts of the absolute URLs in a text, in order. */
function hostsIn(site: Site, text: string): readonly string[] {
  if (!text.includes(MAYBE_URL)) return [];
  return Array.from(text.matchAll(AUTHORITY), ([, host = '', port]) =>
    hostOf(site, port === undefined ? host : `${host}:${port}`),
  );
}

/** Whether a URL in a body leads to the servlet, or elsewhere, where running's leads back to its users. */
function isOtherPlace(ours: readonly string[], theirs: readonly string[]): boolean {
  if (theirs.includes(SERVLET) && !ours.includes(SERVLET)) return true;
  return theirs.length > 0 && ours.includes(USERS) && !theirs.includes(USERS);
}

function withoutDefaultPort(authority: string): string {
  return authority.replace(/:(?:80|443)$/, '');
}
