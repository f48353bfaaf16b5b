import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { type LocalConnection, socketOwners } from '../../../lib/runtime/socket-owners.ts';

/** Connects, from its own process or from a child of it, and keeps the connection open. */
const CALLER = `
const { spawn } = require('node:child_process');
const [host, port, depth] = process.argv.slice(1);
if (Number(depth) === 0) require('node:net').connect(Number(port), host);
else spawn(process.execPath, ['-e', process.env.CALLER, host, port, String(depth - 1)], { stdio: 'ignore' });
setTimeout(() => process.exit(), 15000);
`;

async function withCaller(
  host: string,
  depth: number,
  use: (connection: LocalConnection, pid: number) => Promise<void>,
): Promise<void> {
  const server: Server = createServer({ allowHalfOpen: true });
  server.listen(0, host === '::1' ? '::' : '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const environment = { ...process.env, CALLER };
  const child: ChildProcess = spawn(
    process.execPath,
    ['-e', CALLER, host, String(port), String(depth)],
    { env: environment, stdio: ['pipe', 'ignore', 'inherit'], detached: true },
  );
  try {
    const [socket] = (await once(server, 'connection')) as [Socket];
    const ended = once(socket, 'close');
    const connection = { peerPort: socket.remotePort ?? 0, ownPort: socket.localPort ?? 0 };
    await use(connection, child.pid ?? 0);
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    socket.destroy();
    await ended;
  } finally {
    server.close();
  }
}

describe('The owner of the other end of a local connection', () => {
  for (const [text, host, depth] of [
    ['the process itself', '127.0.0.1', 0],
    ['the process itself, over IPv6', '::1', 0],
    ['a child of its child', '127.0.0.1', 2],
  ] as const) {
    it(`is found: ${text}`, async () => {
      await withCaller(host, depth, async (connection, pid) => {
        const none = { peerPort: 1, ownPort: connection.ownPort };
        expect(await socketOwners([connection, none], [pid])).to.deep.equal([true, null]);
        expect(await socketOwners([connection], [999_999_999])).to.deep.equal([false]);
        expect(await socketOwners([connection], [])).to.deep.equal([false]);
      });
    });
  }
});
