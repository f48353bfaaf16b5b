/** Who looks: the token of `admin.token`, kept for this tab only, and the name that acts are done under. */
const TOKEN = 'vili.token';
const BY = 'vili.by';
/** For all tabs of this origin, which have the cookie too. */
const LINK = 'vili.link';
/** Without a response for so long, ms, nobody is there. */
const TIMEOUT_MS = 10_000;
const ONCE = /^#once=([\w-]{20,100})$/;

export function tokenOf(): string {
  return sessionStorage.getItem(TOKEN) ?? '';
}

/** An empty one forgets the token. */
export function keepToken(token: string): void {
  if (token === '') sessionStorage.removeItem(TOKEN);
  else sessionStorage.setItem(TOKEN, token);
}

/** Whether this browser has brought a token, or the link; whether these are right, the daemon says. */
export function isKnown(): boolean {
  return tokenOf() !== '' || localStorage.getItem(LINK) !== null;
}

/** `ann@host`, or what the person last called themselves; empty when not known. */
export function byOf(): string {
  return sessionStorage.getItem(BY) ?? localStorage.getItem(BY) ?? '';
}

export function keepBy(by: string): void {
  localStorage.setItem(BY, by);
}

/**
 * With the link of `vili dashboard`: its token is given for a cookie, and leaves the address at once. Resolves to what went
 * wrong, or null.
 */
export async function enterByLink(): Promise<string | null> {
  const once = ONCE.exec(location.hash)?.[1];
  if (once === undefined) return null;
  history.replaceState(null, '', `${location.pathname}#/now`);
  try {
    const response = await fetch('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: once }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = (await response.json()) as { by?: unknown; detail?: unknown };
    if (!response.ok)
      return typeof answer.detail === 'string' ? answer.detail : response.statusText;
    localStorage.setItem(LINK, '1');
    if (typeof answer.by === 'string') sessionStorage.setItem(BY, answer.by);
    return null;
  } catch {
    return 'nobody responds at this address any more: run `vili dashboard` for a new link';
  }
}
