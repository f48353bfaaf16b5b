import { expect } from 'chai';
import type { DeployerMessage, ServletMessage, VersionMessage } from '../../../actors/messages.ts';
import { type VersionDeps, versionActor } from '../../../actors/version/version-actor.ts';
import type { ChildSpec } from '../../../lib/actor/index.ts';
import { exitInfrastructureFailure } from '../../../lib/servlet/process/exit.ts';
import type { Prepared } from '../../../lib/servlet/slot-events.ts';
import { release } from '../../lib/deployment/world.ts';
import { inbox, recordingJournal, type Stage, withActor } from '../../support/actor-kit.ts';
import { eventually } from '../../support/eventually.ts';

const ID = 'shop-2/1_test';
const PATHS = { folder: '', serverFile: '', stdOut: '', stdErr: '', pidFile: '', jsonLog: '' };
const PREPARED: Prepared = {
  instance: { id: ID, number: 1, ...PATHS },
  target: { instance: ID, host: '127.0.0.1', port: 9001 },
};
const OF = { role: 'testing', instance: ID } as const;
const START: VersionMessage = { type: 'start', role: 'testing', release: release(2) };
const STOP: VersionMessage = { type: 'stop', role: 'testing' };
const READY: VersionMessage = {
  type: 'servlet-ready',
  role: 'testing',
  target: PREPARED.target,
  pid: 7,
  startedAt: '2027-01-15T08:00:00.000Z',
};

describe('A version', () => {
  it('stages its file and reports it, or the reason why not', async () => {
    const fixture = new Fixture();
    let failures = 1;
    const stage = (): Promise<void> =>
      failures-- > 0 ? Promise.reject(new Error('disk full')) : Promise.resolve();
    await fixture.run(
      async ({ actor }) => {
        actor.tell({ type: 'stage', release: release(2) });
        const { name, problem } = await fixture.deployer.next('stage-failed');
        expect([name, problem]).to.deep.equal(['shop-2', 'disk full']);
        actor.tell({ type: 'stage', release: release(2) });
        expect(await fixture.deployer.next('staged')).to.include({ name: 'shop-2' });
      },
      { stage },
    );
  });

  it('starts a servlet as its child, reports it ready, and shows it to people', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor, system }) => {
      actor.tell(START);
      await eventually('the servlet lives', () => system.find(`${actor.path}/servlet-1`) ?? null);
      actor.tell(READY);
      const { name, role, target } = await fixture.deployer.next('servlet-ready');
      expect([name, role, target]).to.deep.equal(['shop-2', 'testing', PREPARED.target]);
      await eventually('it is shown', () => fixture.states().includes('ready'));
      expect(fixture.states()).to.deep.equal(['stopped', 'starting', 'ready']);
    });
  });

  it('tells its servlet to stop', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor }) => {
      actor.tell(START);
      actor.tell(STOP);
      await eventually('the servlet has it', () => fixture.servlet.length === 1);
      expect(fixture.servlet).to.deep.equal([{ type: 'stop', drain: false }]);
    });
  });

  it('gives the port back when a servlet cannot be spawned, and tries again after a pause', async () => {
    const fixture = new Fixture();
    let failures = 2;
    fixture.servletSpec = (): ChildSpec<ServletMessage> => {
      if (failures-- > 0) throw new Error('no such command');
      return fixture.recordingServlet();
    };
    await fixture.run(async ({ actor, system }) => {
      actor.tell(START);
      await eventually('the servlet lives', () => system.find(`${actor.path}/servlet-1`) ?? null);
      expect(fixture.released).to.deep.equal([9001, 9001]);
      expect(fixture.pauses).to.deep.equal([1, 2]);
      const line = 'warn shop-2 (testing) cannot be started: no such command';
      expect(fixture.journal.lines).to.deep.equal([`${line}; it is tried again by itself`]);
    });
  });

  it('takes no port when an instance cannot be prepared', async () => {
    const fixture = new Fixture();
    const prepareInstance = (): Promise<never> => Promise.reject(new Error('no free port'));
    await fixture.run(
      async ({ actor }) => {
        actor.tell({ type: 'start', role: 'running', release: release(2) });
        const down = await fixture.deployer.next('servlet-down');
        expect(down).to.include({ problem: 'no free port', cause: 'crashed' });
        expect(fixture.released).to.deep.equal([]);
      },
      { prepareInstance },
    );
  });

  it('links the instance of a role, and logs when that fails', async () => {
    const fixture = new Fixture();
    const linked: string[] = [];
    const linkInstance: VersionDeps['linkInstance'] = (role, { id }) => {
      linked.push(`${role} ${id}`);
      return linked.length === 1 ? Promise.resolve() : Promise.reject(new Error('EROFS'));
    };
    await fixture.run(
      async ({ actor }) => {
        actor.tell({ type: 'link', role: 'testing' });
        actor.tell(START);
        actor.tell({ type: 'link', role: 'testing' });
        actor.tell({ type: 'link', role: 'testing' });
        await eventually('the failure is logged', () => fixture.journal.lines.length === 1);
        expect(linked).to.deep.equal([`testing ${ID}`, `testing ${ID}`]);
        expect(fixture.journal.lines[0]).to.contain(`links of ${ID} could not be set: EROFS`);
      },
      { linkInstance },
    );
  });

  it('reports that its servlet has stopped even when Vili failed it just then', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor }) => {
      actor.tell(START);
      actor.tell(STOP);
      actor.tell({ type: 'servlet-unhealthy', ...OF, problem: 'hung up', cause: 'vili' });
      const exit = exitInfrastructureFailure('hung up', 0);
      actor.tell({ type: 'servlet-exited', ...OF, exit });
      await fixture.deployer.next('servlet-stopped');
      expect(fixture.deployer.types()).not.to.include('servlet-down');
    });
  });

  it('ends itself when it is retired and nothing of it is left', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor, system }) => {
      actor.tell({ type: 'retire' });
      expect(await fixture.deployer.next('retired')).to.include({ name: 'shop-2' });
      await eventually('it has ended', () => system.find(actor.path) === undefined);
    });
  });

  it('finds its servlets again after a restart, and asks the deployer for its orders', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor, crash }) => {
      actor.tell(START);
      actor.tell(READY);
      await fixture.deployer.next('servlet-ready');
      fixture.alive = [{ role: 'testing', ...PREPARED }];
      await crash();
      await eventually('the servlet is asked', () => fixture.servlet.length === 1);
      expect(fixture.servlet).to.deep.equal([{ type: 'report' }]);
      expect(fixture.deployer.types()).to.include('resync');
      actor.tell(STOP);
      await eventually('the servlet is stopped', () => fixture.servlet.length === 2);
    });
  });

  it('ends a servlet that was starting when it failed itself, since nobody would know of it', async () => {
    const fixture = new Fixture();
    let isEnded = false;
    fixture.servletSpec = () => ({
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
    });
    await fixture.run(async ({ actor }) => {
      actor.tell(START);
      await fixture.deployer.next('resync');
      await eventually('the servlet is ended', () => isEnded);
      expect(fixture.released, 'ports the servlet itself gives back').to.deep.equal([]);
    });
  });
});

// Private

/** A version whose servlets are as the spec says; it is given up when one message takes it 200 ms. */
class Fixture {
  readonly deployer = inbox<DeployerMessage>('/vili/deployer');
  readonly journal = recordingJournal();
  readonly servlet: ServletMessage[] = [];
  readonly released: number[] = [];
  readonly pauses: number[] = [];
  alive: ReturnType<VersionDeps['alive']> = [];
  servletSpec = (): ChildSpec<ServletMessage> => this.recordingServlet();

  run(
    use: (stage: Stage<VersionMessage>) => Promise<void>,
    change: Partial<VersionDeps> = {},
  ): Promise<void> {
    const behaviour = (): ReturnType<typeof versionActor> =>
      versionActor({ ...this.#deps(), ...change });
    const hang = { handlerTimeoutMs: 200, onHang: 'crash' } as const;
    return withActor(behaviour, use, { keepChildren: true, restart: 'transient', ...hang });
  }

  states(): readonly string[] {
    return this.deployer.messages.flatMap((message) =>
      message.type === 'servlet-view' ? [message.view.state] : [],
    );
  }

  recordingServlet(): ChildSpec<ServletMessage> {
    return {
      name: 'servlet-1',
      behaviour: () => ({
        start: () => null,
        handle: (_state, message) => {
          this.servlet.push(message);
          return null;
        },
      }),
    };
  }

  #deps(): VersionDeps {
    return {
      name: 'shop-2',
      deployer: this.deployer,
      stage: () => Promise.resolve(),
      prepareInstance: () => Promise.resolve(PREPARED),
      releasePort: (port) => void this.released.push(port),
      linkInstance: () => Promise.resolve(),
      tellRole: () => Promise.resolve(),
      servletSpec: () => this.servletSpec(),
      alive: () => this.alive,
      backoff: (consecutive) => {
        this.pauses.push(consecutive);
        return 1;
      },
      resetAfterMs: 1000,
      now: () => 0,
      journal: this.journal,
    };
  }
}
