import { tokenOf } from './session.ts';

/** Without a response for so long, ms, the daemon counts as gone. */
const TIMEOUT_MS = 10_000;
/** A promotion responds once it is under way. */
const ACT_TIMEOUT_MS = 60_000;
/** All samples of a version, over a slow line. */
const DOWNLOAD_TIMEOUT_MS = 300_000;
/** The browser has begun to keep it by then. */
const REVOKE_MS = 10_000;

export type Query = Readonly<Record<string, string | number | undefined>>;

/** What went wrong, in the daemon's own words where it has any; `status` is 0 when nobody responded. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, text: string) {
    super(text);
    this.status = status;
    this.code = code;
  }

  /** Nobody is there, as opposed to one who says no. */
  get isGone(): boolean {
    return this.status === 0 || this.code === 'VILI_DAEMON_UNREACHABLE';
  }

  /** Another time it may be another way: nobody was there, too many asked, or the daemon failed. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  get isDenied(): boolean {
    return this.status === 401;
  }
}

/** The JSON of a route. Throws Problem. */
export async function get<T>(path: string, query: Query = {}): Promise<T> {
  const response = await send(pathOf(path, query), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return (await response.json()) as T;
}

/** Has the browser keep a file. It is fetched, since a link could not bring the token. Throws Problem. */
export async function keep(path: string, query: Query): Promise<void> {
  const response = await send(pathOf(path, query), {
    signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS),
  });
  const said = response.headers.get('content-disposition') ?? '';
  const link = document.createElement('a');
  link.download = /filename="([^"]+)"/.exec(said)?.[1] ?? 'vili.txt';
  link.href = URL.createObjectURL(await response.blob());
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_MS);
}

/** Does an act. Throws Problem. */
export async function post<T>(path: string, body: object): Promise<T> {
  const response = await send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ACT_TIMEOUT_MS),
  });
  return (await response.json()) as T;
}

/** A response as it comes. Throws Problem. */
export async function send(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  const token = tokenOf();
  if (token !== '') headers.set('authorization', `Bearer ${token}`);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers, cache: 'no-store' });
  } catch (error) {
    throw new Problem(0, 'UNREACHABLE', error instanceof Error ? error.message : String(error));
  }
  if (response.ok) return response;
  throw await problemOf(response);
}

export function pathOf(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

// Private

async function problemOf(response: Response): Promise<Problem> {
  const known = (await response.json().catch(() => ({}))) as { code?: unknown; detail?: unknown };
  const text = typeof known.detail === 'string' ? known.detail : `status ${response.status}`;
  const code = typeof known.code === 'string' ? known.code : '';
  return new Problem(response.status, code, text);
}
