import fc from 'fast-check';

/** The name of a credential in any spelling. */
const WORDS = [
  'password',
  'api key',
  'access token',
  'id token',
  'auth token',
  'client secret',
  'private key',
  'session id',
  'token',
  'secret',
  'db password',
  'new password',
];

const upper = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

export const credentialName = fc
  .tuple(fc.constantFrom(...WORDS), fc.nat(6), fc.constantFrom('', '2', '_value', 'Hash'))
  .map(([text, style, tail]) => {
    const words = text.split(' ');
    const camel = words.map((word, index) => (index === 0 ? word : upper(word))).join('');
    const name =
      [
        words.join('_'),
        words.join('-'),
        words.join('').toUpperCase(),
        words.join('_').toUpperCase(),
        camel,
        words.map(upper).join(''),
        words.join(''),
      ][style] ?? camel;
    return /^[A-Z]+$/.test(name) && /[A-Z]/.test(tail) ? name : name + tail;
  });

const letters = (alphabet: string, minLength: number, maxLength: number) =>
  fc
    .array(fc.constantFrom(...alphabet.split('')), { minLength, maxLength })
    .map((it) => it.join(''));

/** What a credential may look like; none is a word that occurs by itself. */
export const secret = fc.oneof(
  letters('0123456789abcdef', 32, 40).map((it) => `7${it}`),
  letters('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', 12, 40).map(
    (it) => `q${it}Z`,
  ),
  letters('abcxyz', 8, 12).map((it) => `zq${it}`),
  letters('0123456789', 12, 16).map((it) => `9${it}`),
  fc.uuid(),
  letters('abcXYZ189+/', 12, 30).map((it) => `k${it}k==`),
  letters('abXY19!#$%*+./?@^~&,;', 10, 20).map((it) => `v${it}v`),
);

/** A value that is no secret although it may look like one. */
export const identifier = fc.oneof(
  fc.uuid(),
  fc.nat().map(String),
  letters('0123456789abcdef', 32, 64),
  fc.constantFrom(
    'blue-shoes-42',
    'NOT_FOUND',
    'SKU-12345',
    '2026-11-29T23:00:00Z',
    'no.acme.Shop',
  ),
);

export interface Planted {
  readonly type: string;
  readonly text: string;
}

type Shape = (name: string, value: string) => Planted;

const entities = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const json = (value: unknown): Planted => ({
  type: 'application/json',
  text: JSON.stringify(value),
});
const xml = (text: string): Planted => ({ type: 'application/xml', text });
const page = (text: string): Planted => ({ type: 'text/html', text });
const plain = (text: string): Planted => ({ type: 'text/plain', text });
const part = (head: string, body: string): Planted => ({
  type: 'multipart/form-data; boundary=b0',
  text: `--b0\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n--b0--\r\n`,
});
const encoded = encodeURIComponent;

/** Ways in which a body has a name and its value. */
export const BODY_SHAPES: readonly Shape[] = [
  (name, value) => json({ a: 1, [name]: value }),
  (name, value) => json({ a: [{ b: { [name]: [value, { c: value }] } }] }),
  (name, value) => json({ headers: [{ name, value }] }),
  (name, value) => json({ text: JSON.stringify({ [name]: value }) }),
  (name, value) => json({ link: `https://x.example/a?b=1&${name}=${encoded(value)}` }),
  (name, value) => json({ link: `/a?next=${encoded(`/b?${name}=${encoded(value)}`)}` }),
  (name, value) => plain(JSON.stringify({ [name]: value })),
  (name, value) => ({ type: 'application/x-ndjson', text: `{"a":1}\n{"${name}":"${value}"}\n` }),
  (name, value) => ({ type: 'text/event-stream', text: `data: {"${name}":"${value}"}\n\n` }),
  (name, value) => form(`a=1&${name}=${encoded(value)}`),
  (name, value) => form(`user%5B${name}%5D=${encoded(value)}`),
  (name, value) => form(`payload=${encoded(JSON.stringify({ [name]: value }))}`),
  (name, value) => xml(`<r><x:${name}>${entities(value)}</x:${name}></r>`),
  (name, value) => xml(`<r><a ${name}="${entities(value)}" b="1"/></r>`),
  (name, value) => xml(`<r><entry key="${name}">${entities(value)}</entry></r>`),
  (name, value) => xml(`<r><${name}><![CDATA[${value}]]></${name}></r>`),
  (name, value) => xml(`<r><name>${name}</name><value>${entities(value)}</value></r>`),
  (name, value) => page(`<table><tr><td>${name}:</td><td>${entities(value)}</td></tr></table>`),
  (name, value) =>
    page(`<table><tr><th><b>${name}</b></th>\n<td><i>${entities(value)}</i></td></tr></table>`),
  (name, value) =>
    page(
      `<table><tr><th colspan=2>user</th><th>${name}</th><th>seen</th></tr><tr><td>1</td><td>bob</td>` +
        `<td>${entities(value)}</td><td>now</td></tr></table>`,
    ),
  (name, value) => page(`<dl><dt><i>${name}</i></dt><dd>${entities(value)}</dd></dl>`),
  (name, value) => page(`<label>${name}</label> <span>${entities(value)}</span>`),
  (name, value) => ({ type: 'text/html', text: `<input name=${name} value="${entities(value)}">` }),
  (name, value) => part(`name="${name}"`, value),
  (name, value) => part(`name="f"; filename="a.txt"`, `${name}: "${value}"`),
  (name, value) => plain(`${name}: "${value}"\nother: 1`),
  (name, value) => plain(`export ${name}='${value}'`),
  (name, value) => ({ type: 'text/csv', text: `user,${name}\nbob,${value}\n` }),
  (name, value) => ({ type: 'application/yaml', text: `a:\n  ${name}: |\n    ${value}\n  b: 1\n` }),
];

/** Ways in which a header, a path or a line has them. */
export const TEXT_SHAPES: readonly ((name: string, value: string) => string)[] = [
  (name, value) => `https://x.example/a?b=1&${name}=${encoded(value)}#top`,
  (name, value) => `/a;${name}=${encoded(value)}/b?c=1`,
  (name, value) => `/a#${name}=${encoded(value)}&b=1`,
  (name, value) => `/a?next=${encoded(`https://y.example/?${name}=${encoded(value)}`)}`,
  (name, value) => `/a?${name.toUpperCase()}=${encoded(value)}`,
  (name, value) => `/a?user%5B${name}%5D=${encoded(value)}`,
];

export const LINE_SHAPES: readonly ((name: string, value: string) => string)[] = [
  ...TEXT_SHAPES.map(
    (shape) => (name: string, value: string) => `INFO GET ${shape(name, value)} 200`,
  ),
  (name, value) => `WARN cannot log in {"${name}":"${value}"}`,
  (name, value) => `ERROR login failed, ${name}="${value}" user=bob`,
  (name, value) => `${name}: '${value}'`,
  (name, value) => `level=warn ${name}="${value}"`,
  (name, value) => JSON.stringify({ level: 'ERROR', message: 'no', request: { [name]: value } }),
  (name, value) => JSON.stringify({ level: 'WARN', message: `sent ${name}="${value}"` }),
  (name, value) => `body <a><${name}>${entities(value)}</${name}></a> refused`,
  (name, value) => `curl --${name} '${value}' x`,
  (_, value) => `Authorization: Bearer ${value}`,
  (_, value) => `cannot reach postgres://bob:${encoded(value)}@db.example/shop`,
];

function form(text: string): Planted {
  return { type: 'application/x-www-form-urlencoded', text };
}
