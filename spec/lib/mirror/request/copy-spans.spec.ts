import { expect } from 'chai';
import { headerValues } from '../../../../lib/model/headers.ts';
import { withHttp, withMirror, withTest } from '../../../support/mirror-kit.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const OWN = 'b7ad6b7169203331';
const PARENT = `00-${TRACE}-${CALLER}-01`;
const JSON_TYPE = { 'Content-Type': 'application/json' };

describe('The span of a copy', () => {
  it('has the id that testing was told of, below that of its exchange', async () => {
    const told: string[] = [];
    await withTest(
      (request, response) => {
        if (request.headers['x-vili-mirror'] === 'test') {
          told.push(...headerValues(request.rawHeaders, 'traceparent'));
        }
        response.writeHead(200, JSON_TYPE).end('{"ok":true}');
      },
      {},
      async ({ offer, settled, spans }) => {
        const headers = ['Host', 'h', 'traceparent', PARENT];
        offer({ headers, trace: `${TRACE}-${OWN}`, path: '/items/7?x=1' });
        // This one has no span.
        offer({ headers });
        await settled();
        expect(spans).to.have.length(1);
        const [span] = spans;
        expect(span).to.include({
          traceId: TRACE,
          parentId: OWN,
          requestId: 'request-1',
          method: 'GET',
          path: '/items/7?x=1',
          status: 200,
          failure: null,
          role: 'testing',
          outcome: 'same',
          differences: 0,
        });
        expect(span?.endpoint).to.match(/^GET \/items\//);
        expect(told).to.include(`00-${TRACE}-${span?.spanId}-01`);
        // Asked again, a copy has yet another one.
        expect(new Set(told).size).to.equal(told.length);
      },
    );
  });

  it('is there without a trace of the caller, of which testing is told nothing', async () => {
    const told: string[] = [];
    await withTest(
      (request, response) => {
        told.push(...headerValues(request.rawHeaders, 'traceparent'));
        response.writeHead(200, JSON_TYPE).end('{"ok":true}');
      },
      {},
      async ({ offer, settled, spans }) => {
        offer({ trace: `${TRACE}-${OWN}` });
        await settled();
        expect(spans.map(({ traceId, parentId }) => [traceId, parentId])).to.deep.equal([
          [TRACE, OWN],
        ]);
        expect(told).to.deep.equal([]);
      },
    );
  });

  it('says what came of it', async () => {
    await withTest(
      (request, response) => {
        if (request.url === '/gone') return void request.socket.destroy();
        response.writeHead(request.url === '/worse' ? 500 : 200, JSON_TYPE);
        const isOther = request.url === '/other' && request.headers['x-vili-mirror'] === 'test';
        response.end(isOther ? '{"ok":"true"}' : '{"ok":true}');
      },
      {},
      async ({ offer, settled, spans }) => {
        for (const path of ['/same', '/other', '/worse', '/gone']) {
          offer({ path, trace: `${TRACE}-${OWN}` });
        }
        await settled();
        const found = spans.map(({ path, status, failure, outcome }) => {
          return `${path} ${failure ?? status} ${outcome}`;
        });
        expect(found).to.have.members([
          '/same 200 same',
          '/other 200 differs',
          '/worse 500 worse',
          '/gone closed worse',
        ]);
      },
    );
  });

  it('is that of previous where running is on trial', async () => {
    await withHttp(
      (_request, response) => response.writeHead(200, JSON_TYPE).end('{"ok":true}'),
      async (target) => {
        await withMirror({}, async ({ mirror, offer, settled, spans }) => {
          mirror.begin({ id: 't', testing: target, running: target, isReversed: true });
          // Running failed, which previous does not: the one on trial is worse.
          offer({ trace: `${TRACE}-${OWN}`, status: 500 });
          await settled();
          expect(spans).to.have.length(1);
          expect(spans[0]).to.include({ role: 'previous', status: 200, outcome: 'worse' });
        });
      },
    );
  });
});
