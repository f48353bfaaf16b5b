import { execFileSync } from 'node:child_process';
import { closeSync, constants, open, openSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Target } from '../../lib/model/exchange.ts';

/** More than the pool of any configuration here. */
const POOL_THREADS = 16;

/** Blocks the event loop of this thread. */
export function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Keeps all threads of node's pool busy, as a disk that hangs does, until the function returned is called. */
export async function blockPool(folder: string): Promise<() => Promise<void>> {
  const paths = Array.from({ length: POOL_THREADS }, (_, index) => join(folder, `fifo${index}`));
  execFileSync('mkfifo', paths);
  const opened = paths.map(
    (path) =>
      new Promise<void>((resolve) => {
        open(path, 'r', (_error, fd) => {
          closeSync(fd);
          resolve();
        });
      }),
  );
  return async () => {
    const ends = paths.map((path) => openSync(path, constants.O_RDWR));
    await Promise.all(opened);
    for (const end of ends) closeSync(end);
  };
}

/** A running in a thread of its own, which goes on while the main thread stands still. */
export interface OtherThread {
  readonly target: Target;
  end(): Promise<unknown>;
}

/** Responds with `ok` after `delayMs`. */
export function respondingThread(delayMs = 0): Promise<OtherThread> {
  return startThread(`
    const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      request.resume();
      setTimeout(() => response.end('ok'), ${delayMs});
    });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  `);
}

/** Listens and accepts nothing: once its short queue is full, connections to it are not made. */
export function deafThread(): Promise<OtherThread> {
  return startThread(`
    const server = net.createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
    });
  `);
}

// Private

function startThread(code: string): Promise<OtherThread> {
  const modules = `const http = require('node:http'); const net = require('node:net');
    const { parentPort } = require('node:worker_threads');`;
  const worker = new Worker(modules + code, { eval: true });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (port: number) =>
      resolve({
        target: { instance: 'app-1.0.0/1_running', host: '127.0.0.1', port },
        end: () => worker.terminate(),
      }),
    );
  });
}
