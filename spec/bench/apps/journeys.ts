import type { Journey } from './visitor.ts';

/** How people use the applications of the gallery: they read, log in, write, and leave. */

const CSRF = /name="csrf" value="([^"]+)"/;

export const cookieSessions: Journey = async (visitor) => {
  await visitor.get('/items');
  await visitor.get(`/items/${any(20)}`);
  await visitor.get('/me');
  await visitor.json('/login', { name: person() });
  await visitor.get('/me');
  await visitor.get(`/items/${any(20)}`);
  await visitor.json('/orders', { item: any(20) });
  await visitor.get('/orders');
  await visitor.get('/me');
  await visitor.json('/logout', {});
};

export const bearerTokens: Journey = async (visitor) => {
  await visitor.get('/api/fruit');
  await visitor.get(`/api/fruit/${fruit()}`);
  const { text } = await visitor.json('/token', { name: person() });
  const { access_token: token } = JSON.parse(text) as { access_token: string };
  const headers = { authorization: `Bearer ${token}` };
  for (let round = 0; round < 3; round++) {
    await visitor.get('/api/me', headers);
    await visitor.get(`/api/fruit/${fruit()}`);
    await visitor.get('/api/basket', headers);
  }
};

export const cart: Journey = async (visitor) => {
  await visitor.get('/');
  for (let round = 0; round < 3; round++) {
    const product = String(any(9));
    await visitor.get(`/products/${product}`);
    if (round > 0) await visitor.form('/cart/add', { product });
    await visitor.get('/cart');
  }
};

export const sharedStore: Journey = async (visitor) => {
  await visitor.get('/news');
  await visitor.json('/login', { name: person() });
  for (let round = 0; round < 3; round++) {
    await visitor.get('/me');
    await visitor.get('/mail');
  }
  await visitor.get('/news');
};

export const deleteAfterGet: Journey = async (visitor) => {
  await visitor.get('/about');
  const { text } = await visitor.json('/notes', { text: `a note of ${person()}` });
  const { id } = JSON.parse(text) as { id: string };
  await visitor.get(`/notes/${id}`);
  await visitor.get(`/notes/${id}`);
  await visitor.ask('DELETE', `/notes/${id}`);
  await visitor.get('/about');
};

export const oneTimeLink: Journey = async (visitor) => {
  await visitor.get('/plans');
  await visitor.get('/help');
  const { text } = await visitor.json('/links', {});
  const { token } = JSON.parse(text) as { token: string };
  await visitor.get(`/sign-in/${token}`);
  await visitor.get('/plans');
};

export const htmlCsrf: Journey = async (visitor) => {
  await visitor.get('/');
  await visitor.get('/book');
  const { text } = await visitor.get('/contact');
  const csrf = CSRF.exec(text)?.[1] ?? '';
  await visitor.form('/contact', { csrf, name: person(), text: 'how nice' });
  await visitor.get('/');
};

export const queryPages: Journey = async (visitor) => {
  const id = ['start', 'syntax', 'games'][any(3) - 1] ?? 'start';
  await visitor.get('/doku.php');
  await visitor.get(`/doku.php?id=${id}`);
  await visitor.get('/doku.php?do=index');
  await visitor.get(`/doku.php?do=search&q=${['all', 'bold', 'go'][any(3) - 1]}`);
  await visitor.get(`/doku.php?do=edit&id=${id}`);
  await visitor.get('/doku.php?do=recent');
};

export const webdav: Journey = async (visitor) => {
  const path = `/files/note-${any(8) - 1}.txt`;
  await visitor.ask('OPTIONS', '/files/');
  await visitor.ask('PROPFIND', '/files/', { headers: { depth: '1' } });
  await visitor.get(path);
  await visitor.ask('PROPFIND', path, { headers: { depth: '0' } });
  await visitor.get(path);
};

export const graphql: Journey = async (visitor) => {
  const ask = (operationName: string, variables: object) =>
    visitor.json('/graphql', { operationName, variables, query: `query ${operationName} { x }` });
  await ask('Books', {});
  await ask('Book', { id: String(any(9)) });
  await ask('Search', { text: String(any(9)) });
  await ask('Book', { id: String(any(9)) });
};

export const grpcWeb: Journey = async (visitor) => {
  const ask = (method: string) => {
    const name = Buffer.from(`n${any(9)}`);
    const body = Buffer.concat([
      Buffer.from([0, 0, 0, 0, name.length + 2, 0x0a, name.length]),
      name,
    ]);
    const headers = { 'content-type': 'application/grpc-web+proto', 'x-grpc-web': '1' };
    return visitor.ask('POST', `/shop.Items/${method}`, { headers, body });
  };
  for (const method of ['Get', 'Count', 'Say', 'Get']) await ask(method);
};

export const xmlApi: Journey = async (visitor) => {
  await visitor.get('/orders');
  await visitor.get(`/orders/${any(9)}`);
  await visitor.get('/customers');
  await visitor.get(`/orders/${any(9)}`);
};

/** The second time a browser asks whether what it has is still current. */
export const staticEtags: Journey = async (visitor) => {
  const paths = ['/', '/style.css', '/app.js', '/logo.png', '/about.html'];
  const tags = new Map<string, string>();
  for (let round = 0; round < 2; round++) {
    for (const path of paths) {
      const known = tags.get(path);
      const condition = known === undefined ? {} : { 'if-none-match': known };
      const { headers } = await visitor.get(path, { 'accept-encoding': 'gzip', ...condition });
      if (typeof headers['etag'] === 'string') tags.set(path, headers['etag']);
    }
  }
};

export const jsonLogs: Journey = async (visitor) => {
  await visitor.get('/cities');
  for (let round = 0; round < 3; round++) {
    await visitor.get(`/weather/${['oslo', 'rome', 'lima'][any(3) - 1]}`);
  }
};

// Private

/** From 1 on. */
function any(count: number): number {
  return 1 + Math.floor(count * Math.random());
}

function person(): string {
  return `person-${any(1000)}`;
}

function fruit(): string {
  return ['apple', 'pear', 'plum'][any(3) - 1] ?? 'apple';
}
