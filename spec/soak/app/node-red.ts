import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Journey, Visitor } from '../../bench/apps/visitor.ts';
import type { Application } from './application.ts';
import { execLine, ownCopyLines } from './start-script.ts';
import { pause, requireStatus, startVisits } from './visits.ts';

const IDENTIFIER = 'flows';
const PASSWORD = 'a-long-password';
/** Of the password, by bcrypt with few rounds: log-ins are frequent here. */
const HASH = '$2b$04$Kof0JQ9eOoFUmXGbtZQs4eYEr7iWtFauCwwyPZ9W.wr9Y8IbDzYV6';
const EDITORS = ['ada', 'ben', 'cleo'];
const CITIES = ['bern', 'cork', 'graz', 'lund', 'nice', 'pisa', 'riga', 'york'];
const READS = 4;
/** Of someone who reads what came, at most. */
const PAUSE_MS = 400;

/** Its own log lines are text; a handler writes them as JSON, where Vili looks for a log. */
const SETTINGS = `const { createWriteStream } = require('node:fs');
const LEVELS = { 10: 'fatal', 20: 'error', 30: 'warn', 40: 'info', 50: 'debug', 60: 'trace' };
const log = createWriteStream('logs/json/${IDENTIFIER}.log', { flags: 'a' });
const user = (username) => ({ username, password: '${HASH}', permissions: '*' });
module.exports = {
  uiHost: '127.0.0.1',
  uiPort: process.env.PORT,
  flowFile: 'flows.json',
  httpNodeRoot: '/api',
  credentialSecret: false,
  adminAuth: { type: 'credentials', users: ${JSON.stringify(EDITORS)}.map(user) },
  logging: {
    json: {
      level: 'info',
      handler: () => ({ level, msg, type, id }) => {
        const time = new Date().toISOString();
        log.write(JSON.stringify({ time, level: LEVELS[level], msg: String(msg), type, id }) + '\\n');
      },
    },
  },
};
`;

/**
 * Flows for wiring events, with an editor. Log-ins give bearer tokens, which the process reads at its start
 * and keeps in memory from then on, as it does with the flows and with what they remember.
 */
export const nodeRed: Application = {
  name: 'node-red',
  identifier: IDENTIFIER,
  releases: ['4.1.14', '4.1.15'],
  settings: {
    readiness_path: '/auth/login',
    health_paths: '/auth/login',
    routes: '/api/weather/{city}, /api/orders/{customer}',
  },
  endedBySwitch: 2,
  copied:
    'POST /auth/token on, POST /auth/revoke on, POST /flows on, POST /api/orders/{customer} on',

  async writeData(folder) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'settings.js'), SETTINGS);
    await writeFile(join(folder, 'flows.json'), JSON.stringify(flows(''), null, 2));
  },

  script({ programFolder, dataFolder }) {
    const program = join(programFolder, 'node_modules/node-red/red.js');
    return [...ownCopyLines(dataFolder), execLine(['node', program, '--userDir', '$data'])];
  },

  async begin(port) {
    return startVisits(port, {
      guest: { journey: guest, visitors: 3 },
      customer: { journey: customer, visitors: 1 },
      editor: { journey: editor, visitors: 1 },
    });
  },
};

// Private

/** Someone who only reads what flows respond with. */
const guest: Journey = async (visitor) => {
  for (let round = 0; round < READS; round++) {
    await pause(PAUSE_MS);
    const city = any(CITIES);
    const { text } = requireStatus(await visitor.get(`/api/weather/${city}`), 'weather', 200);
    if (!text.includes(city)) throw new Error(`weather of ${city}: ${text}`);
  }
};

/** Someone whose orders a flow keeps in memory. */
const customer: Journey = async (visitor) => {
  const path = `/api/orders/c${Math.ceil(Math.random() * 1e9).toString(36)}`;
  for (let round = 1; round <= READS; round++) {
    await pause(PAUSE_MS);
    requireStatus(await visitor.json(path, { item: any(CITIES) }), 'order', 201);
    const { text } = requireStatus(await visitor.get(path), 'orders', 200);
    const { orders } = JSON.parse(text) as { orders: unknown[] };
    if (orders.length !== round) throw new Error(`${round}. order: ${text}`);
  }
};

/** Someone who logs in to the editor, looks around, sometimes deploys, and logs out. */
const editor: Journey = async (visitor) => {
  requireStatus(await visitor.get('/'), 'editor', 200);
  requireStatus(await visitor.get('/auth/login'), 'log-in form', 200);
  const token = await logIn(visitor);
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  for (let round = 0; round < READS; round++) {
    await pause(PAUSE_MS);
    for (const path of ['/settings', '/flows', '/nodes', '/settings/user', '/flow/tab']) {
      requireStatus(await visitor.get(path, headers), path, 200);
    }
  }
  if (Math.random() < 0.2) {
    const deployed = { ...headers, 'node-red-deployment-type': 'nodes' };
    const note = `deployed at ${new Date().toISOString()}`;
    requireStatus(await visitor.json('/flows', flows(note), deployed), 'deploy', 204);
  }
  requireStatus(await visitor.json('/auth/revoke', { token }, headers), 'log-out', 200);
};

async function logIn(visitor: Visitor): Promise<string> {
  const fields = { client_id: 'node-red-editor', grant_type: 'password', scope: '' };
  const form = { ...fields, username: any(EDITORS), password: PASSWORD };
  const { text } = requireStatus(await visitor.form('/auth/token', form), 'log-in', 200);
  return (JSON.parse(text) as { access_token: string }).access_token;
}

/** Weather that depends on nothing but the city, orders in memory, and a note for who edits. */
function flows(note: string): readonly object[] {
  const weather = `const city = msg.req.params.city;
msg.payload = { city, degrees: city.length * 3, sky: ['clear', 'cloudy'][city.length % 2] };
return msg;`;
  const orders = `const all = flow.get('orders') || {};
const list = all[msg.req.params.customer] || [];
msg.payload = { customer: msg.req.params.customer, orders: list };
return msg;`;
  const order = `const all = flow.get('orders') || {};
const list = (all[msg.req.params.customer] ||= []);
list.push(msg.payload.item);
flow.set('orders', all);
msg.statusCode = 201;
msg.payload = { count: list.length };
return msg;`;
  const z = 'tab';
  return [
    { id: z, type: 'tab', label: 'Weather and orders', disabled: false, info: note },
    ...served({ id: 'weather', method: 'get', url: '/weather/:city', func: weather }),
    ...served({ id: 'orders', method: 'get', url: '/orders/:customer', func: orders }),
    ...served({ id: 'order', method: 'post', url: '/orders/:customer', func: order }),
    { id: 'out', type: 'http response', z, name: '', statusCode: '', headers: {}, wires: [] },
  ];
}

function served(one: { id: string; method: string; url: string; func: string }): object[] {
  const { id, method, url, func } = one;
  const z = 'tab';
  const wires = [[`${id}-function`]];
  return [
    { id: `${id}-in`, type: 'http in', z, name: '', url, method, upload: false, wires },
    { id: `${id}-function`, type: 'function', z, name: id, func, outputs: 1, wires: [['out']] },
  ];
}

function any(list: readonly string[]): string {
  return list[Math.floor(Math.random() * list.length)] ?? '';
}
