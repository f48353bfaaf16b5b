import type { RequestListener, ServerResponse } from 'node:http';
import { expect } from 'chai';
import type { PairOutcome } from '../../lib/compare/outcome.ts';
import { severityOf } from '../../lib/compare/severity.ts';
import type { Exchange } from '../../lib/model/exchange.ts';
import { withTest } from '../support/mirror-kit.ts';
import { ShadowRun } from '../support/pairs.ts';
import { exchangeRaw, GET_CLOSE, Upstream, withProxy } from '../support/proxy-fixture.ts';

type Respond = (response: ServerResponse, isGood: boolean) => void;

/** Each responds with 200, whatever happened. */
const PROTOCOLS: Readonly<Record<string, { readonly respond: Respond; readonly says: string }>> = {
  'gRPC, by a header': {
    says: '200 with grpc-status 13',
    respond: (response, isGood) => {
      response.setHeader('content-type', 'application/grpc');
      response.setHeader('grpc-status', isGood ? '0' : '13');
      response.end();
    },
  },
  'gRPC, by a trailer': {
    says: '200 with grpc-status 13',
    respond: (response, isGood) => {
      response.writeHead(200, { 'content-type': 'application/grpc+proto', trailer: 'grpc-status' });
      response.write('message');
      response.addTrailers({ 'grpc-status': isGood ? '0' : '13' });
      response.end();
    },
  },
  'gRPC-Web, by trailers in the body': {
    says: '200 with grpc-status 13',
    respond: (response, isGood) => {
      response.setHeader('content-type', 'application/grpc-web+proto');
      const trailers = `grpc-status: ${isGood ? 0 : 13}\r\n`;
      response.end(
        Buffer.concat([Buffer.from([0x80, 0, 0, 0, trailers.length]), Buffer.from(trailers)]),
      );
    },
  },
  'JSON-RPC, by an error in the body': {
    says: '200 with JSON-RPC error -32603',
    respond: (response, isGood) => {
      response.setHeader('content-type', 'application/json');
      const failed = { error: { code: -32603, message: 'Internal error' } };
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, ...(isGood ? { result: 7 } : failed) }));
    },
  },
};

describe('Issue 15: failures outside of the status of HTTP', () => {
  for (const [protocol, { respond, says }] of Object.entries(PROTOCOLS)) {
    it(`count on either side as the same failure told by the status would: ${protocol}`, async () => {
      const worse = await pairOf(respond, { running: true, testing: false });
      expect([severityOf(worse.running), severityOf(worse.testing)]).to.deep.equal([0, 2]);
      expect(worse.testing.says).to.equal(says);
      const better = await pairOf(respond, { running: false, testing: true });
      expect([severityOf(better.running), severityOf(better.testing)]).to.deep.equal([2, 0]);
      expect(better.running.says).to.equal(says);
      const fine = await pairOf(respond, { running: true, testing: true });
      expect([severityOf(fine.running), severityOf(fine.testing)]).to.deep.equal([0, 0]);
      expect(fine.differences).to.deep.equal([]);

      const run = new ShadowRun().feed(200, 1000, () => worse);
      const { decision, reasons } = run.decide();
      expect(decision).to.equal('reject');
      expect(reasons[0]).to.include({ code: 'errors' });
      expect(reasons[0]?.text).to.contain(`testing responded ${says} where running responded 200`);
    });
  }
});

// Private

/** One request through a real proxy to running, and its copy through a real mirror to testing. */
async function pairOf(
  respond: Respond,
  isGood: { readonly running: boolean; readonly testing: boolean },
): Promise<PairOutcome> {
  const exchange = await exchangeWith((_, response) => respond(response, isGood.running));
  let outcome: PairOutcome | undefined;
  await withTest(
    (_, response) => respond(response, isGood.testing),
    {},
    async ({ offer, until, outcomes }) => {
      offer(exchange);
      await until(() => outcomes.length === 1);
      [outcome] = outcomes;
    },
  );
  if (outcome === undefined) throw new Error('the pair got lost');
  return outcome;
}

async function exchangeWith(listener: RequestListener): Promise<Exchange> {
  let exchange: Exchange | undefined;
  await withProxy(await Upstream.http(listener), async ({ port, sink }) => {
    await exchangeRaw(port, GET_CLOSE);
    [exchange] = sink.exchanges;
  });
  if (exchange === undefined) throw new Error('the request was not copied');
  return exchange;
}
