import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { patientTimeout } from '../../../lib/runtime/patient-timer.ts';
import { type AnyBytes, anyBytes } from '../any-bytes.ts';
import { makeCertificate } from '../certificates.ts';
import { type ProxyFixture, RawClient, withProxy } from '../proxy-fixture.ts';
import { withTempFolder } from '../temp-folder.ts';
import { askHttp2 } from '../tls-fixture.ts';
import { AnyRunning } from './any-running.ts';
import type { Property } from './property.ts';

export interface RunningWorld extends ProxyFixture {
  readonly running: AnyRunning;
  readonly session: ClientHttp2Session | null;
}

/** Asks for a path; resolves when the client has an end, or enough. */
type Ask = (world: RunningWorld, path: string) => Promise<unknown>;

export interface Frontend {
  readonly name: string;
  readonly isTls: boolean;
  readonly ask: Ask;
}

const ASK_MAX_MS = 400;
/** In which this process runs. */
const FINE_MAX_MS = 4000;
/** Requests of other users beside those of a batch. */
const OTHERS = 6;
const CLOSE = 'Host: a\r\nConnection: close\r\n';

/** By the word that names it on a command line. */
export const FRONTENDS: ReadonlyMap<string, Frontend> = new Map([
  ['fast', { name: 'the fast path', isTls: false, ask: http1('GET', 'HTTP/1.1', CLOSE) }],
  [
    'node',
    {
      name: "node's parser",
      isTls: false,
      ask: http1('GET', 'HTTP/1.1', 'Host: a\r\nConnection: close, x\r\n'),
    },
  ],
  ['http10', { name: 'HTTP/1.0', isTls: false, ask: http1('GET', 'HTTP/1.0', '') }],
  ['head', { name: 'HEAD', isTls: false, ask: http1('HEAD', 'HTTP/1.1', CLOSE) }],
  [
    'upgrade',
    {
      name: 'an upgrade',
      isTls: false,
      ask: http1('GET', 'HTTP/1.1', 'Host: a\r\nConnection: upgrade\r\nUpgrade: x\r\n'),
    },
  ],
  ['tls', { name: 'TLS', isTls: true, ask: askTls }],
  ['http2', { name: 'HTTP/2', isTls: true, ask: (world, path) => askStream(world, path, 'GET') }],
  [
    'http2-head',
    {
      name: 'HTTP/2 with HEAD',
      isTls: true,
      ask: (world, path) => askStream(world, path, 'HEAD'),
    },
  ],
]);

/** Whatever running sends, at any split and delay, costs nobody but who asked for it. */
export function runningBytes({ name, isTls, ask }: Frontend): Property<AnyBytes, RunningWorld> {
  return {
    name: `any bytes of running over ${name}`,
    // One that keeps its connection would only make the client wait.
    cases: anyBytes.map((said) => (said.ending === 'keep' ? { ...said, ending: 'end' } : said)),
    perWorld: 1000,
    atOnce: 32,
    inWorld: (use) => withAnyRunning(isTls, use),
    check: async (world, cases) => {
      const { running, problems } = world;
      running.announce(cases, cases.length + OTHERS);
      const asked = cases.map((_, at) => ask(world, `/${at}`));
      const others = await Promise.all(Array.from({ length: OTHERS }, () => askFine(world)));
      await Promise.all(asked);
      await running.quiet();
      const wrong = others.find((body) => body !== 'fine');
      if (wrong !== undefined) return cases.map(() => `another user got ${wrong}`);
      if (problems.length > 0) return cases.map(() => problems.splice(0).join('; '));
      return cases.map(() => null);
    },
  };
}

/** Another user's request, over HTTP/2 on the same connection. */
export async function askFine({ port, session }: RunningWorld): Promise<string> {
  try {
    if (session !== null) return String((await askHttp2(session, { ':path': '/fine' })).body);
    const client = new RawClient(port).send(`GET /fine HTTP/1.1\r\n${CLOSE}\r\n`);
    const late = patientTimeout(FINE_MAX_MS, () => client.close());
    const got = await client.toEnd(FINE_MAX_MS * 100);
    late.stop();
    return got.slice(got.indexOf('\r\n\r\n') + 4);
  } catch (error) {
    return String(error);
  }
}

export async function withAnyRunning(
  isTls: boolean,
  use: (world: RunningWorld) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (folder) => {
    const certificate = isTls ? makeCertificate(folder, 'first') : null;
    const running = new AnyRunning();
    const tls = certificate === null ? null : { ...certificate, reloadMs: 60_000 };
    const run = async (fixture: ProxyFixture): Promise<void> => {
      const session =
        certificate === null
          ? null
          : connectHttp2(`https://localhost:${fixture.port}`, { ca: certificate.cert });
      session?.on('error', () => {});
      try {
        await use({ ...fixture, running, session });
      } finally {
        session?.destroy();
      }
    };
    await withProxy(await running.open(), run, { tls });
  });
}

// Private

async function askRaw(client: RawClient, request: string): Promise<void> {
  client.send(request);
  await client.toEnd(ASK_MAX_MS).catch(() => {});
}

/** Over HTTP/1, with a connection of its own. */
function http1(method: string, version: string, lines: string): Ask {
  return ({ port }, path) =>
    askRaw(new RawClient(port), `${method} ${path} ${version}\r\n${lines}\r\n`);
}

async function askTls({ port }: RunningWorld, path: string): Promise<void> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  await askRaw(new RawClient(socket), `GET ${path} HTTP/1.1\r\n${CLOSE}\r\n`);
}

async function askStream({ session }: RunningWorld, path: string, method: string): Promise<void> {
  if (session === null) throw new Error('no session');
  const stream = session.request({ ':path': path, ':method': method });
  stream.on('error', () => {});
  stream.setTimeout(ASK_MAX_MS, () => stream.close());
  stream.resume();
  await once(stream, 'close').catch(() => {});
}
