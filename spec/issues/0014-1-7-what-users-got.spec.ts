import { expect } from 'chai';
import { colorsFor } from '../../lib/cli/text/colors.ts';
import { statusText } from '../../lib/cli/text/status.ts';
import type { UserFailure, UserOutcome } from '../../lib/model/users/failure.ts';
import { FailureLog } from '../../lib/proxy/failures.ts';
import { createProxy } from '../../lib/proxy/proxy.ts';
import { userFailureText } from '../../lib/text/user-failure.ts';
import { addCounts, NO_COUNTS } from '../../lib/cluster/sums.ts';
import { STATUS } from '../lib/operator/views.ts';
import { withCluster } from '../support/cluster-fixture.ts';
import { withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';
import {
  deadTarget,
  exchangeRaw,
  GET_CLOSE,
  proxySettings,
  RawClient,
  RecordingSink,
  type SettingsChanges,
  Upstream,
} from '../support/proxy-fixture.ts';

const SINCE_MS = Date.UTC(2026, 0, 6, 14, 2, 11);
const INSTANCE = 'app-1.0.0/1_running';

interface Case {
  readonly what: string;
  /** Plays running; null: there is none. */
  readonly running: () => Promise<Upstream | null>;
  readonly changes?: SettingsChanges;
  readonly request?: string;
  readonly cause: string;
  readonly outcome: UserOutcome;
  readonly text: RegExp;
}

const raw = (response: string) => (): Promise<Upstream> =>
  Upstream.raw((socket, all) => {
    if (all.endsWith('\r\n\r\n')) socket.end(response, 'latin1');
  });
const silent = (begin: string) => (): Promise<Upstream> =>
  Upstream.raw((socket) => void socket.write(begin));
const quick = { upstream: { headTimeoutMs: 80, idleTimeoutMs: 80 } };
const WEBSOCKET =
  'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

const CASES: readonly Case[] = [
  {
    what: 'a running that closes without a response',
    running: raw(''),
    cause: 'closed',
    outcome: '502',
    text: /^running \(.*\) closed 1 connection without a response since .*; users got once 502$/,
  },
  {
    what: 'a running that does not speak HTTP',
    running: raw('hello\r\n\r\n'),
    cause: 'malformed',
    outcome: '502',
    text: /sent 1 response that HTTP does not allow/,
  },
  {
    what: 'a running that breaks off a response',
    running: raw('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart'),
    cause: 'closed',
    outcome: 'broken',
    text: /closed 1 connection in the middle of a response since .*; users got 1 broken response$/,
  },
  {
    what: 'a running that never responds',
    running: silent(''),
    changes: quick,
    cause: 'timeout',
    outcome: '504',
    text: /did not begin 1 response in time \(upstream.head_timeout\)/,
  },
  {
    what: 'a running that falls silent',
    running: silent('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart'),
    changes: quick,
    cause: 'timeout',
    outcome: 'broken',
    text: /fell silent in the middle of 1 response \(upstream.idle_timeout\)/,
  },
  {
    what: 'no running within hold.max',
    running: () => Promise.resolve(null),
    changes: { hold: { maxMs: 50 } },
    cause: 'hold-timeout',
    outcome: '503',
    text: /^no running for 1 request within hold.max since/,
  },
  {
    what: 'no running and no place to wait',
    running: () => Promise.resolve(null),
    changes: { hold: { maxRequests: 0 } },
    cause: 'hold-full',
    outcome: '503',
    text: /^no running and no place to wait for 1 request/,
  },
  {
    what: 'a running that does not speak HTTP to a WebSocket',
    running: raw('hello\r\n\r\n'),
    request: WEBSOCKET,
    cause: 'malformed',
    outcome: '502',
    text: /sent 1 response that HTTP does not allow/,
  },
];

function failure(more: Partial<UserFailure>): UserFailure {
  const own = { cause: 'refused', outcome: '502', count: 12, requestId: 'r1' } as const;
  return { instance: INSTANCE, sinceMs: SINCE_MS, lastMs: SINCE_MS + 900, ...own, ...more };
}

const options = {
  columns: 80,
  colors: colorsFor({ env: { NO_COLOR: '1' }, isTerminal: { stdin: false, stdout: false } }),
  nowMs: SINCE_MS + 60_000,
};

describe('what users got in place of a response of running', () => {
  for (const { what, running, changes, request = GET_CLOSE, cause, outcome, text } of CASES) {
    it(`is counted and told with its side and cause: ${what}`, async () => {
      const told: UserFailure[] = [];
      const up = await running();
      const proxy = createProxy(proxySettings(changes), new RecordingSink(), {
        onProblem: () => {},
        onFailure: (it) => told.push(it),
      });
      const { port } = await proxy.listen();
      proxy.setRoute({ running: up?.target ?? null, mirroring: false });
      await exchangeRaw(port, request).catch(() => '');
      const { failed, failures } = proxy.counts();
      await proxy.close(100);
      await up?.close();
      expect(failed).to.deep.equal({ '502': 0, '503': 0, '504': 0, broken: 0, [outcome]: 1 });
      expect(failures).to.deep.equal(told);
      const [only] = told;
      expect(only).to.include({ cause, outcome, count: 1 });
      expect(only?.instance).to.equal(up === null ? '' : INSTANCE);
      expect(only?.requestId).to.match(/^[0-9a-f]{16}-/);
      expect(userFailureText(only ?? failure({}), null)).to.match(text);
    });
  }

  it('names a refusing running, its process, the number of connections and the time', async () => {
    expect(userFailureText(failure({}), 42)).to.equal(
      `running (${INSTANCE}, pid 42) refused 12 connections since 2026-01-06 14:02:11Z; ` +
        'users got 12 times 502',
    );
    expect(userFailureText(failure({ cause: 'timeout' }), null)).to.contain(
      'did not accept 12 connections in time (upstream.connect_timeout)',
    );
    const told: UserFailure[] = [];
    const proxy = createProxy(proxySettings({ hold: { maxMs: 30 } }), new RecordingSink(), {
      onProblem: () => {},
      onFailure: (it) => told.push(it),
    });
    const { port } = await proxy.listen();
    proxy.setRoute({ running: await deadTarget(), mirroring: false });
    await Promise.all(Array.from({ length: 12 }, () => exchangeRaw(port, GET_CLOSE)));
    expect(proxy.counts().failures[0]).to.include({ cause: 'refused', count: 12 });
    expect(told).to.have.length(1);
    await proxy.close(100);
    // What came after the first line is told at the end at the latest.
    expect(told.map(({ count }) => count)).to.deep.equal([1, 12]);
  });

  it('does not include what a client did, nor a response of running, whatever its status', async () => {
    const up = await Upstream.http((_request, response) => {
      response.statusCode = 503;
      response.end();
    });
    const proxy = createProxy(proxySettings(), new RecordingSink(), { onProblem: () => {} });
    const { port } = await proxy.listen();
    proxy.setRoute({ running: up.target, mirroring: false });
    await exchangeRaw(port, GET_CLOSE);
    await exchangeRaw(port, 'GET / HTTP/1.1\r\n\r\n');
    const { failed, failures, responses } = proxy.counts();
    await proxy.close(100);
    await up.close();
    expect(responses).to.include({ '5xx': 1, '4xx': 1 });
    expect([failed, failures]).to.deep.equal([NO_COUNTS.failed, []]);
  });

  it('is told at once, then at most every 10 s, and counted anew after a pause', () => {
    let nowMs = SINCE_MS;
    const told: UserFailure[] = [];
    const log = new FailureLog(
      () => nowMs,
      (it) => told.push(it),
    );
    for (let index = 0; index < 1000; index++, nowMs += 100) {
      log.add(INSTANCE, 'refused', '502', `r${index}`);
    }
    expect(told.map(({ count }) => count)).to.deep.equal([
      1, 101, 201, 301, 401, 501, 601, 701, 801, 901,
    ]);
    log.flush();
    expect(told.at(-1)).to.include({ count: 1000, sinceMs: SINCE_MS, requestId: 'r999' });
    nowMs += 300_000;
    log.add(INSTANCE, 'refused', '502', 'later');
    expect(log.snapshot()).to.deep.equal([
      failure({ count: 1, sinceMs: nowMs, lastMs: nowMs, requestId: 'later' }),
    ]);
    for (let index = 0; index < 100; index++) log.add(`app-${index}`, 'reset', 'broken', '');
    expect(log.snapshot()).to.have.length(20);
    log.flush();
  });

  it('is summed over processes, from the first failure to the last', () => {
    const one = {
      ...NO_COUNTS,
      failures: [failure({})],
      failed: { ...NO_COUNTS.failed, '502': 12 },
    };
    const late = failure({
      sinceMs: SINCE_MS + 50,
      lastMs: SINCE_MS + 9000,
      count: 3,
      requestId: 'r2',
    });
    const two = { ...NO_COUNTS, failures: [failure({ cause: 'reset' }), late] };
    const { failed, failures } = addCounts(one, two);
    expect(failed['502']).to.equal(12);
    expect(failures).to.deep.equal([
      failure({ cause: 'reset' }),
      failure({ count: 15, lastMs: SINCE_MS + 9000, requestId: 'r2' }),
    ]);
  });

  it('is in the status, with the request id, and absent while there is nothing', () => {
    const { sinceMs: _since, lastMs: _last, ...rest } = failure({});
    const [since, last] = [new Date(SINCE_MS).toISOString(), new Date(SINCE_MS).toISOString()];
    const view = { ...rest, since, last, text: userFailureText(failure({}), 42) };
    const failed = { '502': 12, '503': 0, '504': 0, broken: 1 };
    const status = { ...STATUS, users: { failed, failures: [view] } };
    const text = statusText(status, options).join('\n').replaceAll(/\s+/g, ' ');
    expect(text).to.contain('users got 12 times 502, 1 broken response since Vili started');
    expect(text).to.contain(`${view.text} (last request id r1)`);
    const later = { ...options, nowMs: SINCE_MS + 7_200_000 };
    expect(statusText(status, later).join('\n')).to.not.contain('refused 12');
    expect(statusText(STATUS, options).join('\n')).to.not.contain('users');
  });

  it('comes from several proxy processes, too', async () => {
    await withCluster(
      null,
      async ({ port, proxy, failures, counted }) => {
        proxy.setRoute({ running: await deadTarget(), mirroring: false });
        await Promise.all(Array.from({ length: 6 }, () => exchangeRaw(port, GET_CLOSE)));
        const counts = await counted('all are counted', ({ failed }) => failed['502'] === 6);
        expect(counts.failures).to.have.length(1);
        expect(counts.failures[0]).to.include({ cause: 'refused', outcome: '502', count: 6 });
        await eventually('it is told', () => failures.length > 0);
      },
      { settings: { hold: { maxMs: 30 } } },
    );
  });
});

describe('a daemon whose running is killed under a request', function () {
  this.timeout(60_000);

  it('tells in status and log which side failed and what the user got', () =>
    withWorld({}, async (world) => {
      const daemon = await world.startServing();
      const { running } = await daemon.serving('shop-1.0.0');
      const pid = running?.pid ?? 0;
      process.kill(pid, 'SIGSTOP');
      const client = new RawClient(world.port).send(GET_CLOSE.replace('GET /', 'POST /items'));
      await daemon.until('the request is under way', ({ traffic }) => traffic.received > 0);
      process.kill(pid, 'SIGKILL');
      await client.toEnd(20_000).catch(() => '');
      const { users } = await daemon.until(
        'it is told',
        (status) => status.users.failures.length > 0,
      );
      const [first] = users.failures;
      expect(first?.text).to.match(/^running \(shop-1.0.0\/1_running.*users got once 502$/);
      await eventually('it is in the log', () => daemon.output.includes(first?.requestId ?? '-'));
      expect(daemon.output).to.contain('users got once 502');
    }));
});
