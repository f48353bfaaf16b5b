import { expect } from 'chai';
import { DEFAULT_MIRROR_SETTINGS } from '../support/default-settings.ts';
import { createCopyRequest } from '../../lib/mirror/request/copy-request.ts';
import { headerValues, pairsOf } from '../../lib/model/headers.ts';
import { eventually } from '../support/eventually.ts';
import { RawClient, Upstream, withProxy } from '../support/proxy-fixture.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const VALID = `00-${TRACE}-${SPAN}-01`;
/** Whatever a client sends, valid or not, with its line of `tracestate`. */
const SENT: readonly (readonly [traceparent: string, tracestate: string])[] = [
  [VALID, 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7'],
  [`ff-${TRACE}-${SPAN}-01`, ''],
  [`00-${'0'.repeat(32)}-${SPAN}-01`, 'a=1'],
  ['\u00e9\u00ff', '=,=,='],
  ['x'.repeat(3000), 'y'.repeat(3000)],
  [`${VALID}, ${VALID}`, 'a=1,a=2'],
];

describe('The trace context of a request', () => {
  it('reaches running as it was sent, and its copy with a span of its own', async () => {
    const seen: (readonly [string, string][])[] = [];
    const upstream = await Upstream.http((request, response) => {
      seen.push(pairsOf(request.rawHeaders));
      response.end('ok');
    });
    await withProxy(upstream, async ({ port, sink }) => {
      const client = new RawClient(port);
      for (const [index, [parent, state]] of SENT.entries()) {
        const lines = `TraceParent: ${parent}\r\ntracestate: ${state}\r\n`;
        client.send(`GET /${index} HTTP/1.1\r\nHost: a\r\n${lines}\r\n`);
        await client.until((text) => text.split('HTTP/1.1 200 OK').length === index + 2);
      }
      client.send('GET /none HTTP/1.1\r\nHost: a\r\n\r\n');
      const count = SENT.length + 1;
      const exchanges = await eventually('all are there', () => {
        return sink.exchanges.length === count ? sink.exchanges : null;
      });
      client.close();
      for (const [index, [parent, state]] of SENT.entries()) {
        expect(seen[index]).to.deep.include.members([
          ['TraceParent', parent],
          ['tracestate', state],
        ]);
      }
      expect(JSON.stringify(seen.at(-1))).to.not.match(/trace/i);
      const copyOf = createCopyRequest(DEFAULT_MIRROR_SETTINGS);
      for (const [index, exchange] of exchanges.entries()) {
        const { headers } = copyOf(exchange, index % 2 === 0 ? 'test' : 'control');
        const [parent] = headerValues(headers, 'traceparent');
        const [state] = headerValues(headers, 'tracestate');
        const [sentParent, sentState] = SENT[index] ?? [];
        expect(state).to.equal(sentState);
        if (sentParent === VALID) {
          expect(parent)
            .to.match(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
            .and.not.equal(VALID);
        } else expect(parent).to.equal(sentParent);
      }
    });
  });
});
