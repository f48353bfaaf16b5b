import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Servlet ports of the demo are below the kernel's ephemeral range. */
const PORT_RANGE_FROM = 21_000;
const PORT_RANGE_TO = 31_000;
const PORT_RANGE_SIZE = 40;

/**
 * Settings that the demo shortens; a real service keeps the defaults. Times are only reported: on a
 * host at full load they say nothing about a version, and the proof that it is not slower never comes. The demo
 * removes what it writes, so the disk may be as full as it is.
 */
const SHORTENED: Readonly<Record<string, string>> = {
  readiness_path: '/health',
  readiness_timeout: '2m',
  drain_timeout: '5s',
  stop_timeout: '5s',
  verdict_min_requests: '300',
  verdict_min_time: '6s',
  verdict_margin: '2%',
  verdict_warmup_requests: '50',
  verdict_warmup_time: '3s',
  verdict_speed: 'report',
  verdict_confirm_time: '3s',
  verdict_log_window: '2s',
  probation: '4s',
  disk_min_free: '0%',
};

export interface DemoBase {
  readonly folder: string;
  /** The port for users. */
  readonly port: number;
  remove(): Promise<void>;
}

/** Makes a temporary base folder with a `.env` for a quick demo. */
export async function createDemoBase(identifier: string, random: () => number): Promise<DemoBase> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'vili-demo-')));
  const port = await freePort();
  const from =
    PORT_RANGE_FROM + Math.floor(random() * (PORT_RANGE_TO - PORT_RANGE_FROM - PORT_RANGE_SIZE));
  const settings = {
    port: String(port),
    host: '127.0.0.1',
    identifier,
    port_range: `${from}-${from + PORT_RANGE_SIZE}`,
    log_dir: 'logs_vili',
    ...SHORTENED,
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}="${value}"\n`);
  await writeFile(join(folder, '.env'), lines.join(''));
  return {
    folder,
    port,
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}

// Private

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
