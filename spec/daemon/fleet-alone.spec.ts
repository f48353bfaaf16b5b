import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import type { Daemon } from '../support/daemon.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';
import { type OpenSocket, openSockets } from '../support/open-sockets.ts';

const LIMIT_MS = 20_000;

async function actorsOf({ client }: Daemon): Promise<readonly string[]> {
  return (JSON.stringify(await client.tree()).match(/"path":"[^"]*"/g) ?? []).map((path) =>
    path.slice('"path":"'.length, -1),
  );
}

/** Neither the users' port nor one of the service. */
function strange({ port, ports }: DaemonWorld, pid: number): readonly OpenSocket[] {
  return openSockets(pid).filter(
    ({ kind, localPort, remotePort }) =>
      !kind.startsWith('tcp') ||
      (localPort !== port && (remotePort < ports.from || remotePort > ports.to)),
  );
}

describe('A daemon', function () {
  this.timeout(60_000);

  it('has no fleet actor and opens no socket for one without fleet.endpoints', async () => {
    await withWorld({}, async (world) => {
      const daemon = await world.startServing();
      const users = world.users(20);
      await world.drop('1.0.1');
      await daemon.testing('shop-1.0.1');
      expect(openSockets(daemon.pid).length).to.be.above(0);
      expect(strange(world, daemon.pid)).to.deep.equal([]);
      const actors = await actorsOf(daemon);
      expect(actors).to.include('/vili/deployer');
      expect(actors).not.to.include('/vili/fleet');
      expect(await daemon.client.fleet()).to.equal(null);
      await users.stop();
    });
  });

  it('has both with it', async () => {
    const asking = new Set<Socket>();
    const silent = createServer((socket) => asking.add(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    try {
      await withWorld({ fleet_endpoints: `http://127.0.0.1:${port}` }, async (world) => {
        const daemon = await world.startServing();
        expect(await actorsOf(daemon)).to.include('/vili/fleet');
        const isAsked = (): boolean =>
          strange(world, daemon.pid).some(({ remotePort }) => remotePort === port);
        await eventually('etcd is asked', isAsked, LIMIT_MS);
      });
    } finally {
      for (const socket of asking) socket.destroy();
      silent.close();
    }
  });
});
