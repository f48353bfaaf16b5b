import { createServer, type IncomingMessage, STATUS_CODES, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, ViliError } from '../../errors.ts';
import { isOfPage, servePage } from '../../page/serve-page.ts';
import type { Remote } from '../client/client-request.ts';
import { readJson } from '../server/request-body.ts';
import { forward } from './forward.ts';
import { Session } from './session.ts';

const HOST = '127.0.0.1';
const MAX_CONNECTIONS = 64;
const MAX_BODY_BYTES = 4096;
/** Of another browser, after the first use too. */
const NO_LINK =
  'only the browser that first opened the link of `vili dashboard` gets in: end that command with ^C, and run it again for a new link';
const SESSION_PATH = '/session';

export interface DashboardOptions {
  /** The path of a control socket, or a daemon elsewhere with its token. */
  readonly daemon: string | Remote;
  /** Who acts, for the history: `ann@host`. */
  readonly by: string;
  readonly now: () => number;
}

export interface Dashboard {
  /** The link with its token, which is good once. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The page on a port of 127.0.0.1 that nobody else uses, for whoever brings the token of the link: what it asks of the API goes to
 * the daemon with the rights of this process. The token is in the fragment, which browsers keep to themselves; the page gives it
 * for a cookie that no script and no other site gets. Throws where no port can be had.
 */
export async function openDashboard(options: DashboardOptions): Promise<Dashboard> {
  const session = new Session(options.now);
  const server = createServer((request, response) => {
    response.on('error', () => {});
    serve(request, response).catch((error: unknown) => fail(response, error));
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: HOST, port: 0 }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const cookieName = `vili_${port}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://vili');
    checkOrigin(request, port, pathname);
    if (pathname === SESSION_PATH && request.method === 'POST') return begin(request, response);
    if (isOfPage(pathname)) return servePage(request, response, pathname);
    if (!session.isOpenTo(request.headers.cookie, cookieName)) {
      throw refusal('VILI_NO_LINK', 401, NO_LINK);
    }
    await forward(request, response, options.daemon).catch((error: unknown) => {
      throw refusal('VILI_DAEMON_UNREACHABLE', 503, `no daemon responds: ${messageOf(error)}`);
    });
  }

  async function begin(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await readJson(request, MAX_BODY_BYTES)) as { readonly token?: unknown } | null;
    const result = session.exchange(typeof body?.token === 'string' ? body.token : '');
    if (typeof result === 'string') throw refusalOf(result);
    const cookie = `${cookieName}=${result.cookie}; Path=/; HttpOnly; SameSite=Strict`;
    sendJson(response, 200, { by: options.by }, { 'set-cookie': cookie });
  }

  return {
    url: `http://${HOST}:${port}/#once=${session.token}`,
    async close(): Promise<void> {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

// Private

/** `Host` is this port under its own name, and no page elsewhere asks; a link may lead here. */
function checkOrigin({ headers, method }: IncomingMessage, port: number, path: string): void {
  const { host, origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers;
  if (host !== `${HOST}:${port}` && host !== `localhost:${port}`) {
    throw refusal('VILI_WRONG_HOST', 421, `Host must be ${HOST}:${port}`);
  }
  const isFollowed = mode === 'navigate' && method === 'GET' && isOfPage(path);
  const isOwn = origin === undefined || origin === `http://${host}`;
  const isSame = site === undefined || site === 'same-origin' || site === 'none' || isFollowed;
  if (isOwn && isSame) return;
  throw refusal('VILI_WRONG_ORIGIN', 403, 'pages of another origin may not ask');
}

function refusalOf(result: 'wrong' | 'used' | 'too-many'): ViliError {
  if (result === 'too-many') {
    return refusal('VILI_TOO_MANY_TOKENS', 429, 'too many wrong tokens; wait');
  }
  const text = result === 'used' ? NO_LINK : 'this is not the link that `vili dashboard` printed';
  return refusal('VILI_WRONG_TOKEN', 401, text);
}

function refusal(code: string, httpStatus: number, text: string): ViliError {
  return new ViliError(code, text, { httpStatus });
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const known = error instanceof ViliError ? error : null;
  const status = known?.httpStatus ?? 500;
  const detail = known?.message ?? 'internal error';
  const code = known?.code ?? 'VILI_INTERNAL';
  const problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
  };
  sendJson(response, status, problem, { connection: 'close' });
}

function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>>,
): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  response.writeHead(status, {
    'content-type': `application/${status === 200 ? 'json' : 'problem+json'}; charset=utf-8`,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(body);
}
