import { expect } from 'chai';
import fc from 'fast-check';
import type { Instance } from '../../../lib/base/instance/instance.ts';
import type { Role } from '../../../lib/model/role.ts';
import type { ServletFacts, VersionReport } from '../../../lib/model/servlet-facts.ts';
import { exitInfrastructureFailure, exitNotStarted } from '../../../lib/servlet/process/exit.ts';
import type { Prepared, SlotCommand, SlotEvent } from '../../../lib/servlet/slot-events.ts';
import { type Slots, slotsOf } from '../../../lib/servlet/slot-draft.ts';
import { slotTransition } from '../../../lib/servlet/slots.ts';
import { release } from '../deployment/world.ts';

const NAME = 'shop-2';
const RELEASE = release(2);
const ROLES: readonly Role[] = ['running', 'testing'];
const CRASH = { code: 1, signal: null, atMs: 0, text: 'exited with code 1', kind: 'exit' } as const;

describe('The slots of a version', () => {
  it('report a servlet that is started and ready', () => {
    const world = new World();
    world.send({ type: 'start', role: 'testing', release: RELEASE });
    world.settle();
    expect(world.reported()).to.deep.equal(['servlet-ready testing']);
    expect(world.shown('testing')).to.include({ state: 'ready', instance: '1_testing', pid: 1 });
  });

  it('report a ready servlet again when it is started a second time, and launch no other', () => {
    const world = new World();
    world.send({ type: 'start', role: 'running', release: RELEASE });
    world.settle();
    world.send({ type: 'start', role: 'running', release: RELEASE });
    world.settle();
    expect(world.reported()).to.deep.equal(['servlet-ready running', 'servlet-ready running']);
    expect(world.launches).to.equal(1);
  });

  it('drain a running servlet that is ready, and no other', () => {
    const world = new World();
    for (const role of ROLES) world.send({ type: 'start', role, release: RELEASE });
    world.settle();
    for (const role of ROLES) world.send({ type: 'stop', role });
    expect(world.drained).to.deep.equal([true, false]);
    world.settle();
    expect(world.reported().slice(2)).to.deep.equal([
      'servlet-stopped running',
      'servlet-stopped testing',
    ]);
  });

  it('launch a servlet again, later and later, when it keeps ending by itself', () => {
    const world = new World();
    world.send({ type: 'start', role: 'running', release: RELEASE });
    for (const failures of [1, 2, 3]) {
      world.step(0);
      world.exit('running', CRASH);
      expect(world.pauses.at(-1)).to.equal(failures);
      expect(world.shown('running')).to.include({ state: 'backoff', restarts: failures });
      world.step(0);
    }
    world.settle();
    expect(world.shown('running')).to.include({ state: 'ready', restarts: 3 });
  });

  it('count failures from one again after a servlet was ready for long enough', () => {
    const world = new World();
    world.send({ type: 'start', role: 'running', release: RELEASE });
    for (const round of [1, 2]) {
      world.settle();
      world.nowMs += 1000;
      world.exit('running', CRASH);
      expect(world.pauses, `round ${round}`).to.have.length(round).and.satisfy(allOnes);
    }
  });

  it('report an unhealthy servlet as down at once, and not again at its end', () => {
    const world = new World();
    world.send({ type: 'start', role: 'testing', release: RELEASE });
    world.settle();
    world.failProbes('testing');
    world.settle();
    const downs = world.reports.filter(({ type }) => type === 'servlet-down');
    expect(downs).to.deep.equal([
      {
        type: 'servlet-down',
        name: NAME,
        role: 'testing',
        problem: 'silent',
        cause: 'crashed',
      },
    ]);
    expect(world.pauses).to.deep.equal([1]);
  });

  it('call a testing servlet that never ran hopeless, a running one crashed', () => {
    const world = new World();
    for (const role of ROLES) {
      world.send({ type: 'start', role, release: RELEASE });
      world.exit(role, exitNotStarted('command not found: java', 0));
    }
    expect(world.causes()).to.deep.equal(['running crashed', 'testing hopeless']);
  });

  it('hold nothing against a version whose servlet Vili itself failed', () => {
    const world = new World();
    world.send({ type: 'start', role: 'testing', release: RELEASE });
    world.exit('testing', exitInfrastructureFailure('the launcher has ended', 0));
    expect(world.causes()).to.deep.equal(['testing vili']);
  });

  it('try a failed launch again, which is reported as a fault of the place for both roles', () => {
    const world = new World();
    world.launchFailures = 2;
    for (const role of ROLES) world.send({ type: 'start', role, release: RELEASE });
    expect(world.causes()).to.deep.equal(['running place', 'testing place']);
    world.settle();
    for (const role of ROLES) expect(world.shown(role).state).to.equal('ready');
  });

  it('launch a servlet anew after its end when it was started again while it stopped', () => {
    const world = new World();
    world.send({ type: 'start', role: 'testing', release: RELEASE });
    world.settle();
    world.send({ type: 'stop', role: 'testing' });
    world.send({ type: 'start', role: 'testing', release: RELEASE });
    world.settle();
    expect(world.launches).to.equal(2);
    expect(world.reported().at(-1)).to.equal('servlet-ready testing');
    expect(world.reported()).not.to.include('servlet-stopped testing');
  });

  it('ignore what an instance reports after it was replaced', () => {
    const world = new World();
    world.send({ type: 'start', role: 'running', release: RELEASE });
    world.settle();
    const before = world.state;
    const role = 'running';
    const instance = `${NAME}/99_running`;
    const target = { instance, host: '', port: 99 };
    world.send({ type: 'servlet-exited', role, instance, exit: CRASH });
    world.send({ type: 'servlet-unhealthy', role, instance, problem: '', cause: 'crashed' });
    world.send({ type: 'servlet-ready', role, target, pid: 99, startedAt: '' });
    expect(world.state).to.equal(before);
  });

  it('retire only when every copy and every servlet is gone', () => {
    const world = new World();
    world.send({ type: 'stage', release: RELEASE });
    world.send({ type: 'start', role: 'testing', release: RELEASE });
    world.send({ type: 'retire' });
    world.step(2);
    expect(world.reported()).to.deep.equal(['servlet-stopped testing']);
    world.settle();
    expect(world.reported().slice(1)).to.deep.equal(['staged', 'retired']);
    expect(world.isEnded).to.equal(true);
  });

  it('take over the servlets that are alive after a restart of the actor', () => {
    const world = new World();
    world.send({ type: 'start', role: 'running', release: RELEASE });
    world.settle();
    const { instance, target } = world.state.slots.running;
    if (instance === null || target === null) throw new Error('no instance');
    world.state = slotsOf([{ role: 'running', instance, target }]);
    const ready = { role: 'running', target, pid: 1, startedAt: '' } as const;
    world.send({ type: 'servlet-ready', ...ready });
    expect(world.shown('running').state).to.equal('ready');
    world.send({ type: 'stop', role: 'running' });
    world.settle();
    expect(world.reported().at(-1)).to.equal('servlet-stopped running');
  });

  it('keep at most one process per role and end as asked, over any interleaving of events', () => {
    const action = fc.record({ kind: fc.nat(9), n: fc.nat(20), role: fc.constantFrom(...ROLES) });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), fc.nat(3), (actions, last) => {
        const world = new World();
        for (const { kind, n, role } of actions) {
          world.nowMs += n * 10;
          if (kind <= 3) world.step(n);
          else if (kind === 4) world.send({ type: 'start', role, release: RELEASE });
          else if (kind === 5) world.send({ type: 'stop', role });
          else if (kind === 6) world.exit(role, n % 2 === 0 ? CRASH : exitNotStarted('gone', 0));
          else if (kind === 7) world.launchFailures += n % 2;
          else if (kind === 8) world.send({ type: 'stage', release: RELEASE });
          else world.failProbes(role);
        }
        for (const role of ROLES) {
          const isWanted = (last & (role === 'running' ? 1 : 2)) > 0;
          world.send(isWanted ? { type: 'start', role, release: RELEASE } : { type: 'stop', role });
          world.settle();
          expect(world.shown(role).state).to.equal(isWanted ? 'ready' : 'stopped');
          expect(world.alive(role)).to.have.length(isWanted ? 1 : 0);
        }
        world.send({ type: 'retire' });
        world.settle();
        expect(world.reported().filter((it) => it === 'retired')).to.have.length(1);
        for (const role of ROLES) expect(world.alive(role)).to.have.length(0);
      }),
      { numRuns: 1000 },
    );
  });
});

function allOnes(pauses: readonly number[]): boolean {
  return pauses.every((failures) => failures === 1);
}

/** Everything around the state machine, simulated: launches, processes, pauses, copies. */
class World {
  state: Slots = slotsOf([]);
  nowMs = 0;
  launches = 0;
  launchFailures = 0;
  isEnded = false;
  readonly reports: VersionReport[] = [];
  readonly pauses: number[] = [];
  readonly drained: boolean[] = [];
  readonly #pending: SlotEvent[] = [];
  readonly #processes = new Map<string, { readonly role: Role; readonly instance: Instance }>();
  readonly #shown = new Map<Role, ServletFacts>();

  send(event: SlotEvent): void {
    const step = slotTransition(this.state, event, {
      name: NAME,
      nowMs: this.nowMs,
      resetAfterMs: 500,
    });
    this.state = step.state;
    for (const command of step.commands) this.#carryOut(command);
  }

  /** The n-th pending event happens. */
  step(n: number): void {
    const [event] = this.#pending.splice(n % Math.max(1, this.#pending.length), 1);
    if (event !== undefined) this.send(event);
  }

  settle(): void {
    for (let i = 0; i < 500 && this.#pending.length > 0; i++) this.step(0);
    expect(this.#pending, 'events that never end').to.have.length(0);
  }

  /** The process of this role ends by itself. */
  exit(role: Role, exit: Extract<SlotEvent, { type: 'servlet-exited' }>['exit']): void {
    const [process] = this.alive(role);
    if (process === undefined) return;
    this.#processes.delete(process.instance.id);
    this.send({ type: 'servlet-exited', role, instance: process.instance.id, exit });
  }

  alive(role: Role): { readonly role: Role; readonly instance: Instance }[] {
    return [...this.#processes.values()].filter((it) => it.role === role);
  }

  /** Its process no longer responds, and is ended for it. */
  failProbes(role: Role): void {
    const [process] = this.alive(role);
    if (process === undefined) return;
    const instance = process.instance.id;
    this.send({ type: 'servlet-unhealthy', role, instance, problem: 'silent', cause: 'crashed' });
    this.#stop(instance);
  }

  reported(): string[] {
    return this.reports.map((it) => ('role' in it ? `${it.type} ${it.role}` : it.type));
  }

  causes(): string[] {
    return this.reports.flatMap((it) =>
      it.type === 'servlet-down' ? [`${it.role} ${it.cause}`] : [],
    );
  }

  shown(role: Role): ServletFacts {
    const facts = this.#shown.get(role);
    if (facts === undefined) throw new Error(`nothing is shown of ${role}`);
    return facts;
  }

  #carryOut(command: SlotCommand): void {
    switch (command.type) {
      case 'stage':
        this.#pending.push({ type: 'staged' });
        return;
      case 'tell-role':
        return;
      case 'stage-later':
        this.#pending.push({ type: 'stage-due' });
        return;
      case 'launch':
        return this.send(this.#launch(command.role));
      case 'launch-later':
        this.pauses.push(command.failures);
        this.#pending.push({ type: 'start-due', role: command.role });
        return;
      case 'stop-servlet':
        this.drained.push(command.drain);
        return this.#stop(command.instance.id);
      case 'report':
        this.reports.push(command.report);
        return;
      case 'show':
        this.#shown.set(command.facts.role, command.facts);
        return;
      case 'end':
        this.isEnded = true;
        return;
      case 'warn':
    }
  }

  #launch(role: Role): SlotEvent {
    expect(this.alive(role), `processes of ${role} at a launch`).to.have.length(0);
    if (this.launchFailures > 0) {
      this.launchFailures -= 1;
      return { type: 'launch-failed', role, problem: 'no free port', fault: 'place' };
    }
    const prepared = preparedOf(++this.launches, role);
    const { instance, target } = prepared;
    this.#processes.set(instance.id, { role, instance });
    const pid = instance.number;
    this.#pending.push({ type: 'servlet-ready', role, target, pid, startedAt: '' });
    return { type: 'launched', role, ...prepared };
  }

  #stop(id: string): void {
    const process = this.#processes.get(id);
    if (process === undefined) return;
    this.#processes.delete(id);
    const exit = { ...CRASH, text: 'ended as asked' };
    this.#pending.push({ type: 'servlet-exited', role: process.role, instance: id, exit });
  }
}

function preparedOf(number: number, role: Role): Prepared {
  const id = `${NAME}/${number}_${role}`;
  const paths = { folder: '', serverFile: '', stdOut: '', stdErr: '', pidFile: '', jsonLog: '' };
  return {
    instance: { id, number, ...paths },
    target: { instance: id, host: '127.0.0.1', port: number },
  };
}
