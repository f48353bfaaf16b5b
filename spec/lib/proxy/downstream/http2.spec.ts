import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { constants } from 'node:http2';
import { expect } from 'chai';
import { Agent, request } from 'undici';
import { flag } from '../../../support/proxy-fixture.ts';
import {
  askHttp2,
  echoRequest,
  type Http2Received,
  needsOpenssl,
  seenIn,
  withHttp2,
  withTls,
} from '../../../support/tls-fixture.ts';

describe('users over HTTP/2', () => {
  before(needsOpenssl);

  it('are served what running sees as HTTP/1.1', async () => {
    await withTls(echoRequest, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const { headers, body } = await askHttp2(session, {
          ':path': '/items/1?x=%zz',
          'x-two': ['a', 'b'],
          cookie: ['a=1', 'b=2'],
          te: 'trailers',
        });
        expect(headers).to.deep.include({ ':status': 200, 'set-cookie': ['a=1', 'b=2'] });
        expect(headers).not.to.have.any.keys('connection', 'keep-alive', 'transfer-encoding');
        const seen = seenIn(body);
        expect(seen).to.include({ method: 'GET', url: '/items/1?x=%zz', httpVersion: '1.1' });
        const raw = seen.rawHeaders.join('|');
        expect(raw).to.match(new RegExp(`^host\\|localhost:${fixture.port}\\|`));
        expect(raw).to.contain('|cookie|a=1; b=2|').and.contain('X-Forwarded-Proto|https');
        expect(raw).to.match(/\|x-two\|a.*\|x-two\|b/);
      });
      expect(fixture.sink.exchanges[0]?.status).to.equal(200);
    });
  });

  it('send bodies with and without a length, large and small, at once', async () => {
    await withTls(echoRequest, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const large = Array.from({ length: 40 }, (_, index) => Buffer.alloc(16_384, 65 + index));
        const responses = await Promise.all([
          askHttp2(session, { ':method': 'POST', 'content-length': '5' }, Buffer.from('small')),
          askHttp2(session, { ':method': 'PUT' }, Buffer.from('chunked')),
          askHttp2(session, { ':method': 'POST' }, large),
          askHttp2(session, { ':method': 'POST' }, Buffer.alloc(0)),
        ]);
        const bodies = responses.map(({ body }) => seenIn(body).body);
        expect(bodies[0]).to.equal('small');
        expect(bodies[1]).to.equal('chunked');
        expect(bodies[2]).to.equal(Buffer.concat(large).toString('latin1'));
        expect(bodies[3]).to.equal('');
      });
    });
  });

  it('get HEAD, 204, 304, trailers, early hints and 100', async () => {
    const listener: RequestListener = (incoming, response) => {
      incoming.resume();
      if (incoming.url === '/204') return void response.writeHead(204).end();
      if (incoming.url === '/304') return void response.writeHead(304, { ETag: '"x"' }).end();
      if (incoming.url === '/hints') {
        response.writeEarlyHints({ link: '</a.css>; rel=preload' });
        return void response.end('hinted');
      }
      if (incoming.url === '/trailers') {
        response.writeHead(200, { Trailer: 'X-Sum' });
        response.write('part');
        response.addTrailers({ 'X-Sum': '42' });
        return void response.end();
      }
      response.writeHead(200, { 'Content-Length': '4' });
      response.end(incoming.method === 'HEAD' ? undefined : 'full');
    };
    await withTls(listener, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const head = await askHttp2(session, { ':method': 'HEAD' });
        expect(head.headers['content-length']).to.equal('4');
        expect(head.body).to.have.length(0);
        expect((await askHttp2(session, { ':path': '/204' })).headers[':status']).to.equal(204);
        expect((await askHttp2(session, { ':path': '/304' })).headers).to.include({ etag: '"x"' });
        const hinted = await askHttp2(session, { ':path': '/hints' });
        expect(hinted.informed[0]).to.include({ ':status': 103, link: '</a.css>; rel=preload' });
        const trailed = await askHttp2(session, { ':path': '/trailers', te: 'trailers' });
        expect(String(trailed.body)).to.equal('part');
        expect(trailed.trailers).to.include({ 'x-sum': '42' });
        const expecting = { ':method': 'POST', expect: '100-continue' };
        const continued = await askHttp2(session, expecting, Buffer.from('x'));
        expect(continued.headers[':status']).to.equal(200);
      });
    });
  });

  it('see a broken response and a rejected request as such', async () => {
    const listener: RequestListener = (_incoming, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('part', () => response.destroy());
    };
    await withTls(listener, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const error: unknown = await askHttp2(session, {}).catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(Error);
        const bad = await askHttp2(
          session,
          { ':method': 'POST', 'content-length': '5x' },
          [],
        ).catch((reason: unknown) => reason);
        expect(bad instanceof Error || (bad as Http2Received).headers[':status'] === 400).to.equal(
          true,
        );
        fixture.proxy.setRoute({ running: null, mirroring: false });
      });
    });
  });

  it('cancel the request to running when they leave', async () => {
    const asked = flag();
    const left = flag();
    const listener: RequestListener = (_incoming, response) => {
      response.write('begun');
      response.on('close', () => left.raise());
      asked.raise();
    };
    await withTls(listener, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const stream = session.request({});
        stream.on('error', () => {});
        await asked.raised;
        stream.close(constants.NGHTTP2_CANCEL);
        await left.raised;
      });
      expect(fixture.proxy.counts().errors['client-aborted']).to.equal(1);
    });
  });

  it('are disconnected after their last response, not before the first, when keep-alive is off', async () => {
    await withTls(
      echoRequest,
      (fixture) =>
        withHttp2(fixture, async (session) => {
          await once(session, 'remoteSettings');
          // Round trips give the proxy time to end the connection.
          for (let index = 0; index < 20; index++) {
            await new Promise<void>((resolve, reject) => {
              session.ping((error) => (error === null ? resolve() : reject(error)));
            });
          }
          const closed = once(session, 'close');
          const responses = await Promise.all([askHttp2(session, {}), askHttp2(session, {})]);
          expect(responses.map(({ headers }) => headers[':status'])).to.deep.equal([200, 200]);
          await closed;
        }),
      { request: { keepAliveMs: 0 } },
    );
  });

  it('finish what is in flight when the proxy closes', async () => {
    const asked = flag();
    const go = flag();
    const listener: RequestListener = (_incoming, response) => {
      asked.raise();
      void go.raised.then(() => response.end('last'));
    };
    await withTls(listener, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const response = askHttp2(session, {});
        await asked.raised;
        const closed = fixture.proxy.close(3000);
        go.raise();
        expect(String((await response).body)).to.equal('last');
        await closed;
      });
    });
  });

  it('work with undici', async () => {
    await withTls(echoRequest, async ({ origin, certificate }) => {
      const agent = new Agent({ allowH2: true, connect: { ca: certificate.cert } });
      try {
        const path = `${origin}/undici`;
        const { statusCode, body } = await request(path, {
          method: 'POST',
          body: 'from undici',
          dispatcher: agent,
        });
        expect(statusCode).to.equal(200);
        expect(seenIn(await body.text())).to.include({ url: '/undici', body: 'from undici' });
      } finally {
        await agent.destroy();
      }
    });
  });
});
