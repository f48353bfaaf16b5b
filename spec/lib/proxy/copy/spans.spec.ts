import { expect } from 'chai';
import type { TrafficObservation } from '../../../../lib/model/exchange.ts';
import { eventually } from '../../../support/eventually.ts';
import { exchangeRaw, Upstream, withProxy } from '../../../support/proxy-fixture.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const RECORDED = `00-${TRACE}-${CALLER}-01`;
const NOT_RECORDED = `00-${TRACE}-${CALLER}-00`;

/** What is observed of requests with these lines, one after the other. */
async function observed(
  share: number | null,
  requests: readonly (readonly string[])[],
): Promise<readonly { readonly seen: TrafficObservation; readonly trace: string | undefined }[]> {
  const up = await Upstream.http((_request, response) => response.end('ok'));
  const found: { seen: TrafficObservation; trace: string | undefined }[] = [];
  await withProxy(
    up,
    async ({ proxy, port, sink }) => {
      const observations: TrafficObservation[] = [];
      proxy.onTraffic((batch) => observations.push(...batch));
      for (const lines of requests) {
        const head = ['GET /items/1?a=b HTTP/1.1', 'Host: shop:81', 'Connection: close', ...lines];
        await exchangeRaw(port, `${head.join('\r\n')}\r\n\r\n`);
      }
      await eventually('all are observed', () => observations.length === requests.length);
      for (const [index, seen] of observations.entries()) {
        found.push({ seen, trace: sink.exchanges[index]?.trace });
      }
    },
    share === null ? {} : { spans: { share } },
  );
  return found;
}

describe('The span of an exchange', () => {
  it('is below that of a caller who records its own, and its copy knows it', async () => {
    const [first] = await observed(0, [[`TraceParent: ${RECORDED}`]]);
    const { span } = first?.seen ?? {};
    expect(span).to.include({ traceId: TRACE, parentId: CALLER, scheme: 'http', host: 'shop:81' });
    expect(span?.spanId)
      .to.match(/^[0-9a-f]{16}$/)
      .and.not.equal(CALLER);
    expect(span?.requestId).to.not.equal('');
    expect(first?.trace).to.equal(`${TRACE}-${span?.spanId}`);
  });

  it('is not there where the caller does not record its own, whatever the share', async () => {
    const [first] = await observed(1, [[`traceparent: ${NOT_RECORDED}`]]);
    expect(first?.seen).to.not.have.property('span');
    expect(first?.trace).to.equal(undefined);
  });

  it('begins a trace for a share of the others, and for those with a context that is not valid', async () => {
    const requests = [
      [],
      ['traceparent: 00-1-2-01'],
      [`traceparent: ${RECORDED}`, `traceparent: ${RECORDED}`],
    ];
    const all = await observed(1, requests);
    for (const { seen } of all) {
      expect(seen.span?.parentId).to.equal('');
      expect(seen.span?.traceId)
        .to.match(/^[0-9a-f]{32}$/)
        .and.not.equal(TRACE);
    }
    expect(new Set(all.map(({ seen }) => seen.span?.traceId)).size).to.equal(3);
    const none = await observed(0, requests);
    expect(none.filter(({ seen }) => seen.span !== undefined)).to.deep.equal([]);
  });

  it('is never there without a collector', async () => {
    const found = await observed(null, [[], [`traceparent: ${RECORDED}`]]);
    expect(found.every(({ seen, trace }) => !('span' in seen) && trace === undefined)).to.equal(
      true,
    );
  });
});
