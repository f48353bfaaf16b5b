import { readdir, readlink } from 'node:fs/promises';
import { expect } from 'chai';
import { type BoundSocket, bindSocket } from '../support/bound-socket.ts';
import { withWorld } from '../support/daemon-world.ts';
import type { StartOptions } from '../support/daemon.ts';

/** As systemd does: the pid is that of the program, which only the process itself knows before it is one. */
const FOR_ITSELF = ['sh', '-c', 'LISTEN_PID=$$ exec "$@"', 'sh'];

describe('A daemon whose port another process has opened', function () {
  this.timeout(90_000);

  for (const processes of ['1', '2']) {
    it(`serves on that socket, and not on its own port (gate.processes ${processes})`, async () => {
      await withSocket(async (socket, port) => {
        await withWorld({ gate_processes: processes }, async (world) => {
          await world.drop('1.0.0');
          const daemon = world.start(activated(socket));
          const status = await daemon.serving('shop-1.0.0');
          expect(status.vili.port).to.equal(port);
          expect((await fetch(`http://127.0.0.1:${port}/health`)).status).to.equal(200);
          expect(daemon.output).to.contain(`port=${world.port} is not used`);
        });
      });
    });
  }

  it('lets requests wait while it restarts, and gives the socket to no other process', async () => {
    await withSocket(async (socket, port) => {
      await withWorld({}, async (world) => {
        await world.drop('1.0.0');
        const first = world.start(activated(socket));
        const { running } = await first.serving('shop-1.0.0');
        const inode = await readlink(`/proc/${first.pid}/fd/3`);
        const holders = await holdersOf(inode);
        expect(holders, `not ${running?.pid}`).to.have.members(
          [process.pid, first.pid].map(String),
        );
        await first.kill('SIGTERM');
        const between = fetch(`http://127.0.0.1:${port}/health`);
        const second = world.start(activated(socket));
        expect((await between).status).to.equal(200);
        await second.serving('shop-1.0.0');
      });
    });
  });

  it('opens its own port when the socket is meant for another process', async () => {
    await withSocket(async (socket) => {
      await withWorld({}, async (world) => {
        await world.drop('1.0.0');
        const environment = { LISTEN_FDS: '1', LISTEN_PID: '1' };
        const daemon = world.start({ socket, environment });
        expect((await daemon.serving('shop-1.0.0')).vili.port).to.equal(world.port);
      });
    });
  });

  it('names the value and the rule when it cannot use what it was given, and starts nothing', async () => {
    await withWorld({}, async (world) => {
      await world.drop('1.0.0');
      const cases: readonly [Record<string, string>, readonly string[], RegExp][] = [
        [{ LISTEN_FDS: '1', LISTEN_PID: 'me' }, [], /LISTEN_PID="me" is not a whole number/],
        [{ LISTEN_FDS: '-1' }, FOR_ITSELF, /LISTEN_FDS="-1" is not a whole number from 1 to 64/],
        [{ LISTEN_FDS: '2' }, FOR_ITSELF, /passes 2 sockets, and 0 of them are named 'users'/],
        // Standard output of the shell is a pipe, not a listening socket.
        [
          { LISTEN_FDS: '1' },
          ['sh', '-c', 'LISTEN_PID=$$ exec "$@" 3</dev/null', 'sh'],
          /descriptor 3/,
        ],
      ];
      for (const [environment, wrapper, message] of cases) {
        const daemon = world.start({ environment, wrapper });
        expect(await daemon.exit(), daemon.output).to.deep.equal({ code: 2, signal: null });
        expect(daemon.output).to.match(message);
        expect(daemon.output).to.not.contain('internal error');
      }
      expect(await world.processes()).to.deep.equal([]);
    });
  });
});

// Private

function activated(socket: BoundSocket): StartOptions {
  return { socket, wrapper: FOR_ITSELF, environment: { LISTEN_FDS: '1' } };
}

async function withSocket(
  use: (socket: BoundSocket, port: number) => Promise<void>,
): Promise<void> {
  const socket = bindSocket();
  try {
    await use(socket, socket.port);
  } finally {
    socket.close();
  }
}

/** Pids of the processes that have it open. */
async function holdersOf(inode: string): Promise<readonly string[]> {
  const holders: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const fds = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const open = fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''));
    if ((await Promise.all(open)).includes(inode)) holders.push(pid);
  }
  return holders;
}
