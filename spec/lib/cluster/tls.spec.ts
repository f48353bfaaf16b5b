import { copyFile, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { makeCertificate } from '../../support/certificates.ts';
import { type ClusterFixture, withCluster } from '../../support/cluster-fixture.ts';
import { eventually } from '../../support/eventually.ts';
import { Upstream } from '../../support/proxy-fixture.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const CONNECTIONS = 4;

describe('Proxy processes with TLS', () => {
  it('speak HTTP/2 where the client agrees', async () => {
    await withTls(async ({ port }) => {
      const session = connectHttp2(`https://localhost:${port}`, { rejectUnauthorized: false });
      const body = await new Promise<string>((resolve, reject) => {
        let text = '';
        const stream = session.request({ ':path': '/' });
        stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        stream.on('end', () => resolve(text)).on('error', reject);
      });
      session.destroy();
      expect(body).to.equal('hello');
    });
  });

  it('load a new certificate in every process, and keep open connections', async () => {
    await withTls(async ({ port }, folder) => {
      const old = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(port)));
      expect(namesOf(old)).to.deep.equal(Array(CONNECTIONS).fill('first'));
      const next = makeCertificate(folder, 'second');
      await copyFile(next.certFile, `${folder}/first.crt`);
      await copyFile(next.keyFile, `${folder}/first.key`);
      let isTaken = false;
      for (let tries = 0; tries < 100 && !isTaken; tries++) {
        const now = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(port)));
        isTaken = namesOf(now).every((name) => name === 'second');
        for (const socket of now) socket.destroy();
      }
      expect(isTaken, 'all have the new certificate').to.equal(true);
      await Promise.all(old.map(ask));
      for (const socket of old) socket.destroy();
    });
  });

  it('come back with the previous certificate while the files are invalid', async () => {
    await withTls(async ({ port, pids, problems }, folder) => {
      await writeFile(`${folder}/first.key`, 'nonsense');
      await eventually('both report it', () => problems.length === 2);
      const before = pids();
      for (const pid of before) process.kill(pid, 'SIGKILL');
      const socket = await open(port);
      expect(namesOf([socket])).to.deep.equal(['first']);
      await ask(socket);
      socket.destroy();
      await eventually(
        'both are back',
        () => pids().filter((it) => !before.includes(it)).length === 2,
      );
      expect(problems[0]).to.match(
        /do not form a certificate and key pair: .*; the old certificate stays$/,
      );
    });
  });
});

// Private

async function withTls(
  use: (fixture: ClusterFixture, folder: string) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (folder) => {
    const { certFile, keyFile } = makeCertificate(folder, 'first');
    const upstream = await Upstream.http((_request, response) => response.end('hello'));
    const tls = { certFile, keyFile, reloadMs: 25 };
    await withCluster(upstream, (fixture) => use(fixture, folder), { settings: { tls } });
  });
}

function open(port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
      resolve(socket),
    );
    socket.once('error', reject);
  });
}

function namesOf(sockets: readonly TLSSocket[]): unknown[] {
  return sockets.map((socket) => socket.getPeerCertificate().subject.CN);
}

async function ask(socket: TLSSocket): Promise<void> {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await eventually('a response', () => text.endsWith('hello'));
}
