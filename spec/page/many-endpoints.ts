import type { RequestShape } from '../soak/kit/load-protocol.ts';

const AREAS = [
  'accounts',
  'billing',
  'catalogue',
  'delivery',
  'inventory',
  'loyalty',
  'marketing',
  'orders',
  'returns',
  'suppliers',
];
const THINGS = [
  'contracts',
  'addresses',
  'documents',
  'events',
  'invoices',
  'items',
  'messages',
  'prices',
  'reservations',
  'users',
];
/** One has a name that is longer than any column. */
const ASPECTS = [
  '',
  '/history',
  '/status',
  '/permissions',
  '/comments-and-attachments-that-were-moderated-by-somebody-else',
];
const IDS = [17, 204, 3981];
const BYTES = 400;

/** 500 endpoints of a large service, with an address each. */
export function manyEndpoints(): readonly RequestShape[] {
  const things = AREAS.flatMap((area) => THINGS.map((thing) => `/api/v2/${area}/${thing}`));
  return things.flatMap((path, at) =>
    ASPECTS.map((aspect) => ({
      method: 'GET' as const,
      path: `${path}/${IDS[at % IDS.length]}${aspect}`,
      sends: 0,
      gets: BYTES,
    })),
  );
}

/** Its server file. A bad version fails in billing, is slow at returns, and has another type of a price. */
export function largeServiceText(version: string, isBad: boolean): string {
  return `import { createServer } from 'node:http';
import { mkdirSync, createWriteStream } from 'node:fs';
mkdirSync('logs/json', { recursive: true });
const log = createWriteStream('logs/json/shop.log', { flags: 'a' });
const isBad = ${isBad};
let count = 0;
createServer((request, response) => {
  const { url } = request;
  const isFailing = isBad && url.startsWith('/api/v2/billing/') && ++count % 3 === 0;
  const price = 10 + url.length / 4;
  const body = { path: url, at: Date.now(), price: isBad && url.includes('/prices/') ? String(price) : price, owner: 'Zoë 🦊', title: 'שלום عالم', pad: '' };
  body.pad = 'x'.repeat(Math.max(0, ${BYTES} - Buffer.byteLength(JSON.stringify(body))));
  const level = isFailing ? 'ERROR' : 'INFO';
  const message = isFailing ? 'cannot read the ledger of ' + url : 'GET ' + url;
  log.write(JSON.stringify({ timestamp: new Date().toISOString(), level, message, requestId: request.headers['x-request-id'] }) + '\\n');
  const send = () => {
    response.writeHead(isFailing ? 500 : 200, { 'content-type': 'application/json', 'x-version': ${JSON.stringify(version)} });
    response.end(JSON.stringify(body));
  };
  if (isBad && url.startsWith('/api/v2/returns/')) setTimeout(send, 30); else send();
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
}
