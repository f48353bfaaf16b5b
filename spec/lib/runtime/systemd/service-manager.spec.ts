import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  ServiceManager,
  type ServiceManagerOptions,
} from '../../../../lib/runtime/systemd/service-manager.ts';
import { eventually } from '../../../support/eventually.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const PID = 4711;
/** Listens as systemd does and prints every datagram on a line. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True:
    print(s.recv(4096).decode().replace(chr(10), ' ').strip(), flush=True)
`;

describe('The service manager', () => {
  it('is told nothing where none is', async () => {
    await withRecorder({}, async ({ manager, told }) => {
      manager.reloading();
      manager.ready();
      manager.stopping();
      await manager.flush();
      expect(await told()).to.deep.equal([]);
    });
  });

  it('is told what happens in its order, with nothing of the environment but what that needs', async () => {
    const environment = { NOTIFY_SOCKET: '/run/x', WHYDAH_SECRET: 'hidden' };
    await withRecorder(environment, async ({ manager, told, problems }) => {
      manager.ready();
      manager.reloading();
      manager.ready();
      manager.stopping();
      await manager.flush();
      const lines = await told();
      const reloading = lines[1] ?? '';
      expect(reloading).to.match(/^\/run\/x  RELOADING=1 MONOTONIC_USEC=\d+$/);
      expect(lines).to.deep.equal([
        '/run/x  READY=1',
        reloading,
        '/run/x  READY=1',
        '/run/x  STOPPING=1',
      ]);
      expect(problems).to.deep.equal([]);
    });
  });

  it('is told which process follows, before this one ends, and gets no pings of it any more', async () => {
    const environment = { NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '20000' };
    await withRecorder(environment, async ({ manager, told }) => {
      manager.ready();
      await manager.handOver(4712);
      const lines = await told();
      expect(lines.at(-1)).to.equal('/run/x  MAINPID=4712');
      await new Promise((resolve) => setTimeout(resolve, 200));
      await manager.flush();
      expect(await told()).to.deep.equal(lines);
    });
  });

  it('gets pings at half its limit from the moment Vili is ready, until the end', async () => {
    const environment = {
      NOTIFY_SOCKET: '/run/x',
      WATCHDOG_USEC: '100000',
      WATCHDOG_PID: `${PID}`,
    };
    await withRecorder(environment, async ({ manager, told }) => {
      const pings = async () => (await told()).filter((line) => line.endsWith(' WATCHDOG=1'));
      manager.ready();
      await eventually('three pings', async () => (await pings()).length >= 3);
      manager.close();
      await manager.flush();
      expect((await told())[0]).to.equal('/run/x  READY=1');
    });
  });

  it('gets no pings that are meant for another process, or without a limit', async () => {
    for (const watchdog of [
      { WATCHDOG_USEC: '20000', WATCHDOG_PID: '1' },
      { WATCHDOG_USEC: 'soon' },
      {},
    ]) {
      await withRecorder({ NOTIFY_SOCKET: '/run/x', ...watchdog }, async ({ manager, told }) => {
        manager.ready();
        await manager.flush();
        await new Promise((resolve) => setTimeout(resolve, 60));
        await manager.flush();
        expect(await told()).to.deep.equal(['/run/x  READY=1']);
      });
    }
  });

  it('says once why it cannot be told, and Vili goes on', async () => {
    const problems: string[] = [];
    const manager = new ServiceManager({
      environment: { NOTIFY_SOCKET: '/run/x' },
      pid: PID,
      onProblem: (text) => problems.push(text),
      command: '/nowhere/systemd-notify',
    });
    manager.ready();
    manager.stopping();
    await manager.flush();
    expect(problems).to.have.length(1);
    expect(problems[0]).to.match(/^systemd cannot be told READY=1: .*ENOENT/);
  });

  it('is reached by systemd-notify (skipped where that or python3 is absent)', async function () {
    const isThere = (command: string) => spawnSync(command, ['--version']).status === 0;
    if (!isThere('systemd-notify') || !isThere('python3')) this.skip();
    await withTempFolder(async (folder) => {
      const socket = join(folder, 'notify');
      const listener = spawn('python3', ['-c', LISTENER, socket]);
      let heard = '';
      listener.stdout.on('data', (text: Buffer) => (heard += text.toString()));
      try {
        await eventually('it listens', () => heard.includes('bound'));
        const problems: string[] = [];
        const manager = new ServiceManager({
          environment: { ...process.env, NOTIFY_SOCKET: socket },
          pid: process.pid,
          onProblem: (text) => problems.push(text),
        });
        manager.ready();
        manager.stopping();
        await eventually('it is heard', () => heard.includes('STOPPING=1'));
        expect(heard.indexOf('READY=1')).to.be.within(0, heard.indexOf('STOPPING=1'));
        listener.kill();
        await manager.flush();
      } finally {
        listener.kill();
        if (listener.exitCode === null && listener.signalCode === null)
          await once(listener, 'exit');
      }
    });
  });
});

// Private

interface Recorder {
  readonly manager: ServiceManager;
  /** One line for each message: `NOTIFY_SOCKET`, a secret of the environment, the message. */
  readonly told: () => Promise<readonly string[]>;
  readonly problems: readonly string[];
}

async function withRecorder(
  environment: NodeJS.ProcessEnv,
  use: (recorder: Recorder) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (folder) => {
    const [command, file] = [join(folder, 'systemd-notify'), join(folder, 'told')];
    const script = `#!/bin/sh\necho "$NOTIFY_SOCKET $WHYDAH_SECRET $*" >> '${file}'\n`;
    await writeFile(command, script);
    await chmod(command, 0o755);
    await writeFile(file, '');
    const problems: string[] = [];
    const onProblem = (text: string): void => void problems.push(text);
    const options: ServiceManagerOptions = { environment, pid: PID, onProblem, command };
    const manager = new ServiceManager(options);
    const told = async () => (await readFile(file, 'utf8')).split('\n').filter(Boolean);
    try {
      await use({ manager, told, problems });
    } finally {
      manager.close();
      await manager.flush();
    }
  });
}
