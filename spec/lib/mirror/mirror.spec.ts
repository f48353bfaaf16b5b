import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import type { Target } from '../../../lib/model/exchange.ts';
import { DEFAULT_MIRROR_SETTINGS } from '../../support/default-settings.ts';
import {
  answerOk,
  exchangeOf,
  refusingTarget,
  withHttp,
  withMirror,
} from '../../support/mirror-kit.ts';

const { compare } = DEFAULT_MIRROR_SETTINGS;
const quiet = { ...compare, controlShare: 0 };

describe('far side', () => {
  it('has these defaults', () => {
    expect(DEFAULT_MIRROR_SETTINGS).to.deep.include({
      concurrency: 64,
      queue: 1000,
      queueBytes: 67_108_864,
      timeoutMs: 30_000,
      header: 'X-Vili-Mirror',
      batchBytes: 1_048_576,
      stallMs: 5000,
      breaker: { failures: 16, backoff: { minMs: 100, maxMs: 5000 } },
      memoryMb: 256,
    });
  });

  it('sends the same request with the mark and the request id, Host unchanged', async () => {
    const seen: {
      url?: string | undefined;
      raw: string[];
      method?: string | undefined;
      body: string;
    }[] = [];
    await withHttp(
      (request, response) => {
        textOf(request, (body) => {
          seen.push({ url: request.url, raw: request.rawHeaders, method: request.method, body });
          response.end();
        });
      },
      (testing) =>
        withMirror({ compare: quiet }, async ({ far, offer, settled }) => {
          far.begin({ id: 't', testing, running: testing });
          offer({
            method: 'PUT',
            path: '/a//b/%2e?q=%zz&"y',
            headers: [
              'Host',
              'shop.example:8080',
              'X-Two',
              'a',
              'x-two',
              'b',
              'x-vili-mirror',
              'forged',
              'Content-Length',
              '5',
            ],
            body: Buffer.from('hello'),
            requestId: 'id-7',
          });
          offer({ headers: ['host', 'h', 'X-Request-ID', 'theirs'] });
          await settled();
        }),
    );
    expect(seen[0]).to.include({ url: '/a//b/%2e?q=%zz&"y', method: 'PUT', body: 'hello' });
    const raw = (seen[0]?.raw ?? []).join('|');
    expect(raw).to.match(/^host\|shop\.example:8080/i);
    expect(raw).to.include('X-Two|a|x-two|b|X-Request-Id|id-7|X-Vili-Mirror|test');
    expect(raw).to.not.include('forged');
    expect(seen[1]?.raw.join('|')).to.include('X-Request-ID|theirs').and.not.include('request-1');
  });

  it('reports each pair with both answers, its endpoint and its differences', async () => {
    await withHttp(
      (_request, response) => {
        response.setHeader('Content-Type', 'application/json');
        response.end('{"ok":"yes","more":1}');
      },
      (testing) =>
        withMirror({ compare: quiet }, async ({ far, offer, settled, outcomes }) => {
          far.begin({ id: 't', testing, running: testing });
          offer({ path: '/items/42?full=1', requestId: 'id-1', runningMs: 2.5 });
          await settled();
          const [outcome] = outcomes;
          expect(outcome).to.deep.include({
            requestId: 'id-1',
            atMs: 1_700_000_000_000,
            endpoint: 'GET /items/{id}',
            running: { status: 200, ms: 2.5, failure: null },
            differs: true,
            baseline: null,
          });
          expect(outcome?.testing).to.include({ status: 200, failure: null });
          expect(outcome?.testing.ms).to.be.greaterThan(0);
          expect(outcome?.differences).to.deep.equal([
            { kind: 'type', path: '$.ok', running: 'true', testing: '"yes"' },
            { kind: 'extra', path: '$.more', testing: '1' },
          ]);
          expect(far.counts()).to.deep.equal({ mirrored: 1, dropped: {}, failed: {}, inFlight: 0 });
        }),
    );
  });

  it('follows no redirect and takes a 304 that names a length', async () => {
    let requests = 0;
    await withHttp(
      (request, response) => {
        requests++;
        if (request.url === '/304') response.writeHead(304, { 'Content-Length': '100' }).end();
        else response.writeHead(302, { Location: '/elsewhere' }).end();
      },
      (testing) =>
        withMirror({ compare: quiet }, async ({ far, offer, settled, outcomes }) => {
          far.begin({ id: 't', testing, running: testing });
          const empty = { responseBody: Buffer.alloc(0), responseBytes: 0, responseHeaders: [] };
          offer({
            ...empty,
            path: '/302',
            status: 302,
            responseHeaders: ['location', '/elsewhere'],
          });
          offer({ ...empty, path: '/304', status: 304 });
          await settled();
          expect(outcomes.map((outcome) => outcome.testing.status)).to.have.members([302, 304]);
          expect(outcomes.flatMap((outcome) => outcome.differences)).to.deep.equal([]);
        }),
    );
    expect(requests).to.equal(2);
  });

  it('counts a pair whose running side failed', async () => {
    await withHttp(answerOk, (testing) =>
      withMirror({ compare: quiet }, async ({ far, offer, settled, outcomes }) => {
        far.begin({ id: 't', testing, running: testing });
        offer({ status: 0, failure: 'timeout', responseBody: null, responseHeaders: [] });
        await settled();
        expect(outcomes[0]).to.deep.include({ differs: false, baseline: null });
        expect(outcomes[0]?.running).to.deep.include({ status: 0, failure: 'timeout' });
        expect(far.counts().mirrored).to.equal(1);
      }),
    );
  });

  it('compares a body too large to keep by its digest', async () => {
    const body = Buffer.alloc(300_000, 'x');
    const digest = (await import('node:crypto')).createHash('sha1').update(body).digest('hex');
    await withHttp(
      (request, response) => response.end(request.url === '/same' ? body : body.fill('y', 7, 8)),
      (testing) =>
        withMirror(
          { compare: { ...quiet, maxBodyBytes: 1000 } },
          async ({ far, offer, settled, outcomes }) => {
            far.begin({ id: 't', testing, running: testing });
            const large = { responseBody: null, responseBytes: 300_000, responseDigest: digest };
            offer({ ...large, path: '/same' });
            await settled();
            offer({ ...large, path: '/other' });
            await settled();
            const bodies = outcomes.map((outcome) => outcome.differences.map(({ kind }) => kind));
            expect(bodies).to.deep.equal([['header'], ['body', 'header']]);
          },
        ),
    );
  });

  it('asks running again at first, and tells whether it differs from itself', async () => {
    const marks: string[] = [];
    const count = (request: IncomingMessage) =>
      marks.push(String(request.headers['x-vili-mirror']));
    await withHttp(
      (request, response) => {
        count(request);
        response.setHeader('Content-Type', 'application/json');
        response.end(request.url?.startsWith('/noisy') === true ? '{"time":1}' : '{"ok":true}');
      },
      (running) =>
        withHttp(answerOk, (testing) =>
          withMirror(
            { concurrency: 128, compare: { ...compare, controlShare: 1e-9 } },
            async ({ far, offer, settled, outcomes }) => {
              far.begin({ id: 't', testing, running });
              for (let index = 0; index < 30; index++) {
                offer({ path: '/items/1' });
              }
              offer({ path: '/noisy' });
              offer({ path: '/write', method: 'POST' });
              await settled();
              const asked = outcomes.filter((outcome) => outcome.baseline !== null);
              expect(asked).to.have.length(21);
              expect(asked.filter((outcome) => outcome.baseline?.differs)).to.have.length(1);
            },
          ),
        ),
    );
    expect(marks).to.deep.equal(Array.from({ length: 21 }, () => 'control'));
  });

  it('asks running again about a caller it refused, and tells whether it does so again', async () => {
    let asked = 0;
    const refuse: typeof answerOk = (_request, response) => {
      response.writeHead(++asked > 1 ? 200 : 403).end();
    };
    await withHttp(refuse, (running) =>
      withHttp(answerOk, (testing) =>
        withMirror({}, async ({ far, offer, settled, outcomes }) => {
          far.begin({ id: 't', testing, running });
          for (const status of [401, 401, 200]) {
            offer({ status });
            await settled();
          }
          offer({ status: 401, method: 'POST' });
          await settled();
          expect(outcomes.map((it) => it.deniedAgain)).to.deep.equal([true, false, null, null]);
        }),
      ),
    );
  });

  it('says nothing of control when running did not answer again', async () => {
    const running = await refusingTarget();
    await withHttp(answerOk, (testing) =>
      withMirror({}, async ({ far, offer, settled, outcomes }) => {
        far.begin({ id: 't', testing, running });
        offer();
        await settled();
        expect(outcomes[0]).to.deep.include({ differs: false, baseline: null });
        far.retarget({ running: testing });
        offer();
        await settled();
        expect(outcomes[1]?.baseline).to.deep.equal({ differs: false });
        expect(far.counts()).to.deep.include({ mirrored: 2, failed: {} });
      }),
    );
  });

  it('leaves running alone while it is slow, and tells of how many pairs', async () => {
    let asked = 0;
    await withHttp(
      (request, response) => {
        asked += Number(request.headers['x-vili-mirror'] === 'control');
        answerOk(request, response);
      },
      (target) =>
        withMirror({ concurrency: 64, compare: { ...compare, controlShare: 1 } }, async (kit) => {
          const { far, offer, settled, outcomes, told } = kit;
          far.begin({ id: 't', testing: target, running: target });
          const send = async (pairs: number, runningMs: number) => {
            const before = asked;
            for (let pair = 1; pair <= pairs; pair++) {
              offer({ runningMs });
              // No more at a time than running may be asked again.
              if (pair % 10 === 0) await settled();
            }
            return asked - before;
          };
          expect(await send(60, 10)).to.equal(60);
          await send(40, 200);
          expect(await send(10, 200)).to.equal(0);
          await kit.until(() => outcomes.length === 110);
          expect(told.pausedSlow).to.be.within(11, 50);
          await send(60, 10);
          expect(await send(10, 10)).to.equal(10);
        }),
    );
  }).timeout(30_000);

  it('tells of copies that testing works on for long, and when it no longer does', async () => {
    const held: (() => void)[] = [];
    await withHttp(
      (_request, response) => {
        held.push(() => response.end('{"ok":true}'));
      },
      (testing) =>
        withMirror({ compare: quiet }, async ({ far, offer, until, outcomes, told }) => {
          far.begin({ id: 't', testing, running: testing });
          for (let copy = 0; copy < 3; copy++) offer();
          await until(() => told.overdue === 3);
          expect(outcomes).to.deep.equal([]);
          for (const answer of held) answer();
          await until(() => told.overdue === 0 && outcomes.length === 3);
        }),
    );
  });

  it('keeps at most a quarter of its requests for control', async () => {
    let open = 0;
    let most = 0;
    await withHttp(
      (request, response) => {
        most = Math.max(most, ++open);
        setTimeout(() => {
          open--;
          answerOk(request, response);
        }, 20);
      },
      (running) =>
        withHttp(answerOk, (testing) =>
          withMirror({ concurrency: 16 }, async ({ far, offer, settled, outcomes }) => {
            far.begin({ id: 't', testing, running });
            for (let index = 0; index < 100; index++) offer();
            await settled();
            expect(outcomes).to.have.length(100);
            expect(outcomes.filter(({ baseline }) => baseline !== null)).to.have.length.above(3);
          }),
        ),
    );
    expect(most).to.be.within(1, 4);
  });

  it('takes nothing before a test and after its close, and counts what it is offered', async () => {
    await withHttp(answerOk, (testing) =>
      withMirror({}, async ({ far, offer, offered, accounted }) => {
        offer();
        far.sink.submit(exchangeOf());
        far.injectFault('throw');
        far.retarget({ testing: null });
        await far.close();
        far.begin({ id: 't', testing, running: testing });
        offer();
        expect(far.counts().dropped).to.deep.equal({ 'no-test': 2, closed: 1 });
        expect(accounted()).to.equal(offered() + 1);
      }),
    );
  });

  it('goes on with the evidence when testing moves, and refuses at once while it is down', async () => {
    const asked: string[] = [];
    const serve = (name: string, use: (target: Target) => Promise<void>) =>
      withHttp((_request, response) => {
        asked.push(name);
        response.end();
      }, use);
    await serve('old', (old) =>
      serve('new', (next) =>
        withMirror({ compare: quiet }, async ({ far, offer, settled, outcomes }) => {
          far.begin({ id: 't', testing: old, running: old });
          offer();
          await settled();
          far.retarget({ testing: null });
          for (let index = 0; index < 40; index++) offer();
          await settled();
          far.retarget({ testing: next });
          offer();
          await settled();
          expect(asked).to.deep.equal(['old', 'new']);
          expect(far.counts()).to.deep.include({
            mirrored: 2,
            failed: { refused: 40 },
            dropped: {},
          });
          expect(outcomes).to.have.length(42);
        }),
      ),
    );
  });

  it('costs the users little: half of the calls take less than a tenth of a millisecond', async () => {
    await withHttp(answerOk, (testing) =>
      withMirror({ compare: quiet }, async ({ far, until, accounted }) => {
        far.begin({ id: 't', testing, running: testing });
        const exchange = exchangeOf({ responseBody: Buffer.alloc(1024, ' ') });
        const tookMs = Array.from({ length: 2000 }, () => {
          const startedMs = performance.now();
          if (far.sink.full()) far.sink.shed();
          else far.sink.submit(exchange);
          return performance.now() - startedMs;
        }).sort((left, right) => left - right);
        expect(tookMs[1000]).to.be.below(0.1);
        await until(() => far.counts().inFlight === 0);
        expect(accounted()).to.equal(2000);
      }),
    );
  });

  it('ends a test when the next begins, and counts what was open', async () => {
    await withHttp(
      () => undefined,
      (hanging) =>
        withHttp(answerOk, (testing) =>
          withMirror(
            { compare: quiet },
            async ({ far, offer, settled, dropped, offered, accounted, until }) => {
              far.begin({ id: 'first', testing: hanging, running: hanging });
              for (let index = 0; index < 100; index++) offer();
              far.begin({ id: 'second', testing, running: testing });
              offer();
              await settled();
              expect(far.counts()).to.deep.include({ mirrored: 1, dropped: { ended: 100 } });
              await until(() => dropped['ended'] === 100);
              await far.end();
              offer();
              expect(far.counts().dropped).to.deep.equal({ ended: 100, 'no-test': 1 });
              expect(accounted()).to.equal(offered());
            },
          ),
        ),
    );
  });
});

function textOf(request: IncomingMessage, use: (text: string) => void): void {
  let text = '';
  request.on('data', (chunk) => {
    text += String(chunk);
  });
  request.on('end', () => use(text));
}
