import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, ViliError } from '../../errors.ts';
import { isOfPage, servePage } from '../../page/serve-page.ts';
import type { Remote } from '../client/client-request.ts';
import { checkOrigin, refusal } from '../server/door/refusal.ts';
import { readJson } from '../server/request-body.ts';
import { sendError, sendJson } from '../server/respond.ts';
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
    serve(request, response).catch((error: unknown) => fail(request, response, error));
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
    checkAsker(request, port, pathname);
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
    response.setHeader('set-cookie', cookie);
    sendJson(request, response, 200, { by: options.by });
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
function checkAsker({ headers, method }: IncomingMessage, port: number, path: string): void {
  const { host, origin, 'sec-fetch-mode': mode } = headers;
  if (host !== `${HOST}:${port}` && host !== `localhost:${port}`) {
    throw refusal('VILI_WRONG_HOST', 421, `Host must be ${HOST}:${port}`);
  }
  const isLink = mode === 'navigate' && origin === undefined && method === 'GET' && isOfPage(path);
  if (!isLink) checkOrigin(headers, `http://${host}`);
}

function refusalOf(result: 'wrong' | 'used' | 'too-many'): ViliError {
  if (result === 'too-many') {
    return refusal('VILI_TOO_MANY_TOKENS', 429, 'too many wrong tokens; wait');
  }
  const text = result === 'used' ? NO_LINK : 'this is not the link that `vili dashboard` printed';
  return refusal('VILI_WRONG_TOKEN', 401, text);
}

function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const internal = new ViliError('VILI_INTERNAL', 'internal error');
  response.setHeader('connection', 'close');
  sendError(request, response, error instanceof ViliError ? error : internal);
}
