import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { expect } from 'chai';
import { codeOf, messageOf } from '../../../../lib/errors.ts';
import { watchLiveness } from '../../../../lib/servlet/health/liveness.ts';
import { probeOnce } from '../../../../lib/servlet/health/probe.ts';
import {
  awaitReady,
  NotReadyError,
  type ReadinessOptions,
} from '../../../../lib/servlet/health/readiness.ts';
import type { Exit } from '../../../../lib/servlet/process/exit.ts';

const HOST = '127.0.0.1';
const NEVER = new Promise<Exit>(() => {});

describe('awaitReady', () => {
  it('waits until the path responds well the required number of times in a row', async () => {
    const statuses = [503, 200, 500, 200, 302];
    const server = await serve((_request, response) => {
      response.writeHead(statuses.shift() ?? 204, { location: '/login' }).end('body');
    });
    const ready = await awaitReady(optionsFor(server, { path: '/health', successes: 2 }));
    expect(ready.attempts).to.equal(5);
    expect(ready.afterMs).to.be.at.least(4 * 5 - 5);
    await close(server);
  });

  it('accepts any HTTP response to / when no path is set', async () => {
    const urls: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      urls.push(request.url);
      response.writeHead(500).end();
    });
    expect(await awaitReady(optionsFor(server, { path: null }))).to.include({ attempts: 1 });
    expect(urls).to.deep.equal(['/']);
    await close(server);
  });

  it('reports elapsed time, attempts, address and the last status with its location', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(404, { location: '/sign-in' }).end();
    });
    const { port } = server.address() as AddressInfo;
    const error = await rejection(optionsFor(server, { path: '/health', timeoutMs: 120 }));
    expect(error.code).to.equal('VILI_NOT_READY');
    expect(error.attempts).to.be.at.least(2);
    expect(error.message).to.match(
      /^not ready after 0\.\d s \(readiness\.timeout 0\.12 s\): \d+ attempts on/,
    );
    expect(error.message).to.include(`http://${HOST}:${port}/health, last: status 404 to /sign-in`);
    await close(server);
  });

  it('distinguishes a refused connection, a silent server and one that hangs up', async () => {
    const gone = await serve(() => {});
    const refused = optionsFor(gone, { timeoutMs: 60 });
    await close(gone);
    expect((await rejection(refused)).message).to.include('last: connection refused');
    const silent = await serve(() => {});
    const slow = optionsFor(silent, { timeoutMs: 300, requestTimeoutMs: 40 });
    expect((await rejection(slow)).message).to.match(/last: no response within \d+ ms/);
    await close(silent);
    const rude = createTcpServer((socket) => socket.destroy()).listen(0, HOST);
    await once(rude, 'listening');
    const hangUp = optionsFor(rude as Server, { timeoutMs: 60 });
    expect((await rejection(hangUp)).message).to.include('connection closed without a response');
    rude.close();
    await once(rude, 'close');
  });

  it('reports the last status even when the very last attempt gets no response in time', async () => {
    let responded = false;
    const server = await serve((_request, response) => {
      if (!responded) response.writeHead(503).end();
      responded = true;
    });
    const error = await rejection(optionsFor(server, { path: '/', timeoutMs: 150 }));
    expect(error).to.include({ attempts: 2 });
    expect(error.message).to.match(/last: status 503$/);
    await close(server);
  });

  it('rejects at once when the process ends, with the cause of the exit', async () => {
    const server = await serve(() => {});
    const exit: Exit = {
      code: 1,
      signal: null,
      atMs: 0,
      kind: 'exit',
      text: 'exited with code 1 after 0.1 s: boom',
    };
    const exited = new Promise<Exit>((resolve) => server.once('request', () => resolve(exit)));
    const error = await rejection(optionsFor(server, { exited, timeoutMs: 60_000 }));
    expect(error).to.include({ code: 'VILI_EXITED_AT_START', exit });
    expect(error.message).to.match(
      /^ended before it was ready .*: exited with code 1 after 0\.1 s: boom$/,
    );
    await close(server);
  });

  it('rejects with the reason of an abort, before and during the wait', async () => {
    const server = await serve(() => controller.abort(new Error('stopped')));
    const controller = new AbortController();
    const options = optionsFor(server, { signal: controller.signal });
    for (const phase of ['during', 'before']) {
      expect(await awaitReady(options).catch(messageOf), phase).to.equal('stopped');
    }
    await close(server);
  });
});

describe('probeOnce', () => {
  it('stops reading an endless response', async () => {
    const server = await serve((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384)));
      };
      response.on('drain', more);
      more();
    });
    const result = await probeOnce({ ...targetOf(server), requestTimeoutMs: 60_000 });
    expect(result).to.include({ ok: true, status: 200 });
    await close(server);
  });

  it('accepts a response whose body never ends, once its time is up', async () => {
    const server = await serve((_request, response) => response.write('x'));
    const result = await probeOnce({ ...targetOf(server), requestTimeoutMs: 50 });
    expect(result).to.include({ ok: true, status: 200 });
    await close(server);
  });
});

describe('watchLiveness', () => {
  it('reports one change each way and ignores a single failure', async () => {
    const statuses = [200, 500, 200, 500, 500, 500, 500, 200, 200];
    const events: string[] = [];
    const controller = new AbortController();
    const server = await serve((_request, response) => {
      const status = statuses.shift();
      if (status === undefined) controller.abort();
      response.writeHead(status ?? 200).end();
    });
    await watchLiveness({
      ...targetOf(server),
      path: '/health',
      intervalMs: 2,
      failures: 3,
      onUnhealthy: ({ failures, text }) => events.push(`unhealthy ${failures} ${text}`),
      onHealthy: () => events.push('healthy'),
      signal: controller.signal,
    });
    expect(events).to.deep.equal(['unhealthy 3 status 500', 'healthy']);
    await close(server);
  });
});

// Private

async function serve(listener: RequestListener): Promise<Server> {
  const server = createServer(listener).listen(0, HOST);
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

function targetOf(server: Server): {
  host: string;
  port: number;
  path: null;
  requestTimeoutMs: number;
} {
  const { port } = server.address() as AddressInfo;
  return { host: HOST, port, path: null, requestTimeoutMs: 5000 };
}

function optionsFor(server: Server, options: Partial<ReadinessOptions> = {}): ReadinessOptions {
  return {
    ...targetOf(server),
    timeoutMs: 8000,
    intervalMs: 5,
    successes: 1,
    signal: new AbortController().signal,
    exited: NEVER,
    ...options,
  };
}

async function rejection(options: ReadinessOptions): Promise<NotReadyError> {
  const error = await awaitReady(options).catch((reason: unknown) => reason);
  if (error instanceof NotReadyError) return error;
  throw new Error(`expected NotReadyError, got ${codeOf(error)} ${messageOf(error)}`);
}
