import { request } from 'node:http';
import { expect } from 'chai';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld } from '../support/daemon-world.ts';

const PATHS = ['/', '/login', '/old', '/feed', '/export', '/items'];
/** Between two requests: enough for a verdict within seconds, on a busy machine too. */
const EVERY_MS = 12;

describe('Issue 15: content of every kind', function () {
  this.timeout(90_000);
  let world: DaemonWorld;
  let daemon: Daemon;
  let timer: NodeJS.Timeout;

  before(async () => {
    world = await DaemonWorld.create({ verdict_speed: 'report', compare_control_share: '50%' });
    await world.arrive('shop-1.0.0.mjs', shop('1.0.0'));
    daemon = world.start();
    await daemon.serving('shop-1.0.0');
    let sent = 0;
    timer = setInterval(() => visit(world.port, PATHS[sent++ % PATHS.length] ?? '/'), EVERY_MS);
  });
  after(async () => {
    clearInterval(timer);
    await world.end();
  });

  const FAULTS: readonly (readonly [fault: string, version: string, told: RegExp])[] = [
    ['a blank page', '1.1.0', /GET \/: .*html: .* is missing/],
    [
      'a form field that is gone',
      '1.2.0',
      /GET \/login: .*form\[action=\/login\] input\[name=csrf\] is missing/,
    ],
    ['a redirect to an address that users cannot reach', '1.3.0', /GET \/old: location changed/],
    [
      'a field that is gone from JSON sent as text',
      '1.4.0',
      /GET \/feed: \$(?:\[\])?\.price is missing/,
    ],
    ['nothing in place of a file', '1.5.0', /GET \/export: \$ changed from a table to nothing/],
    ['JSON as a page of an error', '1.6.0', /GET \/items: \$ changed from JSON to HTML/],
  ];
  for (const [fault, version, told] of FAULTS) {
    it(`rejects ${fault}, and names it`, async () => {
      await world.arrive(`shop-${version}.mjs`, shop(version));
      const { reasons } = await daemon.recorded('rejected', `shop-${version}`, 40_000);
      expect(reasons.join('\n')).to.match(told);
    });
  }

  it('holds what it can read from running only, and names it', async () => {
    await world.arrive('shop-1.7.0.mjs', shop('1.7.0'));
    const { verdict } = await daemon.until(
      'an endpoint cannot be compared',
      ({ verdict: now }) => now?.reasons.some(({ code }) => code === 'not-comparable') === true,
      40_000,
    );
    const held = verdict?.reasons.find(({ code }) => code === 'not-comparable');
    expect(held?.text).to.match(
      /^GET \/items cannot be compared: testing's body is encoded with compress/,
    );
    const { stdout } = await world.vili('why');
    expect(stdout.replace(/\s+/g, ' ')).to.match(
      /not comparable: GET \/items \(encoded with compress, \d+ pairs\)/,
    );
    await world.vili('reject', '--yes');
    await daemon.recorded('rejected', 'shop-1.7.0', 40_000);
  });

  it('promotes the same again, whose tokens, times and addresses are its own', async () => {
    await world.arrive('shop-2.0.0.mjs', shop('2.0.0'));
    await daemon.recorded('promoted', 'shop-2.0.0', 40_000);
  });
});

// Private

function visit(port: number, path: string): void {
  const headers = { host: 'shop.example' };
  request({ port, path, headers, host: '127.0.0.1' }, (response) => response.resume())
    .on('error', () => undefined)
    .end();
}

/** A small site; from 1.1.0 to 1.7.0 each version has one fault. */
function shop(version: string): string {
  return `
import { createServer } from 'node:http';
const version = '${version}';
const port = Number(process.env.PORT);
const token = () => Math.random().toString(36).slice(2);
const page = (main) => '<!doctype html><html><head><title>Shop</title></head><body><header><nav>' +
  '<a href="/">Home</a> <a href="/cart">Cart</a></nav></header><main>' + main + '</main><footer>at ' +
  new Date().toISOString() + '<a href="http://localhost:' + port + '/about">about</a></footer></body></html>';
const blank = '<!doctype html><html><head><title>Shop</title></head><body><div id="app"></div></body></html>';
const csrf = () => version === '1.2.0' ? '' : '<input type="hidden" name="csrf" value="' + token() + '">';
const responses = {
  '/': () => ['text/html', version === '1.1.0' ? blank : page('<h1>Shop</h1><p>Welcome</p>')],
  '/login': () => ['text/html', page('<form action="/login" method="post">' + csrf() + '<input name="user"></form>')],
  '/feed': () => ['text/plain', JSON.stringify(version === '1.4.0' ? { at: token() } : { at: token(), price: 1 })],
  '/export': () => ['text/csv', version === '1.5.0' ? '' : 'id,price\\n1,4.20\\n2,1.00\\n'],
  '/items': () => version === '1.6.0' ? ['text/html', page('Oops')] : ['application/json', '{"a":[1,2]}'],
};
createServer((request, response) => {
  if (request.url === '/old') {
    response.writeHead(302, { location: version === '1.3.0' ? 'http://localhost:' + port + '/' : '/' }).end();
    return;
  }
  const [type, body] = (responses[request.url] ?? (() => ['text/plain', 'ok']))();
  const headers = { 'content-type': type };
  if (version === '1.7.0' && request.url === '/items') headers['content-encoding'] = 'compress';
  response.writeHead(200, headers).end(body);
}).listen(port, '127.0.0.1');
`;
}
