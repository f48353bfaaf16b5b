import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { expect } from 'chai';
import type { Target } from '../../../lib/model/exchange.ts';
import { DEFAULT_MIRROR_SETTINGS } from '../../support/default-settings.ts';
import {
  exchangeOf,
  respondOk,
  withHttp,
  withMirror,
  withRefusing,
  withTest,
} from '../../support/mirror-kit.ts';

const { compare } = DEFAULT_MIRROR_SETTINGS;
const noBaseline = { compare: { ...compare, controlShare: 0 } };

describe('The mirror', () => {
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
    const seen: { url?: string; raw: string; method?: string; body: string }[] = [];
    const listener: RequestListener = (request, response) => {
      const { url = '', method = '', rawHeaders } = request;
      textOf(request, (body) => {
        seen.push({ url, raw: rawHeaders.join('|'), method, body });
        response.end();
      });
    };
    await withTest(listener, noBaseline, async ({ offer, settled }) => {
      const two = ['X-Two', 'a', 'x-two', 'b', 'x-vili-mirror', 'forged'];
      offer({
        method: 'PUT',
        path: '/a//b/%2e?q=%zz&"y',
        headers: ['Host', 'shop.example:8080', ...two, 'Content-Length', '5'],
        body: Buffer.from('hello'),
        requestId: 'id-7',
      });
      offer({ headers: ['host', 'h', 'X-Request-ID', 'theirs'] });
      await settled();
    });
    expect(seen[0]).to.include({ url: '/a//b/%2e?q=%zz&"y', method: 'PUT', body: 'hello' });
    const { raw = '' } = seen[0] ?? {};
    expect(raw).to.match(/^host\|shop\.example:8080/i);
    expect(raw).to.include('X-Two|a|x-two|b|X-Request-Id|id-7|X-Vili-Mirror|test');
    expect(raw).to.not.include('forged');
    expect(seen[1]?.raw).to.include('X-Request-ID|theirs').and.not.include('request-1');
  });

  it('reports each pair with both responses, its endpoint and its differences', async () => {
    const listener: RequestListener = (_request, response) => {
      response.setHeader('Content-Type', 'application/json');
      response.end('{"ok":"yes","more":1}');
    };
    await withTest(listener, noBaseline, async ({ mirror, offer, settled, outcomes }) => {
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
      expect(mirror.counts()).to.deep.equal({ mirrored: 1, dropped: {}, failed: {}, inFlight: 0 });
    });
  });

  it('follows no redirect and accepts a 304 with a Content-Length', async () => {
    let requests = 0;
    const listener: RequestListener = (request, response) => {
      requests++;
      if (request.url === '/304') response.writeHead(304, { 'Content-Length': '100' }).end();
      else response.writeHead(302, { Location: '/elsewhere' }).end();
    };
    await withTest(listener, noBaseline, async ({ offer, settled, outcomes }) => {
      const empty = { responseBody: Buffer.alloc(0), responseBytes: 0, responseHeaders: [] };
      const moved = { status: 302, responseHeaders: ['location', '/elsewhere'] };
      offer({ ...empty, path: '/302', ...moved });
      offer({ ...empty, path: '/304', status: 304 });
      await settled();
      expect(outcomes.map(({ testing }) => testing.status)).to.have.members([302, 304]);
      expect(outcomes.flatMap(({ differences }) => differences)).to.deep.equal([]);
    });
    expect(requests).to.equal(2);
  });

  it('counts a pair whose running side failed', async () => {
    await withTest(respondOk, noBaseline, async ({ mirror, offer, settled, outcomes }) => {
      offer({ status: 0, failure: 'timeout', responseBody: null, responseHeaders: [] });
      await settled();
      expect(outcomes[0]).to.deep.include({ differs: false, baseline: null });
      expect(outcomes[0]?.running).to.deep.include({ status: 0, failure: 'timeout' });
      expect(mirror.counts().mirrored).to.equal(1);
    });
  });

  it('compares a body too large to keep by its digest', async () => {
    const body = Buffer.alloc(300_000, 'x');
    const responseDigest = createHash('sha1').update(body).digest('hex');
    const large = { responseBody: null, responseBytes: 300_000, responseDigest };
    const listener: RequestListener = (request, response) =>
      response.end(request.url === '/same' ? body : body.fill('y', 7, 8));
    const settings = { compare: { ...noBaseline.compare, maxBodyBytes: 1000 } };
    await withTest(listener, settings, async ({ offer, settled, outcomes }) => {
      offer({ ...large, path: '/same' });
      await settled();
      offer({ ...large, path: '/other' });
      await settled();
      const bodies = outcomes.map(({ differences }) => differences.map(({ kind }) => kind));
      expect(bodies).to.deep.equal([['header'], ['body', 'header']]);
    });
  });

  it('sends baseline requests at first, and reports whether running differs from itself', async () => {
    const marks: unknown[] = [];
    const running: RequestListener = (request, response) => {
      marks.push(request.headers['x-vili-mirror']);
      response.setHeader('Content-Type', 'application/json');
      response.end(request.url?.startsWith('/noisy') === true ? '{"time":1}' : '{"ok":true}');
    };
    const settings = { concurrency: 128, compare: { ...compare, controlShare: 1e-9 } };
    await withPair(running, respondOk, (running, testing) =>
      withMirror(settings, async ({ begin, offer, settled, outcomes }) => {
        begin(testing, running);
        for (let index = 0; index < 30; index++) offer({ path: '/items/1' });
        offer({ path: '/noisy' });
        offer({ path: '/write', method: 'POST' });
        await settled();
        const asked = outcomes.filter(({ baseline }) => baseline !== null);
        expect(asked).to.have.length(21);
        expect(asked.filter(({ baseline }) => baseline?.differs)).to.have.length(1);
      }),
    );
    expect(marks).to.deep.equal(Array.from({ length: 21 }, () => 'control'));
  });

  it('asks running again about a denied caller, and reports whether it denies again', async () => {
    let asked = 0;
    const deny: RequestListener = (_request, response) => {
      response.writeHead(++asked > 1 ? 200 : 403).end();
    };
    await withPair(deny, respondOk, (running, testing) =>
      withMirror({}, async ({ begin, offer, settled, outcomes }) => {
        begin(testing, running);
        for (const status of [401, 401, 200]) {
          offer({ status });
          await settled();
        }
        offer({ status: 401, method: 'POST' });
        await settled();
        expect(outcomes.map((it) => it.deniedAgain)).to.deep.equal([true, false, null, null]);
      }),
    );
  });

  it('reports no baseline when running did not respond again', async () => {
    await withRefusing((running) =>
      withHttp(respondOk, (testing) =>
        withMirror({}, async ({ mirror, begin, offer, settled, outcomes }) => {
          begin(testing, running);
          offer();
          await settled();
          expect(outcomes[0]).to.deep.include({ differs: false, baseline: null });
          mirror.retarget({ running: testing });
          offer();
          await settled();
          expect(outcomes[1]?.baseline).to.deep.equal({ differs: false });
          expect(mirror.counts()).to.deep.include({ mirrored: 2, failed: {} });
        }),
      ),
    );
  });

  it('leaves running alone while it is slow, and reports for how many pairs', async () => {
    let asked = 0;
    const listener: RequestListener = (request, response) => {
      asked += Number(request.headers['x-vili-mirror'] === 'control');
      respondOk(request, response);
    };
    const settings = { concurrency: 64, compare: { ...compare, controlShare: 1 } };
    await withTest(listener, settings, async ({ offer, settled, outcomes, reported, until }) => {
      const send = async (pairs: number, runningMs: number) => {
        const before = asked;
        for (let pair = 1; pair <= pairs; pair++) {
          offer({ runningMs });
          // No more at a time than there may be baseline requests.
          if (pair % 10 === 0) await settled();
        }
        return asked - before;
      };
      expect(await send(60, 10)).to.equal(60);
      await send(40, 200);
      expect(await send(10, 200)).to.equal(0);
      await until(() => outcomes.length === 110);
      expect(reported.pausedSlow).to.be.within(11, 50);
      await send(60, 10);
      expect(await send(10, 10)).to.equal(10);
    });
  }).timeout(30_000);

  it('reports copies that testing works on for long, and when it no longer does', async () => {
    const held: (() => void)[] = [];
    const listener: RequestListener = (_request, response) => {
      held.push(() => response.end('{"ok":true}'));
    };
    await withTest(listener, noBaseline, async ({ offer, until, outcomes, reported }) => {
      for (let copy = 0; copy < 3; copy++) offer();
      await until(() => reported.overdue === 3);
      expect(outcomes).to.deep.equal([]);
      for (const respond of held) respond();
      await until(() => reported.overdue === 0 && outcomes.length === 3);
    });
  });

  it('keeps baseline requests to a quarter of its copies', async () => {
    let open = 0;
    let most = 0;
    const running: RequestListener = (request, response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        respondOk(request, response);
      }, 20);
    };
    await withPair(running, respondOk, (running, testing) =>
      withMirror({ concurrency: 16 }, async ({ begin, offer, settled, outcomes }) => {
        begin(testing, running);
        for (let index = 0; index < 100; index++) offer();
        await settled();
        expect(outcomes).to.have.length(100);
        expect(outcomes.filter(({ baseline }) => baseline !== null)).to.have.length.above(3);
      }),
    );
    expect(most).to.be.within(1, 4);
  });

  it('takes nothing before a test or after its close, and counts what it is offered', async () => {
    await withHttp(respondOk, (testing) =>
      withMirror({}, async ({ mirror, begin, offer, offered, accounted }) => {
        offer();
        mirror.sink.submit(exchangeOf());
        mirror.injectFault('throw');
        mirror.retarget({ testing: null });
        await mirror.close();
        begin(testing);
        offer();
        expect(mirror.counts().dropped).to.deep.equal({ 'no-test': 2, closed: 1 });
        expect(accounted()).to.equal(offered() + 1);
      }),
    );
  });

  it('keeps its evidence when testing moves, and compares nothing while it is down', async () => {
    const asked: string[] = [];
    const serve = (name: string, use: (target: Target) => Promise<void>) =>
      withHttp((_request, response) => {
        asked.push(name);
        response.end();
      }, use);
    await serve('old', (old) =>
      serve('new', (next) =>
        withMirror(noBaseline, async ({ mirror, begin, offer, settled, outcomes }) => {
          begin(old);
          offer();
          await settled();
          mirror.retarget({ testing: null });
          for (let index = 0; index < 40; index++) offer();
          await settled();
          mirror.retarget({ testing: next });
          offer();
          await settled();
          expect(asked).to.deep.equal(['old', 'new']);
          const counts = { mirrored: 2, failed: {}, dropped: { unsendable: 40 } };
          expect(mirror.counts()).to.deep.include(counts);
          expect(outcomes).to.have.length(2);
        }),
      ),
    );
  });

  it('costs users little: half of the calls take less than a tenth of a millisecond', async () => {
    await withTest(respondOk, noBaseline, async ({ mirror, until, accounted }) => {
      const exchange = exchangeOf({ responseBody: Buffer.alloc(1024, ' ') });
      const tookMs = Array.from({ length: 2000 }, () => {
        const startedMs = performance.now();
        if (mirror.sink.full()) mirror.sink.shed();
        else mirror.sink.submit(exchange);
        return performance.now() - startedMs;
      }).sort((left, right) => left - right);
      expect(tookMs[1000]).to.be.below(0.1);
      await until(() => mirror.counts().inFlight === 0);
      expect(accounted()).to.equal(2000);
    });
  });

  it('ends a test when the next begins, and counts what was open', async () => {
    await withPair(
      () => undefined,
      respondOk,
      (hanging, testing) =>
        withMirror(noBaseline, async (kit) => {
          const { mirror, begin, offer, settled, dropped, offered, accounted, until } = kit;
          begin(hanging);
          for (let index = 0; index < 100; index++) offer();
          begin(testing);
          offer();
          await settled();
          expect(mirror.counts()).to.deep.include({ mirrored: 1, dropped: { ended: 100 } });
          await until(() => dropped['ended'] === 100);
          await mirror.end();
          offer();
          expect(mirror.counts().dropped).to.deep.equal({ ended: 100, 'no-test': 1 });
          expect(accounted()).to.equal(offered());
        }),
    );
  });
});

// Private

function withPair(
  running: RequestListener,
  testing: RequestListener,
  use: (running: Target, testing: Target) => Promise<void>,
): Promise<void> {
  return withHttp(running, (first) => withHttp(testing, (second) => use(first, second)));
}

function textOf(request: IncomingMessage, use: (text: string) => void): void {
  let text = '';
  request.on('data', (chunk) => {
    text += String(chunk);
  });
  request.on('end', () => use(text));
}
