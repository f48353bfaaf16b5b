import { once } from 'node:events';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { stageRelease } from '../../lib/base/arrival/stage.ts';
import { layoutOf } from '../../lib/base/names/layout.ts';
import { ViliError } from '../../lib/errors.ts';
import { faultOf } from '../../lib/model/fault.ts';
import { exitPlaceFault } from '../../lib/servlet/process/exit.ts';
import { type Slots, slotsOf } from '../../lib/servlet/slot-draft.ts';
import { slotTransition } from '../../lib/servlet/slots.ts';
import { reason, release, worldWith } from '../lib/deployment/world.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { withTempFolder } from '../support/temp-folder.ts';

/** A daemon goes through several versions on a machine that is busy with other things. */
const LIMIT_MS = 60_000;

const AWAY_MS = 2000;
/** A loopback address that is not the usual one. */
const ELSEWHERE = '127.0.0.2';
const NEVER = new Set(['rejected', 'rolled-back', 'refused', 'crashed']);

describe('A fault of the place', () => {
  it('is told from a fault of the version by its innermost known cause', () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const of = (code: string, cause?: unknown): string =>
      faultOf(new ViliError(code, 'text', cause === undefined ? {} : { cause }));
    expect(of('VILI_STAGE_FAILED', full)).to.equal('place');
    expect(of('VILI_INSTANCE_FAILED', full)).to.equal('place');
    expect(of('VILI_PORTS_EXHAUSTED')).to.equal('place');
    expect(of('VILI_PROPERTIES_UNREADABLE', full)).to.equal('place');
    expect(of('VILI_STAGE_FAILED')).to.equal('version');
    expect(of('VILI_SERVER_FILE_TRUNCATED', full)).to.equal('version');
    expect(of('VILI_SERVER_FILE_GONE', full)).to.equal('version');
    for (const code of ['EDQUOT', 'EMFILE', 'ENFILE', 'EIO', 'EROFS', 'EACCES', 'ENOMEM', 'EAGAIN'])
      expect(faultOf(Object.assign(new Error(code), { code })), code).to.equal('place');
    expect(faultOf(new Error('unknown'))).to.equal('version');
  });

  it('does not make a copy that cannot be read now look like a server file that is gone', () =>
    withTempFolder(async (base) => {
      const layout = layoutOf(base, 'shop');
      await mkdir(join(base, 'shop-1'));
      const gone = await stageRelease(layout, release(1)).catch((error: unknown) => error);
      expect(gone).to.have.property('code', 'VILI_SERVER_FILE_GONE');
      expect(faultOf(gone)).to.equal('version');
      // Reading the first page of a process's memory fails as a broken disk does, with EIO.
      await symlink('/proc/self/mem', layout.serverCopy(release(1)));
      const broken = await stageRelease(layout, release(1)).catch((error: unknown) => error);
      expect(faultOf(broken)).to.equal('place');
    }));

  it('is waited out by a copy, which one timer tries again until it is no longer wanted', () => {
    const slots = new Copies();
    slots.send({ type: 'stage', release: release(2) });
    slots.take('stage');
    for (const failures of [1, 2, 3]) {
      slots.send({ type: 'stage-failed', problem: 'ENOSPC', fault: 'place' });
      expect(slots.take('stage-later')).to.deep.equal([{ type: 'stage-later', failures }]);
      slots.send({ type: 'stage-due' });
      expect(slots.take('stage')).to.have.length(1);
    }
    expect(slots.warnings, 'one line for one problem').to.have.length(1);
    slots.send({ type: 'stage-failed', problem: 'EDQUOT', fault: 'place' });
    expect(slots.warnings).to.have.length(2);
    slots.take('stage-later');
    slots.send({ type: 'stage', release: release(2) });
    slots.send({ type: 'stage-failed', problem: 'EDQUOT', fault: 'place' });
    expect(slots.take('stage-later'), 'a second timer').to.deep.equal([]);
    slots.send({ type: 'stop', role: 'testing' });
    slots.take('stage');
    slots.send({ type: 'stage-due' });
    expect(slots.take('stage'), 'a copy that nobody wants').to.deep.equal([]);
  });

  it('ends a servlet without blame, whatever its role', () => {
    for (const role of ['running', 'testing'] as const) {
      const slots = new Copies();
      slots.send({ type: 'start', release: release(2), role });
      slots.send({ type: 'launched', role, ...prepared(role) });
      const exit = exitPlaceFault('pid file cannot be written: /base/pid', 0);
      slots.send({ type: 'servlet-exited', role, instance: prepared(role).instance.id, exit });
      const [down] = slots.take('report');
      expect(down).to.have.nested.property('report.cause', 'place');
      expect(slots.take('launch-later')).to.have.length(1);
    }
  });

  it('never ends a test, a promotion or a probation, however often and whenever it is met', () => {
    const step = fc.record({ kind: fc.nat(4), n: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = worldWith(1);
        world.drop(2, 1);
        for (const { kind, n } of steps) {
          world.nowMs += n;
          const keys = [...world.servlets.keys()];
          const waiting = world.pending[n % Math.max(1, world.pending.length)];
          if (kind === 0 && waiting?.type === 'staged') world.happen(n, false);
          else if (kind <= 1) world.happen(n, true);
          else if (kind === 2) world.crash(keys[n % Math.max(1, keys.length)] ?? '', 'place');
          else if (kind === 3) {
            const reasons = [reason('seen')];
            world.tell({
              type: 'verdict',
              name: 'shop-2',
              decision: 'promote',
              by: 'vili',
              reasons,
            });
          } else world.boot();
        }
        world.settle();
        const blamed = world.history.filter(({ event }) => NEVER.has(event));
        expect(blamed.map((it) => `${it.event} ${it.version}`)).to.deep.equal([]);
        const { running, testing } = world.state;
        expect([running, testing].map((it) => it?.release.name)).to.include('shop-2');
      }),
      { numRuns: 1000 },
    );
  });

  it('is in the history once, and again only when it lasts', () => {
    const world = worldWith(1);
    const fail = (): void => {
      world.nowMs += 60_000;
      world.crash('shop-1 running', 'place');
    };
    const delays = (): number => world.history.filter(({ event }) => event === 'delayed').length;
    for (let minute = 0; minute < 9; minute++) fail();
    expect(delays()).to.equal(1);
    for (let minute = 0; minute < 11; minute++) fail();
    expect(delays()).to.equal(2);
    world.settle();
    fail();
    expect(delays(), 'a new delay').to.equal(3);
  });

  it('holds up a test and a promotion while the properties file is away, and neither ends', () =>
    withWorld({ properties_file_name: 'shop.properties' }, async (world) => {
      const file = join(world.base, 'shop.properties');
      await writeFile(file, 'server.port=1\n');
      const daemon = await world.startServing();
      await rename(file, `${file}.away`);
      await world.drop('1.1.0');
      const delayed = await daemon.recorded('delayed', 'shop-1.1.0');
      expect(delayed.reasons[0]).to.match(/shop\.properties.*not held against the version/);
      await rename(`${file}.away`, file);
      await daemon.testing('shop-1.1.0');
      await rename(file, `${file}.away`);
      expect((await world.vili('promote', '--yes')).code).to.equal(0);
      await daemon.until('the promotion waits', ({ testing }) => testing?.state === 'backoff');
      await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
      await rename(`${file}.away`, file);
      await daemon.serving('shop-1.1.0');
      await rename(file, `${file}.away`);
      await killRunning(daemon.client);
      const { event } = await daemon.recorded('rolled-back', 'shop-1.1.0');
      expect(event, 'it ended by itself, which is its own fault').to.equal('rolled-back');
    })).timeout(LIMIT_MS);

  it('holds up a promotion while all ports are taken', () =>
    withWorld({}, async (world) => {
      const daemon = await world.startServing();
      await world.drop('1.1.0');
      await daemon.testing('shop-1.1.0');
      const holders = await holdPorts(world);
      try {
        expect((await world.vili('promote', '--yes')).code).to.equal(0);
        const { reasons } = await daemon.recorded('delayed', 'shop-1.1.0');
        expect(reasons[0]).to.contain('no free port in port_range');
        expect((await daemon.client.status()).phase).to.equal('promoting');
      } finally {
        for (const holder of holders) holder.close();
      }
      await daemon.serving('shop-1.1.0');
      const history = await daemon.client.history();
      expect(history.map(({ event }) => event)).not.to.include.members(['rejected']);
    })).timeout(LIMIT_MS);
});

// Private

/** The slots of one version with what they ask for. */
class Copies {
  #state: Slots = slotsOf([]);
  #commands: { readonly type: string }[] = [];
  readonly warnings: string[] = [];

  send(event: Parameters<typeof slotTransition>[1]): void {
    const rules = { name: 'shop-2', nowMs: 0, resetAfterMs: 100 };
    const { state, commands } = slotTransition(this.#state, event, rules);
    this.#state = state;
    this.#commands.push(...commands);
    for (const command of commands) if (command.type === 'warn') this.warnings.push(command.text);
  }

  take(type: string): { readonly type: string }[] {
    const taken = this.#commands.filter((command) => command.type === type);
    this.#commands = this.#commands.filter((command) => command.type !== type);
    return taken;
  }
}

function prepared(role: string) {
  const id = `shop-2/1_${role}`;
  const paths = { folder: '', serverFile: '', stdOut: '', stdErr: '', pidFile: '', jsonLog: '' };
  return {
    instance: { id, number: 1, ...paths },
    target: { instance: id, host: '127.0.0.1', port: 1 },
  };
}

async function killRunning(client: {
  status(): Promise<{ running: { pid: number | null } | null }>;
}): Promise<void> {
  const { running } = await client.status();
  if (running?.pid) process.kill(running.pid, 'SIGKILL');
}

/**
 * Takes every port of the range, those of the servlets too: on a loopback address that is not theirs, so that none is
 * free for a successor from the moment on in which its servlet ends.
 */
function holdPorts({ ports }: DaemonWorld): Promise<readonly Server[]> {
  const all = Array.from({ length: ports.to - ports.from + 1 }, (_, index) => ports.from + index);
  return Promise.all(all.map(hold));
}

async function hold(port: number): Promise<Server> {
  const server = createServer().listen({ port, host: ELSEWHERE, exclusive: true });
  await once(server, 'listening');
  return server;
}
