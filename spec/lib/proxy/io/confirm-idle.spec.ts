import { once } from 'node:events';
import { connect, createServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { confirmIdle, connectionOf } from '../../../../lib/proxy/io/confirm-idle.ts';
import { patientTimeout } from '../../../../lib/runtime/patient-timer.ts';

const TIMEOUT_MS = 20;

describe('A timeout of a session of HTTP/2', () => {
  it('is confirmed while nothing comes or goes on its connection', async () => {
    await withSession(async (session) => {
      expect(await meaningOf(session, () => {})).to.equal('idle');
    });
  });

  it('means nothing when the session ends before it is confirmed', async () => {
    await withSession(async (session) => {
      expect(await meaningOf(session, () => session.destroy())).to.equal('nothing');
    });
  });
});

/** What a timeout turns out to mean that has fired just before `act`. */
async function meaningOf(session: ServerHttp2Session, act: () => void): Promise<string> {
  let meaning = 'nothing';
  const means = (what: string) => (): void => {
    meaning = what;
  };
  confirmIdle(connectionOf(session), TIMEOUT_MS, means('idle'), means('moved'));
  act();
  // It waits for the time that its thread has lost, which is more than it at most.
  await new Promise<void>((resolve) => patientTimeout(TIMEOUT_MS * 2, resolve));
  return meaning;
}

async function withSession(act: (session: ServerHttp2Session) => Promise<void>): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(`http://127.0.0.1:${port}`);
  client.on('error', () => {});
  const [session] = (await once(server, 'session')) as [ServerHttp2Session];
  await once(client, 'localSettings');
  try {
    await act(session);
  } finally {
    client.destroy();
    session.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}
