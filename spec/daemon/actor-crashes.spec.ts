import { expect } from 'chai';
import type { ActorTree } from '../../lib/model/actor-tree.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld } from '../support/daemon-world.ts';

describe('A daemon whose actors crash', function () {
  this.timeout(90_000);
  let world: DaemonWorld;
  let daemon: Daemon;

  before(async () => {
    world = await DaemonWorld.create({ verdict_mode: 'manual' });
    daemon = await world.startServing({ environment: { VILI_DEBUG: '1' } });
  });
  after(() => world.end());

  it('restarts every actor of the tree, one by one, while 200 requests a second succeed', async () => {
    const users = world.users(200);
    await world.drop('1.0.1');
    await daemon.testing('shop-1.0.1');
    const before = await daemon.client.status();
    const paths = actorsIn(await daemon.client.tree());
    expect(paths.length).to.be.greaterThan(13);
    for (const path of paths) {
      const old = incarnationOf(await daemon.client.tree(), path);
      await daemon.client.crash({ path });
      // While the operator actor itself restarts nobody responds.
      await daemon.until(`${path} is back`, async () => {
        const tree = await daemon.client.tree().catch(() => null);
        return tree !== null && incarnationOf(tree, path) > old;
      });
    }
    await daemon.testing('shop-1.0.1');
    const pairs = (await daemon.client.verdict())?.pairs ?? 0;
    const after = await daemon.until(
      'evidence goes on',
      ({ verdict }) => (verdict?.pairs ?? 0) > pairs + 100,
    );
    for (const role of ['running', 'testing'] as const) {
      expect(after[role]?.instance).to.equal(before[role]?.instance);
      expect(after[role]?.pid).to.equal(before[role]?.pid);
    }
    expect(actorsIn(await daemon.client.tree())).to.deep.equal(paths);
    const counts = await users.stop();
    expect(counts).to.include({ failed: 0, held: 0, lastFailure: null });
    expect(await world.processes()).to.have.lengthOf(2);
  });

  it('responds with 409 when the actor to crash is not there', async () => {
    const code = await daemon.client.crash({ path: '/vili/nobody' }).then(
      () => 'done',
      (error: { httpStatus: number }) => error.httpStatus,
    );
    expect(code).to.equal(409);
  });
});

// Private

function actorsIn(node: ActorTree): string[] {
  const own = node.path === '/vili' ? [] : [node.path];
  return [...own, ...node.children.flatMap(actorsIn)];
}

function incarnationOf(node: ActorTree, path: string): number {
  if (node.path === path && node.status !== 'starting') return node.incarnation;
  return Math.max(0, ...node.children.map((child) => incarnationOf(child, path)));
}
