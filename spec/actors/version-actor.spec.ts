import { expect } from 'chai';
import type { DeployerMessage, ServletMessage, VersionMessage } from '../../actors/messages.ts';
import { versionActor } from '../../actors/version-actor.ts';
import type { Address, Behaviour, ChildSpec } from '../../lib/actor/index.ts';
import type { Instance } from '../../lib/base/instance/instance.ts';
import { exitInfrastructureFailure } from '../../lib/servlet/process/exit.ts';
import { release } from '../lib/deployment/world.ts';
import { withWorld } from '../support/actor-world.ts';
import { eventually } from '../support/eventually.ts';
import { QUIET } from '../support/quiet-journal.ts';

const INSTANCE: Instance = {
  id: 'shop-2/1_test',
  number: 1,
  folder: '',
  serverFile: '',
  stdOut: '',
  stdErr: '',
  pidFile: '',
  jsonLog: '',
};

describe('A version', () => {
  it('tells that its servlet has stopped, also when that was let down just as it was to stop', async () => {
    await withVersion({ name: 'servlet-1', behaviour: deafServlet }, async ({ version, told }) => {
      const of = { role: 'testing', instance: INSTANCE.id } as const;
      version.tell({ type: 'start', role: 'testing', release: release(2) });
      version.tell({ type: 'stop', role: 'testing' });
      version.tell({ type: 'servlet-unhealthy', ...of, problem: 'hung up', cause: 'vili' });
      version.tell({
        type: 'servlet-exited',
        ...of,
        exit: exitInfrastructureFailure('hung up', 0),
      });
      await eventually('it is told', () => told.some(({ type }) => type === 'servlet-stopped'));
      expect(told.filter(({ type }) => type === 'servlet-down')).to.deep.equal([]);
    });
  });

  it('ends a servlet that was starting when it failed itself, since nobody would know of it', async () => {
    let isEnded = false;
    const slowServlet: ChildSpec<ServletMessage> = {
      name: 'servlet-1',
      behaviour: () => ({
        start: ({ signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              isEnded = true;
              resolve(null);
            });
          }),
        handle: (state) => state,
      }),
    };
    await withVersion(slowServlet, async ({ version, told, released }) => {
      version.tell({ type: 'start', role: 'testing', release: release(2) });
      await eventually('it has failed', () => told.some(({ type }) => type === 'resync'));
      await eventually('the servlet is ended', () => isEnded);
      expect(released, 'ports the servlet itself gives back').to.deep.equal([]);
    });
  });
});

interface Stage {
  readonly version: Address<VersionMessage>;
  readonly told: readonly DeployerMessage[];
  readonly released: readonly number[];
}

/** A version, given up when one message takes it 200 ms, whose servlets are as the spec says. */
async function withVersion(
  servlet: ChildSpec<ServletMessage>,
  use: (stage: Stage) => Promise<void>,
): Promise<void> {
  const told: DeployerMessage[] = [];
  const released: number[] = [];
  await withWorld(async ({ system }) => {
    const version = await system.spawn<VersionMessage>({
      name: 'version-shop-2',
      keepChildren: true,
      handlerTimeoutMs: 200,
      onHang: 'crash',
      behaviour: () =>
        versionActor({
          name: 'shop-2',
          deployer: { path: '/vili/deployer', tell: (message) => told.push(message) > 0 },
          stage: () => Promise.resolve(),
          prepareInstance: () =>
            Promise.resolve({
              instance: INSTANCE,
              target: { instance: INSTANCE.id, host: '127.0.0.1', port: 1 },
            }),
          releasePort: (port) => released.push(port),
          linkInstance: () => Promise.resolve(),
          servletSpec: () => servlet,
          alive: () => [],
          backoff: () => 1,
          resetAfterMs: 1,
          now: Date.now,
          journal: QUIET,
        }),
    });
    await use({ version, told, released });
  });
}

/** Ends when the spec says so. */
function deafServlet(): Behaviour<ServletMessage, null> {
  return { start: () => null, handle: (state) => state };
}
