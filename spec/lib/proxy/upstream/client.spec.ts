import { expect } from 'chai';
import {
  GET,
  OK,
  proxySettings,
  RawClient,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';

/** Sends two requests on one connection; returns how many connections to running that took. */
async function connectionsFor(
  response: string,
  limits = proxySettings().upstream,
): Promise<number> {
  const up = await Upstream.replying(response);
  let connections = 0;
  await withProxy(
    up,
    async ({ port }) => {
      const client = new RawClient(port);
      for (const times of [1, 2]) {
        client.send(GET);
        await client.until((text) => text.split('200 OK').length === times + 1);
      }
      client.close();
      connections = up.connections;
    },
    { upstream: limits },
  );
  return connections;
}

describe('connections to running', () => {
  it('are reused', async () => {
    expect(await connectionsFor(OK)).to.equal(1);
  });

  it('are not reused when running closes them or sends unrequested bytes', async () => {
    const closing = OK.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
    expect(await connectionsFor(closing)).to.equal(2);
    expect(await connectionsFor(`${OK}more`)).to.equal(2);
    expect(await connectionsFor(OK.replace('1.1', '1.0'))).to.equal(2);
  });

  it('end earlier than running announces', async () => {
    const hint = (seconds: number): string =>
      OK.replace('\r\n\r\n', `\r\nKeep-Alive: timeout=${seconds}\r\n\r\n`);
    expect(await connectionsFor(hint(2))).to.equal(2);
    expect(await connectionsFor(hint(30))).to.equal(1);
  });

  it('break when a response stops in the middle for too long', async () => {
    const up = await Upstream.replying(OK.slice(0, -1));
    await withProxy(
      up,
      async ({ port, sink }) => {
        expect(await new RawClient(port).send(GET).toEnd()).to.match(/\r\n\r\no$/);
        expect(sink.exchanges[0]).to.include({ status: 0, failure: 'timeout' });
      },
      { upstream: { idleTimeoutMs: 80 } },
    );
  });

  it('carry requests byte for byte: case, order and repetition of all headers', async () => {
    const seen: string[] = [];
    const up = await Upstream.raw((socket, all) => {
      if (!all.endsWith('hi')) return;
      seen.push(all);
      socket.write(OK);
    });
    const lines = [
      'aCCept: x',
      'hOst: shop.example',
      'Cookie: a',
      'content-LENGTH: 2',
      'Cookie: b',
    ];
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port);
      client.send(`PUT /a//b?c HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\nhi`);
      await client.until((text) => text.endsWith('ok'));
      client.close();
    });
    expect(seen[0]?.startsWith(`PUT /a//b?c HTTP/1.1\r\n${lines.join('\r\n')}\r\n`)).to.equal(true);
  });
});
