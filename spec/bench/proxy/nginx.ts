import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/** Root's worker must stay root to read the files in the temporary folder. */
const USER = process.getuid?.() === 0 ? 'user root;' : '';
const START_MAX_MS = 5000;
const SMALL_BYTES = 1024;

const FILES = { '/64k': 65_536, '/10m': 10_485_760 } as const;
/** The body of the response to any other path. */
export const SMALL_BODY = 'x'.repeat(SMALL_BYTES);

export interface NginxServer {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
}

/** A version of the service with one worker: 1 KB, the files, and uploads. */
export async function startUpstream(folder: string, name: string): Promise<NginxServer> {
  for (const [path, bytes] of Object.entries(FILES)) {
    await writeFile(join(folder, path.slice(1)), Buffer.alloc(bytes, 'x'));
  }
  const files = Object.keys(FILES).map((path) => `location = ${path} { root ${folder}; }`);
  return startNginx(
    folder,
    name,
    (port) => `
      server {
        listen 127.0.0.1:${port} backlog=4096;
        ${files.join('\n')}
        location / { return 200 '${SMALL_BODY}'; }
      }`,
  );
}

/** nginx as a proxy; with `mirrorPort` it copies every request there. */
export function startProxy(
  folder: string,
  name: string,
  runningPort: number,
  mirrorPort: number | null,
): Promise<NginxServer> {
  const to = (upstream: string): string =>
    `proxy_pass http://${upstream}; proxy_http_version 1.1; proxy_set_header Connection '';
     proxy_set_header Host $http_host; proxy_max_temp_file_size 0;`;
  const pool = (upstream: string, port: number): string =>
    `upstream ${upstream} { server 127.0.0.1:${port}; keepalive 128; keepalive_requests 100000000; }`;
  const mirror = mirrorPort === null ? '' : 'mirror /vili-copy;';
  const copy =
    mirrorPort === null
      ? ''
      : `location = /vili-copy { internal; ${to('testing').replace('testing', 'testing$request_uri')} }`;
  return startNginx(
    folder,
    name,
    (port) => `
      ${pool('running', runningPort)}
      ${mirrorPort === null ? '' : pool('testing', mirrorPort)}
      server {
        listen 127.0.0.1:${port} backlog=4096;
        location / { ${mirror} ${to('running')} }
        ${copy}
      }`,
  );
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}

// Private

async function startNginx(
  folder: string,
  name: string,
  server: (port: number) => string,
): Promise<NginxServer> {
  const port = await freePort();
  const file = join(folder, `${name}.conf`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${name}-${kind};`)
    .join('\n');
  await writeFile(
    file,
    `daemon off; worker_processes 1; ${USER} pid ${folder}/${name}.pid; error_log ${folder}/${name}.log;
    events { worker_connections 8192; }
    http {
      access_log off; sendfile on; tcp_nodelay on; default_type text/plain; ${temporary}
      keepalive_requests 100000000; keepalive_timeout 300s;
      client_max_body_size 0; client_body_buffer_size 2m;
      ${server(port)}
    }`,
  );
  const child = spawn('nginx', ['-e', `${folder}/${name}.log`, '-p', folder, '-c', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilListening(port);
  return { name, port, process: child };
}

async function untilListening(port: number): Promise<void> {
  const deadline = Date.now() + START_MAX_MS;
  while (!(await accepts(port))) {
    if (Date.now() > deadline) throw new Error(`nginx does not listen on ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
