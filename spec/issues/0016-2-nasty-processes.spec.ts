import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { attempt } from '../../lib/errors.ts';
import { identityOf, isAlive } from '../../lib/servlet/process/identity.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';
import { fixture, textOf } from '../support/servlets.ts';

const LAST_PID = '/proc/sys/kernel/ns_last_pid';
/** Other processes of the host take pids too. */
const REUSE_TRIES = 200;
const CHAIN = 30_000;
/** A chain that goes on is hundreds of processes further then. */
const QUIET_MS = 1000;

/** A service whose processes ignore what asks them to end, leave their session, and never stay for long. */
const NASTY = `#!/bin/sh
trap '' HUP TERM
setsid sh -c "trap '' HUP TERM; setsid sh -c 'trap \\"\\" HUP TERM; while :; do sleep 1; done' & \
  while :; do sleep 1; done" &
(setsid sh -c "trap '' HUP TERM; while :; do sleep 1; done" &)
setsid sh ${fixture('fork-loop.sh')} ${CHAIN} "$PWD/chain" &
exec ${process.execPath} -e '
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => {});
require("http").createServer((q, s) => s.end("ok")).listen(process.env.PORT, "127.0.0.1")'
`;

describe('After a kill of Vili', function () {
  this.timeout(180_000);

  it('no process is left that ignores signals, left its session, or is one of a chain', async () => {
    await withWorld({}, async (world) => {
      await service(world, NASTY);
      const first = world.start();
      const { running } = await first.serving('shop-1.0.0.d', 60_000);
      const chain = join(world.base, 'shop-1.0.0.d', running?.instance ?? '', 'chain');
      await eventually('the chain goes on', () => Number(textOf(chain) || CHAIN) < CHAIN - 10);
      await first.until('its processes', async () => (await world.processes()).length >= 4);
      const old = (await world.processes()).map(({ identity }) => identity);
      await first.kill();
      const second = world.start();
      await second.serving('shop-1.0.0.d', 60_000);
      expect(old.filter(isAlive)).to.deep.equal([]);
      const left = textOf(chain);
      await sleep(QUIET_MS);
      expect(textOf(chain)).to.equal(left);
      await second.kill('SIGTERM');
      await world.untilNoProcess();
    });
  });

  it('a stranger that has the pid of a servlet by now is left alone', async function () {
    if (!isWritable(LAST_PID)) this.skip();
    await withWorld({}, async (world) => {
      const first = await world.startServing();
      const pid = (await first.client.status()).running?.pid ?? 0;
      const servlet = identityOf(pid);
      await first.kill();
      await eventually('the servlet is gone', () => servlet !== null && !isAlive(servlet));
      const stranger = await processWith(pid);
      if (stranger === null) return this.skip();
      const ended = once(stranger, 'exit');
      try {
        const identity = identityOf(pid);
        const second = world.start();
        await second.serving('shop-1.0.0', 60_000);
        expect(identity !== null && isAlive(identity)).to.equal(true);
        expect(second.output).to.match(
          new RegExp(`left process ${pid} alone: .*now belongs to another process, sleep`),
        );
      } finally {
        stranger.kill('SIGKILL');
        await ended;
      }
    });
  });
});

// Private

async function service(world: DaemonWorld, text: string): Promise<void> {
  await world.write('shop-1.0.0', text);
  await chmod(join(world.base, 'shop-1.0.0'), 0o755);
}

function isWritable(path: string): boolean {
  return attempt(() => accessSync(path, constants.W_OK) === undefined, false);
}

/** A process with that very pid; null when others are always faster, or the kernel does not let it be chosen. */
async function processWith(pid: number): Promise<ChildProcess | null> {
  for (let tries = 0; tries < REUSE_TRIES; tries++) {
    if (!attempt(() => writeFileSync(LAST_PID, String(pid - 1)) === undefined, false)) return null;
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    await once(child, 'spawn');
    if (child.pid === pid && isSleep(pid)) return child;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  return null;
}

/** Until it is, the new process still has the name of its parent. */
function isSleep(pid: number): boolean {
  return attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8'), '').trim() === 'sleep';
}
