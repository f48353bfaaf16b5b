import { expect } from 'chai';
import { connect as connectHttp2 } from 'node:http2';
import { makeCertificate } from '../support/certificates.ts';
import { RawClient, type SettingsChanges, Upstream } from '../support/proxy-fixture.ts';
import { type ProxyProcess, withProxyProcess } from '../support/proxy-process.ts';
import { eventually } from '../support/eventually.ts';
import { cancelFrame, getFrame, openFrames } from '../support/raw-frames.ts';
import { withTempFolder } from '../support/temp-folder.ts';
import { askHttp2, needsOpenssl } from '../support/tls-fixture.ts';

const MIB = 1024 ** 2;
const FINE = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine';
const LINE = 'a: b\r\n';
const HEAD = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n`;

async function withTlsProcess(
  upstream: Upstream,
  changes: SettingsChanges,
  use: (proxy: ProxyProcess, origin: string, ca: string) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (folder) => {
    const certificate = makeCertificate(folder, 'first');
    const tls = { ...certificate, reloadMs: 60_000 };
    await withProxyProcess(upstream, { ...changes, tls }, (proxy) =>
      use(proxy, `https://localhost:${proxy.port}`, certificate.cert),
    );
  });
}

describe('a flood', () => {
  it('of interim responses holds little memory for HTTP/2 clients that do not read', async function () {
    needsOpenssl.call(this);
    this.timeout(30_000);
    const interim = `HTTP/1.1 103 Early Hints\r\n${`x-hint: ${'y'.repeat(1000)}\r\n`.repeat(4)}\r\n`;
    let sent = 0;
    const up = await Upstream.raw((socket) => {
      const more = (): void => {
        while (sent < 200 * MIB && !socket.destroyed) {
          sent += interim.length;
          if (!socket.write(interim)) return void socket.once('drain', more);
        }
      };
      more();
    });
    await withTlsProcess(up, {}, async (proxy) => {
      const before = (await proxy.state()).residentBytes;
      const socket = await openFrames(proxy.port, 0);
      socket.pause();
      for (let stream = 1; stream < 40; stream += 2) socket.write(getFrame(stream, '/'));
      await eventually('all is sent', () => sent >= 200 * MIB, 20_000);
      const { residentBytes, problems } = await proxy.state();
      socket.destroy();
      expect(problems).to.deep.equal([]);
      expect((residentBytes - before) / MIB).to.be.below(80);
    });
  });

  it('of equal headers or trailers blocks nobody', async function () {
    needsOpenssl.call(this);
    this.timeout(60_000);
    const many = LINE.repeat(Math.floor((MIB - 1000) / LINE.length));
    const up = await Upstream.raw((socket, all) => {
      if (!all.endsWith('\r\n\r\n')) return;
      const last = all.slice(all.lastIndexOf('GET '));
      if (last.includes('/trailers HTTP')) socket.write(`${CHUNKED}${many}\r\n`);
      else if (last.includes('/headers HTTP'))
        socket.write(`${HEAD}${many}Content-Length: 4\r\n\r\nfine`);
      else socket.write(FINE);
    });
    await withTlsProcess(up, { header: { maxBytes: MIB } }, async (proxy, origin, ca) => {
      let done = 0;
      await proxy.state();
      for (const path of ['/trailers', '/headers']) {
        const socket = await openFrames(proxy.port, 65_535);
        socket.resume();
        socket.write(getFrame(1, path));
        done++;
        const limit = performance.now() + 15_000;
        while ((await proxy.state()).counts.responses['2xx'] < done && performance.now() < limit) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        // What follows the head is on its way by now: the next answer comes after it.
        const before = performance.now();
        const session = connectHttp2(origin, { ca });
        expect(String((await askHttp2(session, { ':path': '/' })).body)).to.equal('fine');
        done++;
        expect(performance.now() - before, path).to.be.below(6000);
        session.destroy();
        socket.destroy();
      }
    });
  });

  it('of requests that are cancelled at once reaches running only in part, and ends', async function () {
    needsOpenssl.call(this);
    this.timeout(30_000);
    let asked = 0;
    const up = await Upstream.raw((socket, all) => {
      if (all.includes('/fine HTTP')) socket.write(FINE);
      else asked++;
    });
    await withTlsProcess(up, {}, async (proxy, origin, ca) => {
      for (const apart of [false, true]) {
        asked = 0;
        const socket = await openFrames(proxy.port, 65_535);
        socket.resume();
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.on('end', () => socket.end());
        for (
          let stream = 1;
          stream < 10_000 && socket.writable && !socket.readableEnded;
          stream += 2
        ) {
          socket.write(getFrame(stream, '/'));
          if (apart) await new Promise((resolve) => setImmediate(resolve));
          socket.write(cancelFrame(stream));
        }
        const session = connectHttp2(origin, { ca });
        expect(String((await askHttp2(session, { ':path': '/fine' })).body)).to.equal('fine');
        session.destroy();
        await closed;
        expect(asked).to.be.below(600);
      }
    });
  });

  it('of heads that arrive byte by byte costs running time in proportion to their size', async function () {
    this.timeout(30_000);
    const head = `${HEAD}${LINE.repeat(8000)}Content-Length: 4\r\n\r\nfine`;
    const up = await Upstream.raw((socket, all) => {
      if (!all.endsWith('\r\n\r\n')) return;
      let at = 0;
      const next = (): void => {
        for (let count = 0; count < 100 && at < head.length; count++)
          socket.write(head.charAt(at++));
        if (at < head.length) setImmediate(next);
      };
      next();
    });
    await withProxyProcess(up, {}, async (proxy) => {
      const got = await new RawClient(proxy.port)
        .send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
        .toEnd(20_000);
      expect(got).to.match(/fine$/);
      expect((await proxy.state()).blockedMs).to.be.below(500);
    });
  });
});
