import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Daemon, MAIN, NODE_FLAGS } from '../support/daemon.ts';
import { DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { DOWNLOAD_BYTES } from '../support/mixed-app.ts';
import { MixedTraffic } from '../support/mixed-traffic.ts';
import {
  standing,
  startTest,
  UPGRADE_SETTINGS,
  untilAlone,
  untilRoom,
  untilUpgraded,
  upgrade,
} from '../support/upgrades.ts';

const RATE = 40;
const GONE_MS = 60_000;
/** Far beyond what the busiest machine needs. */
const ECHO_MS = 60_000;
const THIS_PROGRAM = `await import(${JSON.stringify(MAIN)});`;

describe('A daemon that is upgraded', function () {
  this.timeout(240_000);

  for (const [processes, times] of [
    ['1', 3],
    ['2', 1],
  ] as const) {
    it(`${times} times in a row fails no user and restarts no servlet, and its test goes on (gate.processes ${processes})`, async () => {
      await withWorld({ ...UPGRADE_SETTINGS, gate_processes: processes }, async (world) => {
        const daemon = await startTest(world);
        const traffic = new MixedTraffic(world.port, RATE);
        try {
          let before = await standing(daemon);
          for (let round = 1; round <= times; round++) {
            await untilRoom(daemon);
            const upgraded = await upgrade(world);
            expect(upgraded, upgraded.stdout).to.include({ code: 0, stderr: '' });
            const after = await standing(daemon, before.pairs);
            expect(after.vili, `after upgrade ${round}`).to.not.equal(before.vili);
            expect(upgraded.stdout).to.contain(`(pid ${after.vili}) serves`);
            expect(after.servlets).to.deep.equal(before.servlets);
            expect(after.restarts).to.deep.equal([0, 0]);
            before = after;
          }
          const { failures, ok } = await traffic.stop();
          expect(failures).to.deep.equal([]);
          for (const [kind, count] of Object.entries(ok)) expect(count, kind).to.be.above(0);
          await untilAlone(daemon);
        } finally {
          await traffic.stop();
        }
      });
    });
  }

  it('by SIGUSR2 keeps the connections it has, and the new one stops both in order', async () => {
    await withWorld(UPGRADE_SETTINGS, async (world) => {
      const daemon = await startTest(world);
      const { running } = await daemon.client.status();
      const tunnel = await openTunnel(world.port);
      process.kill(daemon.pid, 'SIGUSR2');
      const { older } = await untilUpgraded(daemon);
      expect(older).to.deep.equal([daemon.pid]);
      const { vili, running: after } = await daemon.client.status();
      expect(vili.pid).to.not.equal(daemon.pid);
      expect(after).to.include({ pid: running?.pid, state: 'ready' });
      const echo = once(tunnel, 'data', { signal: AbortSignal.timeout(ECHO_MS) });
      tunnel.write('still here');
      expect(String((await echo)[0])).to.equal('still here');
      tunnel.end();
      await untilAlone(daemon);
      const response = await fetch(`http://127.0.0.1:${world.port}/download`);
      await daemon.kill('SIGTERM');
      expect((await response.text()).length).to.equal(DOWNLOAD_BYTES);
      expect(await world.processes()).to.deep.equal([]);
    });
  });

  it('promotes and restarts what it took over like any other', async () => {
    await withWorld(UPGRADE_SETTINGS, async (world) => {
      const daemon = await startTest(world);
      expect(await upgrade(world)).to.include({ code: 0 });
      const { running } = await daemon.client.status();
      process.kill(running?.pid ?? 0, 'SIGKILL');
      await daemon.until(
        'running is another process',
        (status) => status.running?.state === 'ready' && status.running.pid !== running?.pid,
      );
      expect(await world.vili('promote', '--yes')).to.include({ code: 0 });
      await daemon.serving('shop-1.0.1');
      expect((await fetch(`http://127.0.0.1:${world.port}/items/1`)).status).to.equal(200);
    });
  });

  it('dies with its servlets when the new one is killed', async () => {
    await withWorld(UPGRADE_SETTINGS, async (world) => {
      const daemon = await startTest(world);
      expect(await upgrade(world)).to.include({ code: 0 });
      await daemon.kill('SIGKILL');
      await world.untilNoProcess(GONE_MS);
    });
  });
});

describe('An upgrade to a program that cannot take over', function () {
  this.timeout(240_000);

  const FAULTS = {
    'crashes at its start': `throw new Error('no such module');`,
    'is refused its settings': `process.argv.push('--set', 'drain.timeout=soon'); await import(${JSON.stringify(MAIN)});`,
    'ends when it has the servlets': at('prepared', 'process.exit(9)'),
    'is killed when it has the listening socket': at(
      'serving',
      `process.kill(process.pid, 'SIGKILL')`,
    ),
    'speaks another protocol': `const send = process.send.bind(process);
      process.send = (message, ...rest) => send({ ...message, ...(message.type === 'hello' && { protocol: 99 }) }, ...rest);
      await import(${JSON.stringify(MAIN)});`,
  };

  let world: DaemonWorld;
  let daemon: Daemon;
  let traffic: MixedTraffic;

  before(async () => {
    world = await DaemonWorld.create(UPGRADE_SETTINGS);
    daemon = await startTest(world, await installed(world, THIS_PROGRAM));
    traffic = new MixedTraffic(world.port, RATE);
  });
  after(async () => {
    await traffic?.stop();
    await world?.end();
  });

  for (const [fault, program] of Object.entries(FAULTS)) {
    it(`${fault}: the old one goes on as if nothing had been`, async () => {
      const before = await standing(daemon);
      const failedBefore = failuresTold(daemon);
      await installed(world, program);
      const upgraded = await upgrade(world);
      expect(upgraded.code, upgraded.stdout + upgraded.stderr).to.be.above(0);
      expect(failuresTold(daemon)).to.equal(failedBefore + 1);
      const after = await standing(daemon, before.pairs);
      expect(after).to.deep.include({ vili: before.vili, servlets: before.servlets });
    });
  }

  it('is followed by one that can, while no user noticed any of them', async () => {
    await installed(world, THIS_PROGRAM);
    expect(await upgrade(world)).to.include({ code: 0 });
    expect((await traffic.stop()).failures).to.deep.equal([]);
  });
});

// Private

function failuresTold({ output }: Daemon): number {
  return output.split('the upgrade failed, and this Vili goes on').length - 1;
}

/** A connection that was upgraded, and echoes. */
async function openTunnel(port: number): Promise<Socket> {
  const asked = request({
    host: '127.0.0.1',
    port,
    headers: { connection: 'Upgrade', upgrade: 'echo' },
  });
  asked.end();
  // Another response than the upgrade is no event that it waits for.
  const upgraded = once(asked, 'upgrade', { signal: AbortSignal.timeout(ECHO_MS) });
  const [, socket] = (await upgraded) as [IncomingMessage, Socket];
  return socket;
}

/** The real program, which does something else when it is about to send that message. */
function at(type: string, act: string): string {
  return `const send = process.send.bind(process);
    process.send = (message, ...rest) => (message.type === '${type}' ? ${act} : send(message, ...rest));
    await import(${JSON.stringify(MAIN)});`;
}

/** The program file that Vili is started with, as a new installation leaves it. */
async function installed(world: DaemonWorld, text: string): Promise<string> {
  const file = join(world.base, 'program.mjs');
  await world.arrive('program.mjs', `#!/usr/bin/env -S node ${NODE_FLAGS.join(' ')}\n${text}`);
  await chmod(file, 0o755);
  return file;
}
