import { expect } from 'chai';
import type { DeployerMessage, ServletMessage, VersionMessage } from '../../actors/messages.ts';
import { versionActor } from '../../actors/version-actor.ts';
import { ActorSystem, type Behaviour } from '../../lib/actor/index.ts';
import type { Instance } from '../../lib/base/instance.ts';
import { exitLetDown } from '../../lib/servlet/exit.ts';
import { release } from '../lib/deployment/world.ts';
import { until } from '../support/actor-world.ts';
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
    const told: DeployerMessage[] = [];
    const system = new ActorSystem({ onFatal: () => undefined });
    const version = await system.spawn<VersionMessage>({
      name: 'version-shop-2',
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
          releasePort: () => undefined,
          linkInstance: () => Promise.resolve(),
          servletSpec: () => ({ name: 'servlet-1', behaviour: deafServlet }),
          alive: () => [],
          backoff: () => 1,
          resetAfterMs: 1,
          now: Date.now,
          journal: QUIET,
        }),
    });
    try {
      const of = { role: 'test', instance: INSTANCE.id } as const;
      version.tell({ type: 'start', role: 'test', release: release(2) });
      version.tell({ type: 'stop', role: 'test' });
      version.tell({ type: 'servlet-unhealthy', ...of, problem: 'hung up', cause: 'vili' });
      version.tell({ type: 'servlet-exited', ...of, exit: exitLetDown('hung up', 0) });
      await until('it is told', () => told.some(({ type }) => type === 'servlet-stopped'));
      expect(told.filter(({ type }) => type === 'servlet-down')).to.deep.equal([]);
    } finally {
      await system.stop(1000);
    }
  });
});

/** Ends when the spec says so. */
function deafServlet(): Behaviour<ServletMessage, null> {
  return { start: () => null, handle: (state) => state };
}
