import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Transport } from '../../../../lib/fleet/engine/etcd/transport.ts';
import { eventually } from '../../../support/eventually.ts';

/** An endpoint that holds its responses back until it is told what to do with them. */
class Endpoint {
  readonly held: ServerResponse[] = [];
  readonly #server = createServer((_, response) => this.held.push(response));

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  reply(): void {
    for (const response of this.held.splice(0)) response.end('{}');
  }

  break(): void {
    for (const response of this.held.splice(0)) response.destroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

describe('Calls to several endpoints of etcd', () => {
  const [first, second] = [new Endpoint(), new Endpoint()];
  let urls: readonly string[] = [];
  let transport = new Transport({ endpoints: [], ca: null });
  const call = (): Promise<unknown> => transport.call('/v3/kv/range', {}, {});

  before(async () => {
    urls = [await first.listen(), await second.listen()];
  });
  beforeEach(() => {
    transport = new Transport({ endpoints: urls, ca: null });
  });
  afterEach(() => transport.close());
  after(() => Promise.all([first.close(), second.close()]));

  it('all go on at the next one, when several fail at the same one at once', async () => {
    const calls = Promise.all([call(), call()]);
    await eventually('both are asked of the first', () => first.held.length === 2);
    first.break();
    await eventually('both are asked of the second', () => second.held.length === 2);
    second.reply();
    expect(await calls).to.deep.equal([{}, {}]);
    expect(transport.endpoint).to.equal(urls[1]);
  });

  it('name the endpoint that failed them last, whatever other calls found meanwhile', async () => {
    const told = (): Promise<string> =>
      call().then(
        () => 'it did not fail',
        (error: unknown) => String(error),
      );
    const calls = Promise.all([told(), told()]);
    await eventually('both are asked of the first', () => first.held.length === 2);
    first.break();
    await eventually('both are asked of the second', () => second.held.length === 2);
    second.break();
    for (const text of await calls) {
      expect(text).to.contain(`no endpoint of etcd replies (${urls[1]}: `);
    }
  });
});
