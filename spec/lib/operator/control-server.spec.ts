import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConflictError, codeOf } from '../../../lib/errors.ts';
import type { TraceRecord } from '../../../lib/model/trace-record.ts';
import { type ControlClient, controlClient } from '../../../lib/operator/client/client.ts';
import type { ControlHandlers } from '../../../lib/operator/control-handlers.ts';
import { createControlServer } from '../../../lib/operator/server/control-server.ts';
import type { LiveEvent } from '../../../lib/operator/views/status-view.ts';
import { withTempFolder } from '../../support/temp-folder.ts';
import { HISTORY, SampleHandlers, STATUS, TRACE, TREE } from './views.ts';

interface Served {
  readonly socketPath: string;
  readonly handlers: SampleHandlers & ControlHandlers;
  readonly client: ControlClient;
  readonly problems: string[];
  readonly close: () => Promise<void>;
}

async function serving(
  use: (served: Served) => Promise<void>,
  options: { maxConnections?: number; idleMs?: number; folder?: string } = {},
): Promise<void> {
  await withTempFolder(async (temp) => {
    const folder = join(temp, options.folder ?? '');
    await mkdir(folder, { recursive: true });
    const socketPath = join(folder, 'vili.sock');
    const handlers: SampleHandlers & ControlHandlers = new SampleHandlers();
    const problems: string[] = [];
    const server = createControlServer({
      socketPath,
      handlers,
      maxBodyBytes: 1000,
      maxConnections: options.maxConnections ?? 10,
      idleMs: options.idleMs ?? 5000,
      onProblem: (text) => problems.push(text),
    });
    await server.listen();
    const client = controlClient(socketPath);
    try {
      await use({ socketPath, handlers, client, problems, close: () => server.close() });
    } finally {
      await server.close();
    }
  });
}

interface RawResponse {
  readonly status: number;
  readonly body: string;
}

async function raw(
  socketPath: string,
  method: string,
  path: string,
  body = '',
): Promise<RawResponse> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ socketPath, method, path, agent: false }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode ?? 0, body: text };
}

function record(id: number, to: string): TraceRecord {
  return { ...TRACE[0]!, id, to };
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('should have failed'),
    (error: unknown) => error,
  );
}

describe('the control server', () => {
  it('answers every question through its client', async () => {
    await serving(async ({ client, handlers }) => {
      expect(await client.status()).to.deep.equal(STATUS);
      expect(await client.verdict()).to.deep.equal(STATUS.verdict);
      expect(await client.history(1)).to.deep.equal(HISTORY.slice(1));
      expect(await client.tree()).to.deep.equal(TREE);
      const filter = { actor: 'root/deployer', correlation: 'v-7', limit: 5 };
      expect(await client.trace(filter)).to.deep.equal(TRACE);
      expect(handlers.calls).to.deep.equal([{ history: 1 }, { trace: filter }]);
    });
  });

  it('hands over who acts and why', async () => {
    await serving(async ({ client, handlers }) => {
      const act = { version: 'inventory-1.5.0', reason: 'seen enough', by: 'ann@host' };
      expect((await client.promote(act)).effect).to.contain('takes over');
      await client.reject({ by: 'ann@host' });
      expect(handlers.calls).to.deep.equal([{ promote: act }, { reject: { by: 'ann@host' } }]);
    });
  });

  it('gives nobody but the owner a way to the socket and leaves no other file', async () => {
    await serving(async ({ socketPath, close }) => {
      expect((await stat(socketPath)).mode & 0o777).to.equal(0o600);
      expect(await readdir(join(socketPath, '..'))).to.deep.equal(['vili.sock']);
      await close();
      expect(await readdir(join(socketPath, '..'))).to.deep.equal([]);
    });
  });

  it('takes the place of a socket file that was left behind', async () => {
    await withTempFolder(async (folder) => {
      const socketPath = join(folder, 'vili.sock');
      await writeFile(socketPath, 'stale');
      const server = createControlServer({
        socketPath,
        handlers: new SampleHandlers(),
        maxBodyBytes: 1000,
        maxConnections: 2,
        idleMs: 1000,
        onProblem: () => {},
      });
      await server.listen();
      expect((await controlClient(socketPath).status()).schema).to.equal('vili.status/1');
      await server.close();
    });
  });

  it('works in a folder whose name is longer than a socket address', async () => {
    const folder = 'a-long-folder-name/'.repeat(8);
    await serving(
      async ({ client }) => {
        expect((await client.status()).schema).to.equal('vili.status/1');
      },
      { folder },
    );
  });

  it('says clearly that it cannot listen', async () => {
    await withTempFolder(async (folder) => {
      const server = createControlServer({
        socketPath: join(folder, 'missing/vili.sock'),
        handlers: new SampleHandlers(),
        maxBodyBytes: 1000,
        maxConnections: 2,
        idleMs: 1000,
        onProblem: () => {},
      });
      const error = await failure(server.listen());
      expect(codeOf(error)).to.equal('VILI_SOCKET_FAILED');
      expect(String(error)).to.contain('missing/vili.sock');
      await server.close();
    });
  });

  const wrong: readonly (readonly [what: string, ...request: string[]])[] = [
    ['404 for an unknown path', 'GET', '/v1/nothing', '', '404', 'VILI_NO_ROUTE'],
    ['404 for a name every object has', 'GET', '/constructor', '', '404', 'VILI_NO_ROUTE'],
    ['404 for crashing when that is off', 'POST', '/v1/debug/crash', '{}', '404', 'VILI_NO_ROUTE'],
    ['405 for a wrong method', 'POST', '/v1/status', '', '405', 'VILI_WRONG_METHOD'],
    ['405 for an act by GET', 'GET', '/v1/promote', '', '405', 'VILI_WRONG_METHOD'],
    ['400 for broken JSON', 'POST', '/v1/promote', '{"by":', '400', 'VILI_BAD_REQUEST'],
    ['400 for an act by nobody', 'POST', '/v1/promote', '{}', '400', 'VILI_BAD_REQUEST'],
    ['400 for a list', 'POST', '/v1/promote', '[]', '400', 'VILI_BAD_REQUEST'],
    ['400 for a wrong limit', 'GET', '/v1/history?limit=-1', '', '400', 'VILI_BAD_REQUEST'],
    ['413 for a large body', 'POST', '/v1/reject', 'x'.repeat(5000), '413', 'VILI_BODY_TOO_LARGE'],
  ];
  for (const [what, method = '', path = '', body = '', status, code] of wrong) {
    it(`answers ${what}`, async () => {
      await serving(async ({ socketPath, problems }) => {
        const answer = await raw(socketPath, method, path, body);
        expect(answer.status).to.equal(Number(status));
        const parsed = JSON.parse(answer.body) as { error: { code: string; message: string } };
        expect(parsed.error.code).to.equal(code);
        expect(parsed.error.message).to.be.a('string').that.is.not.empty;
        expect(problems).to.deep.equal([]);
      });
    });
  }

  it('answers 409 with the reason when an act is refused', async () => {
    await serving(async ({ client, handlers }) => {
      handlers.promote = async () => {
        throw new ConflictError('there is nothing under test');
      };
      const error = await failure(client.promote({ by: 'ann' }));
      expect(error).to.include({ httpStatus: 409, code: 'VILI_REFUSED' });
      expect(String(error)).to.contain('there is nothing under test');
    });
  });

  it('keeps to itself what went wrong inside, and reports it', async () => {
    await serving(async ({ client, handlers, problems }) => {
      handlers.status = async () => {
        throw new TypeError('secret is undefined');
      };
      const error = await failure(client.status());
      expect(error).to.include({ httpStatus: 500, code: 'VILI_INTERNAL' });
      expect(String(error)).to.not.contain('secret');
      expect(problems.join()).to.contain('secret is undefined');
    });
  });

  it('crashes an actor only when it may', async () => {
    await serving(async ({ client, handlers }) => {
      handlers.crash = async (path) => void handlers.calls.push({ crash: path });
      await client.crash('root/deployer');
      expect(handlers.calls).to.deep.equal([{ crash: 'root/deployer' }]);
    });
  });

  it('streams the trace of the past and on, without a gap, until nobody listens', async () => {
    await serving(async ({ client, handlers }) => {
      const stop = new AbortController();
      const got: number[] = [];
      const emit = (...records: TraceRecord[]): void => {
        for (const send of handlers.traceListeners) for (const one of records) send(one);
      };
      handlers.trace = async () => {
        // These come while the past is being looked up; 2 is in both.
        emit(record(2, 'root/a/b'), record(3, 'root/other'), record(4, 'root/a'));
        setImmediate(() => emit(record(5, 'root/a')));
        return [record(1, 'root/a'), record(2, 'root/a/b')];
      };
      const take = ({ id }: TraceRecord): void => {
        got.push(id);
        if (id === 5) stop.abort();
      };
      await client.followTrace({ actor: 'root/a' }, take, stop.signal);
      expect(got).to.deep.equal([1, 2, 4, 5]);
      while (handlers.traceListeners.size > 0) await new Promise(setImmediate);
    });
  });

  it('streams a long past to a follower', async () => {
    await serving(async ({ client, handlers }) => {
      const stop = new AbortController();
      const past = Array.from({ length: 20_000 }, (_, id) => record(id, 'root/a'));
      handlers.trace = async () => past;
      let last = -1;
      const take = ({ id }: TraceRecord): void => {
        expect(id).to.equal(last + 1);
        last = id;
        if (id === past.length - 1) stop.abort();
      };
      await client.followTrace({}, take, stop.signal);
      expect(last).to.equal(past.length - 1);
    });
  });

  it('ends live streams when it closes', async () => {
    await serving(async ({ client, handlers, close }) => {
      const listening = new Promise<void>((resolve) => (handlers.onListen = resolve));
      const ended = client.events(() => {}, new AbortController().signal);
      await listening;
      await close();
      await ended;
      expect(handlers.eventListeners.size).to.equal(0);
    });
  });

  it('cuts off a listener that does not read', async () => {
    await serving(async ({ socketPath, handlers }) => {
      const listening = new Promise<void>((resolve) => (handlers.onListen = resolve));
      const socket = connect(socketPath);
      socket.pause();
      socket.on('error', () => {});
      socket.write('GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
      await listening;
      const large: LiveEvent = {
        at: 'now',
        event: 'started',
        version: 'shop-2',
        by: 'vili',
        reasons: ['x'.repeat(100_000)],
      };
      for (let i = 0; i < 1000 && handlers.eventListeners.size > 0; i += 1) {
        for (const send of handlers.eventListeners) send(large);
        await new Promise(setImmediate);
      }
      expect(handlers.eventListeners.size).to.equal(0);
      socket.destroy();
    });
  });

  it('lets go of a connection that asks nothing', async () => {
    await serving(
      async ({ socketPath }) => {
        const socket = connect(socketPath);
        socket.write('GET /v1/sta');
        await new Promise<void>((resolve) => socket.once('close', () => resolve()).resume());
      },
      { idleMs: 200 },
    );
  });

  it('serves no more connections than allowed', async () => {
    await serving(
      async ({ client, handlers }) => {
        const stop = new AbortController();
        const listening = new Promise<void>((resolve) => (handlers.onListen = resolve));
        const first = client.events(() => {}, stop.signal);
        await listening;
        expect(codeOf(await failure(client.status()))).to.equal('VILI_DAEMON_UNREACHABLE');
        stop.abort();
        await first;
      },
      { maxConnections: 1 },
    );
  });
});

describe('the control client', () => {
  it('says that no daemon runs when there is no socket', async () => {
    await withTempFolder(async (folder) => {
      const error = await failure(controlClient(join(folder, 'vili.sock')).status());
      expect(codeOf(error)).to.equal('VILI_DAEMON_UNREACHABLE');
      expect(String(error)).to.contain('no daemon runs here');
    });
  });

  it('gives up on a daemon that does not answer', async () => {
    await serving(async ({ socketPath, handlers }) => {
      handlers.status = () => new Promise(() => {});
      const error = await failure(controlClient(socketPath, { timeoutMs: 50 }).status());
      expect(codeOf(error)).to.equal('VILI_DAEMON_UNREACHABLE');
      expect(String(error)).to.contain('50 ms');
    });
  });
});
