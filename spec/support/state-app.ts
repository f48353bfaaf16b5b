import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';

/** Where an application keeps its sessions. */
export interface SessionStore {
  add(id: string): void;
  has(id: string): boolean;
}

export interface StateApp {
  /** A cookie, a token in JSON, or a cookie that every visitor gets. */
  readonly kind: 'cookie' | 'bearer' | 'cart';
  readonly store: SessionStore;
  /** Refuses clients whom the store knows, in place of its usual responses. */
  readonly refuses?: boolean;
  /** Lets anybody see every account. */
  readonly letsIn?: boolean;
  /** An account without its list of orders. */
  readonly lacksOrders?: boolean;
  /** Refuses every log-in. */
  readonly refusesLogIns?: boolean;
  /** Where its own numbers of todos begin. */
  readonly firstTodo?: number;
  /** Todos that both versions share. */
  readonly todos?: Set<number>;
  /** Todos without `done`. */
  readonly lacksDone?: boolean;
}

export function inMemory(): SessionStore {
  return new Set<string>();
}

/** In files, which several processes share. */
export function inFolder(folder: string): SessionStore {
  mkdirSync(folder, { recursive: true });
  return {
    add: (id) => writeFileSync(join(folder, id), ''),
    has: (id) => /^[\da-f]+$/.test(id) && existsSync(join(folder, id)),
  };
}

/** A small application with log-ins and a cart, as many are written. */
export function stateApp(
  app: StateApp,
): (request: IncomingMessage, response: ServerResponse) => void {
  const carts = new Map<string, number[]>();
  const todos = app.todos ?? new Set<number>();
  return (request, response) => {
    const { method = 'GET', url = '/' } = request;
    const path = url.split('?', 1)[0] ?? '/';
    const id = sessionOf(request, app.kind);
    const isKnown = app.store.has(id) && app.refuses !== true;
    if (path !== '/sent') request.resume();
    const send = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    };
    const cookieOfNew = (): Record<string, string> => {
      const made = randomBytes(16).toString('hex');
      app.store.add(made);
      return { 'Set-Cookie': `connect.sid=${made}; Path=/; HttpOnly` };
    };
    if (path === '/health') return send(200, 'ok');
    if (path === '/')
      return send(200, { shop: 'open' }, app.kind === 'cart' && id === '' ? cookieOfNew() : {});
    if (path.startsWith('/items/')) return send(200, { id: path.slice(7), price: 12 });
    if (path === '/login' && method === 'POST') {
      if (app.refusesLogIns === true) return send(401, { error: 'no' });
      if (app.kind === 'cookie') return send(200, { ok: true }, cookieOfNew());
      const token = randomBytes(16).toString('hex');
      app.store.add(token);
      return send(200, { token, expiresIn: 3600 });
    }
    if (path === '/account') {
      if (!isKnown && app.letsIn !== true) return send(401, { error: 'who are you?' });
      return send(200, { name: 'Kari', ...(app.lacksOrders !== true && { orders: 3 }) });
    }
    if (path === '/orders') {
      if (!isKnown) return send(302, {}, { Location: '/login' });
      return send(200, { orders: [{ id: 1 }, { id: 2 }] });
    }
    if (path === '/cart') {
      const items = carts.get(id) ?? [];
      if (method === 'POST') carts.set(id, [...items, items.length + 1]);
      return send(200, {
        items: (carts.get(id) ?? []).map((item) => ({ item, name: `thing ${item}` })),
      });
    }
    if (path === '/form') {
      const csrf = isKnown ? `${id}-form` : 'none-at-all';
      const page = `<form method="post"><input type="hidden" name="_csrf" value="${csrf}"></form>`;
      response.writeHead(200, { 'Content-Type': 'text/html' });
      return void response.end(page);
    }
    if (path === '/sent' && method === 'POST') {
      const respond = async (): Promise<void> => {
        const isRight = new URLSearchParams(await bodyOf(request)).get('_csrf') === `${id}-form`;
        send(isRight ? 200 : 403, isRight ? { sent: true } : { error: 'forged' });
      };
      return void respond();
    }
    if (path === '/todos' && method === 'POST') {
      const todo = (app.firstTodo ?? 1) + todos.size;
      todos.add(todo);
      return send(201, { id: todo, done: false }, { Location: `/todos/${todo}` });
    }
    if (path.startsWith('/todos/')) {
      const todo = Number(path.slice(7));
      const shown = { id: todo, ...(app.lacksDone !== true && { done: false }) };
      return todos.has(todo) ? send(200, shown) : send(404, { error: 'none' });
    }
    return send(404, { error: 'not found' });
  };
}

/** Runs the application as a servlet of Vili. */
export function serveStateApp(app: StateApp): void {
  const server = createServer(stateApp(app));
  server.listen(Number(process.env['PORT']));
  process.on('SIGTERM', () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}

// Private

function sessionOf({ headers }: IncomingMessage, kind: StateApp['kind']): string {
  if (kind === 'bearer') return headers.authorization?.replace(/^Bearer /, '') ?? '';
  return /connect\.sid=([^;]*)/.exec(headers.cookie ?? '')?.[1] ?? '';
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
