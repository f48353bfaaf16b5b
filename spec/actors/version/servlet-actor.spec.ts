import { expect } from 'chai';
import type {
  LogTailerMessage,
  ServletMessage,
  TrafficMirrorMessage,
  VersionMessage,
} from '../../../actors/messages.ts';
import { type ServletDeps, servletActor } from '../../../actors/version/servlet-actor.ts';
import { ViliError } from '../../../lib/errors.ts';
import { type Exit, exitInfrastructureFailure } from '../../../lib/servlet/process/exit.ts';
import type { ProcessRegistry, Servlet } from '../../../lib/servlet/process/registry.ts';
import {
  deferred,
  inbox,
  recordingJournal,
  type Stage,
  withActor,
} from '../../support/actor-kit.ts';
import { withWorld } from '../../support/actor-world.ts';
import { eventually } from '../../support/eventually.ts';

const NOW_MS = 1_800_000_000_000;
const ID = 'shop-2/1_running';
const PATHS = { folder: '', serverFile: '', stdOut: '', stdErr: '', pidFile: '', jsonLog: '' };
const INSTANCE = { id: ID, number: 1, ...PATHS };
const TARGET = { instance: ID, host: '127.0.0.1', port: 9001 };
const EXIT: Exit = {
  code: 1,
  signal: null,
  atMs: NOW_MS,
  text: 'exited with code 1',
  kind: 'exit',
};
const READY = {
  type: 'servlet-ready',
  role: 'running',
  target: TARGET,
  pid: 4711,
  startedAt: '2027-01-15T08:00:00.000Z',
};

describe('A servlet actor', () => {
  it('starts a process with its log tailer, and reports when it is ready', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ system, actor }) => {
      expect(system.find(`${actor.path}/log-tailer`)).not.to.equal(undefined);
      expect(fixture.version.messages).to.deep.equal([]);
      fixture.ready.resolve(120);
      expect(await fixture.version.next('servlet-ready')).to.deep.equal(READY);
      expect(fixture.registry.get(ID)).to.include({ readyAtMs: NOW_MS });
      expect(fixture.journal.lines).to.deep.equal([`info ${ID} is ready after 120 ms`]);
    });
  });

  it('reports its readiness again when asked, but not before it is ready', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor }) => {
      actor.tell({ type: 'report' });
      fixture.ready.resolve(1);
      await fixture.version.next('servlet-ready');
      actor.tell({ type: 'report' });
      await eventually('a second report', () => fixture.version.messages.length === 2);
      expect(fixture.version.messages).to.deep.equal([READY, READY]);
    });
  });

  it('reports a process that does not get ready at once, stops it, and reports its end last', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      fixture.ready.reject(new Error('not ready within 30 s'));
      const unhealthy = await fixture.version.next('servlet-unhealthy');
      expect(unhealthy).to.include({ problem: 'not ready within 30 s', cause: 'crashed' });
      await fixture.version.next('servlet-exited');
      expect(fixture.version.types()).to.deep.equal(['servlet-unhealthy', 'servlet-exited']);
      expect(fixture.log).to.deep.equal(['spawn', 'stop', 'forget']);
    });
  });

  it('stops a process that no longer responds', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      fixture.ready.resolve(1);
      await fixture.version.next('servlet-ready');
      fixture.failLiveness('no response 3 times: timeout');
      await fixture.version.next('servlet-exited');
      const types = ['servlet-ready', 'servlet-unhealthy', 'servlet-exited'];
      expect(fixture.version.types()).to.deep.equal(types);
    });
  });

  it('ends the whole process tree before it reports an end that nobody asked for', async () => {
    const fixture = new Fixture();
    const stopped = deferred<string | null>();
    fixture.stopProcess = () => stopped.promise;
    await fixture.run(async ({ system }) => {
      fixture.exited.resolve(EXIT);
      await eventually('the tree is being stopped', () => fixture.log.includes('stop'));
      expect(fixture.version.messages).to.deep.equal([]);
      stopped.resolve(null);
      const { exit, instance } = await fixture.version.next('servlet-exited');
      expect([exit, instance]).to.deep.equal([EXIT, ID]);
      await eventually('the actor has ended', () => system.find('/vili/actor') === undefined);
      expect(fixture.log.at(-1)).to.equal('forget');
    });
  });

  it('drains before it stops when told so, even when the drain fails', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor }) => {
      fixture.ready.resolve(1);
      actor.tell({ type: 'stop', drain: true });
      const { reply, target, timeoutMs } = await fixture.trafficMirror.next('drain');
      expect([target, timeoutMs]).to.deep.equal([TARGET, 5]);
      expect(fixture.log).not.to.include('stop');
      reply.tell({ finished: 2, cut: 0 });
      await fixture.version.next('servlet-exited');
    });
    const unheard = new Fixture();
    await unheard.run(async ({ actor }) => {
      unheard.ready.resolve(1);
      await unheard.version.next('servlet-ready');
      unheard.trafficMirror.tell = () => false;
      actor.tell({ type: 'stop', drain: true });
      await unheard.version.next('servlet-exited');
    });
  });

  it('stops at once without a drain, and only once', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor }) => {
      actor.tell({ type: 'stop', drain: false });
      actor.tell({ type: 'stop', drain: false });
      await fixture.version.next('servlet-exited');
      expect(fixture.log.filter((it) => it === 'stop')).to.have.length(1);
      expect(fixture.trafficMirror.messages).to.deep.equal([]);
    });
  });

  it('reports a process that cannot be started as one that never ran', async () => {
    const fixture = new Fixture();
    fixture.spawnProcess = () => Promise.reject(new Error('java is not in PATH'));
    await fixture.run(async () => {
      const { exit } = await fixture.version.next('servlet-exited');
      expect(exit).to.include({ kind: 'not-started', text: 'java is not in PATH', atMs: NOW_MS });
      expect(fixture.log).to.deep.equal(['spawn', 'forget']);
    });
  });

  it('blames Vili, not the version, when the launcher was lost', async () => {
    const fixture = new Fixture();
    const lost = new ViliError('VILI_KEEPER_LOST', 'the launcher has ended');
    fixture.spawnProcess = () => Promise.reject(lost);
    await fixture.run(async () => {
      const { exit } = await fixture.version.next('servlet-exited');
      expect(exit.kind).to.equal('infrastructure-failure');
    });
    const hungUp = new Fixture();
    await hungUp.run(async () => {
      hungUp.exited.resolve(exitInfrastructureFailure('hung up', NOW_MS));
      expect(await hungUp.version.next('servlet-unhealthy')).to.include({ cause: 'vili' });
    });
  });

  it('takes its process over after a restart, without a second start', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ crash, actor }) => {
      fixture.ready.resolve(1);
      await fixture.version.next('servlet-ready');
      await crash();
      await eventually('it is ready again', () => fixture.version.messages.length === 2);
      expect(fixture.log).to.deep.equal(['spawn']);
      actor.tell({ type: 'stop', drain: false });
      await fixture.version.next('servlet-exited');
    });
  });

  it('reports an end that it missed during a restart, instead of starting another process', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ system, actor }) => {
      fixture.registry.delete(ID);
      system.crash(actor.path);
      const { exit } = await fixture.version.next('servlet-exited');
      expect(exit).to.include({ kind: 'not-started', text: 'its end was missed' });
      expect(fixture.log.filter((it) => it === 'spawn')).to.have.length(1);
    });
  });

  it('ends a process that was started too late, when the actor was ended meanwhile', async () => {
    const fixture = new Fixture();
    const spawned = deferred<Servlet>();
    fixture.spawnProcess = () => spawned.promise;
    await withWorld(async ({ system }) => {
      const behaviour = (): ReturnType<typeof servletActor> => servletActor(fixture.deps());
      const spawning = system.spawn<ServletMessage>({ name: 'servlet-1', behaviour });
      spawning.catch(() => undefined);
      await eventually('it is being started', () => fixture.log.includes('spawn'));
      await system.stop(1);
      spawned.resolve(fixture.process);
      await eventually('it is forgotten', () => fixture.log.includes('forget'));
    });
    expect(fixture.log).to.deep.equal(['spawn', 'stop', 'forget']);
  });

  it('logs why a start script could not pass on a signal, and what remained of a process', async () => {
    const fixture = new Fixture();
    fixture.warning = 'its start script does not pass signals on';
    fixture.stopProcess = () => Promise.resolve('left processes that cannot be ended: 12');
    await fixture.run(async ({ actor }) => {
      fixture.ready.resolve(1);
      await eventually('it is logged', () => fixture.journal.lines.length === 2);
      actor.tell({ type: 'stop', drain: false });
      await eventually('that too', () => fixture.journal.lines.length === 3);
      expect(fixture.journal.lines.slice(1)).to.deep.equal([
        `warn ${ID}: its start script does not pass signals on`,
        'warn left processes that cannot be ended: 12',
      ]);
    });
  });
});

// Private

/** A servlet actor whose process is simulated; `log` has what was done to it. */
class Fixture {
  readonly version = inbox<VersionMessage>('/vili/version');
  trafficMirror = { ...inbox<TrafficMirrorMessage>('/vili/traffic-mirror') };
  readonly journal = recordingJournal();
  readonly registry: ProcessRegistry = new Map();
  readonly log: string[] = [];
  readonly ready = deferred<number>();
  readonly exited = deferred<Exit>();
  warning: string | null = null;
  failLiveness = (_problem: string): void => {};
  readonly process = {
    id: ID,
    pid: READY.pid,
    startedAt: READY.startedAt,
    exited: this.exited.promise,
  } as Servlet;
  spawnProcess = (): Promise<Servlet> => Promise.resolve(this.process);
  stopProcess = (): Promise<string | null> => {
    this.exited.resolve(EXIT);
    return Promise.resolve(null);
  };

  run(use: (stage: Stage<ServletMessage>) => Promise<void>): Promise<void> {
    return withActor(() => servletActor(this.deps()), use, { restart: 'transient' });
  }

  deps(): ServletDeps {
    return {
      version: 'shop-2',
      role: 'running',
      instance: INSTANCE,
      target: TARGET,
      registry: this.registry,
      forget: () => void this.log.push('forget'),
      parent: this.version,
      trafficMirror: this.trafficMirror,
      drainTimeoutMs: 5,
      spawnProcess: () => {
        this.log.push('spawn');
        return this.spawnProcess();
      },
      stopProcess: () => {
        this.log.push('stop');
        return this.stopProcess();
      },
      awaitReady: () => this.ready.promise,
      drainWarning: () => Promise.resolve(this.warning),
      watchLiveness: (onUnhealthy) => (this.failLiveness = onUnhealthy),
      logTailerSpec: () => ({
        name: 'log-tailer',
        behaviour: () => ({
          start: () => null,
          handle: (_state, _message: LogTailerMessage) => null,
        }),
      }),
      now: () => NOW_MS,
      journal: this.journal,
    };
  }
}
