import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConflictError, codeOf } from '../../../lib/errors.ts';
import type { HistoryEntry } from '../../../lib/model/history.ts';
import type { TraceRecord } from '../../../lib/model/trace-record.ts';
import type { ControlHandlers } from '../../../lib/operator/api/handlers.ts';
import { type ControlClient, controlClient } from '../../../lib/operator/client/client.ts';
import {
  CONTROL_LIMITS,
  createControlServer,
} from '../../../lib/operator/server/control-server.ts';
import { socketDoor } from '../../../lib/operator/server/door/socket-door.ts';
import { eventually } from '../../support/eventually.ts';
import { withTempFolder } from '../../support/temp-folder.ts';
import { REPORT, SAMPLE } from './report-view.ts';
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
      ...CONTROL_LIMITS,
      door: socketDoor(socketPath),
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
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ socketPath, method, path, agent: false }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, body: text };
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
  it('responds to every function of its client', async () => {
    await serving(async ({ client, handlers }) => {
      expect(await client.status()).to.deep.equal(STATUS);
      expect(await client.verdict()).to.deep.equal(STATUS.verdict);
      expect(await client.history({ limit: 1 })).to.deep.equal(HISTORY.slice(1));
      expect(await client.tree()).to.deep.equal(TREE);
      const filter = { actor: 'root/deployer', limit: 5 };
      expect(await client.trace({ ...filter, id: 'v-7' })).to.deep.equal(TRACE);
      expect(handlers.calls).to.deep.equal([
        { history: 1 },
        { trace: { ...filter, correlation: 'v-7' } },
      ]);
    });
  });

  it('finds reports, differences and samples of a version', async () => {
    await serving(async ({ client, handlers }) => {
      expect(await client.report({ version: '1.5.0' })).to.deep.equal(REPORT);
      expect((await client.differences({ path: 'price' }))?.endpoints).to.have.length(1);
      expect((await client.differences({ path: 'nothing' }))?.endpoints).to.deep.equal([]);
      const { ignored = [] } = REPORT.test ?? {};
      expect(await client.sample({ sample: SAMPLE.id })).to.deep.equal({ ...SAMPLE, ignored });
      expect((await client.replay({ version: '1.5.0' })).samples).to.deep.equal([SAMPLE]);
      const [whole, ...others] = handlers.calls;
      expect(whole).to.deep.equal({ report: '1.5.0' });
      expect(others.at(-1)).to.deep.equal({ replay: '1.5.0' });
    });
  });

  it('passes on who acts and why', async () => {
    await serving(async ({ client, handlers }) => {
      const act = { version: 'inventory-1.5.0', reason: 'seen enough', by: 'ann@host' };
      expect((await client.promote(act)).effect).to.contain('takes over');
      await client.reject({ by: 'ann@host' });
      expect(handlers.calls).to.deep.equal([{ promote: act }, { reject: { by: 'ann@host' } }]);
    });
  });

  it('lets only the owner connect and leaves no other file', async () => {
    await serving(async ({ socketPath, close }) => {
      expect((await stat(socketPath)).mode & 0o777).to.equal(0o600);
      expect(await readdir(join(socketPath, '..'))).to.deep.equal(['vili.sock']);
      await close();
      expect(await readdir(join(socketPath, '..'))).to.deep.equal([]);
    });
  });

  it('replaces a socket file that was left behind', async () => {
    await withTempFolder(async (folder) => {
      const socketPath = join(folder, 'vili.sock');
      await writeFile(socketPath, 'stale');
      const server = createControlServer({
        ...CONTROL_LIMITS,
        door: socketDoor(socketPath),
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

  it('names the socket that it cannot listen on', async () => {
    await withTempFolder(async (folder) => {
      const server = createControlServer({
        ...CONTROL_LIMITS,
        door: socketDoor(join(folder, 'missing/vili.sock')),
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
    it(`responds with ${what}`, async () => {
      await serving(async ({ socketPath, problems }) => {
        const response = await raw(socketPath, method, path, body);
        expect(response.status).to.equal(Number(status));
        const problem = JSON.parse(response.body) as Record<string, unknown>;
        expect(problem).to.include({ type: 'about:blank', status: response.status, code });
        expect(problem['title']).to.be.a('string').that.is.not.empty;
        expect(problem['detail']).to.be.a('string').that.is.not.empty;
        expect(problems).to.deep.equal([]);
      });
    });
  }

  it('responds with 409 and the reason when an act is not possible', async () => {
    await serving(async ({ client, handlers }) => {
      handlers.act = async () => {
        throw new ConflictError('there is nothing under test');
      };
      const error = await failure(client.promote({ by: 'ann' }));
      expect(error).to.include({ httpStatus: 409, code: 'VILI_REFUSED' });
      expect(String(error)).to.contain('there is nothing under test');
    });
  });

  it('reports an internal failure without showing it to the client', async () => {
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

  it('crashes an actor when that is on', async () => {
    await serving(async ({ client, handlers }) => {
      handlers.crash = async (path) => void handlers.calls.push({ crash: path });
      await client.crash({ path: 'root/deployer' });
      expect(handlers.calls).to.deep.equal([{ crash: 'root/deployer' }]);
    });
  });

  it('streams past and new trace records without a gap until nobody listens', async () => {
    await serving(async ({ client, handlers }) => {
      const stop = new AbortController();
      const got: number[] = [];
      const emit = (...records: TraceRecord[]): void => {
        for (const send of handlers.traceListeners) for (const one of records) send(one);
      };
      handlers.trace = async () => {
        // These arrive while the past is read; 2 is in both.
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
      await eventually('nobody listens', () => handlers.traceListeners.size === 0);
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
      const ended = client.events({}, () => {}, new AbortController().signal);
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
      const large: HistoryEntry = {
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

  it('closes a connection whose request does not arrive', async () => {
    await serving(
      async ({ socketPath }) => {
        const socket = connect(socketPath);
        socket.write('GET /v1/sta');
        await new Promise<void>((resolve) => socket.once('close', () => resolve()).resume());
      },
      { idleMs: 200 },
    );
  });

  it('serves at most the allowed number of connections', async () => {
    await serving(
      async ({ client, handlers }) => {
        const stop = new AbortController();
        const listening = new Promise<void>((resolve) => (handlers.onListen = resolve));
        const first = client.events({}, () => {}, stop.signal);
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
  it('reports that no daemon runs when there is no socket', async () => {
    await withTempFolder(async (folder) => {
      const error = await failure(controlClient(join(folder, 'vili.sock')).status());
      expect(codeOf(error)).to.equal('VILI_DAEMON_UNREACHABLE');
      expect(String(error)).to.contain('no daemon runs here');
    });
  });

  it('gives up on a daemon that does not respond', async () => {
    await serving(async ({ socketPath, handlers }) => {
      handlers.status = () => new Promise(() => {});
      const error = await failure(controlClient(socketPath, { timeoutMs: 50 }).status());
      expect(codeOf(error)).to.equal('VILI_DAEMON_UNREACHABLE');
      expect(String(error)).to.contain('50 ms');
    });
  });
});
