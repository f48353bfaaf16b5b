import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { OK, RawClient, Upstream, withProxy } from '../support/proxy-fixture.ts';
import { withProxyProcess } from '../support/proxy-process.ts';

const MIB = 1024 ** 2;
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const FLOOD = Buffer.from(GET.repeat(Math.floor((5.5 * MIB) / GET.length)));

/** Sends as much as is taken; resolves when nothing more is taken, or all is sent. */
async function flood(port: number, first: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.write(first);
  socket.write(FLOOD);
  let written = -1;
  while (socket.bytesWritten - socket.writableLength !== written && !socket.destroyed) {
    written = socket.bytesWritten - socket.writableLength;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return socket;
}

describe('a client that sends requests ahead of their responses', () => {
  for (const [name, first] of [
    ['from the start', ''],
    [
      'behind a request that only node serves',
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\n\r\n',
    ],
    ['behind its last request', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['behind a head of 60 KB', `GET / HTTP/1.1\r\nHost: a\r\nx: ${'y'.repeat(60_000)}\r\n\r\n`],
  ] as const) {
    it(`holds little memory: 200 connections with 5.5 MB each, ${name}`, async function () {
      this.timeout(60_000);
      // Running says nothing, so that everything has to wait.
      await withProxyProcess(await Upstream.raw(() => {}), {}, async (proxy) => {
        const before = (await proxy.state()).residentBytes;
        const sockets = await Promise.all(
          Array.from({ length: 200 }, () => flood(proxy.port, first)),
        );
        const { residentBytes } = await proxy.state();
        for (const socket of sockets) socket.destroy();
        expect((residentBytes - before) / MIB).to.be.below(120);
      });
    });
  }

  it('gets all responses, in order, however many there are', async function () {
    this.timeout(60_000);
    const up = await Upstream.http((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => response.end(`${request.url} ${Buffer.concat(chunks).length};`));
    });
    await withProxy(up, async ({ port }) => {
      const count = 1000;
      let text = '';
      let expected = '';
      for (let index = 0; index < count; index++) {
        const size = index % 7 === 0 ? index : 0;
        const length = size === 0 ? '' : `Content-Length: ${size}\r\n`;
        const last = index === count - 1 ? 'Connection: close\r\n' : '';
        text += `${size === 0 ? 'GET' : 'POST'} /${index} HTTP/1.1\r\nHost: a\r\n${length}${last}\r\n${'b'.repeat(size)}`;
        expected += `/${index} ${size};`;
      }
      const got = await new RawClient(port).send(text).toEnd(30_000);
      const responses = (got.match(/\/\d+ \d+;/g) ?? []).join('');
      let same = 0;
      while (same < expected.length && responses[same] === expected[same]) same++;
      expect(responses.slice(same, same + 40), got.slice(-400)).to.equal(
        expected.slice(same, same + 40),
      );
    });
  });

  it('is read again once its requests have been responded to', async () => {
    const waiting: Socket[] = [];
    const up = await Upstream.raw((socket) => {
      waiting.push(socket);
    });
    await withProxy(up, async ({ port, proxy }) => {
      const client = new RawClient(port).send(GET.repeat(100));
      for (let done = 0; done < 100; done++) {
        await eventually('the next one is asked', () => waiting.length > 0);
        expect(proxy.counts().received - done).to.be.at.most(40);
        waiting.shift()?.write(OK);
      }
      await client.until((text) => (text.match(/HTTP\/1\.1 200/g) ?? []).length === 100);
      client.close();
    });
  });
});
