import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Wish } from '../../../../actors/app/upgrade/protocol.ts';
import { Successor } from '../../../../actors/app/upgrade/successor.ts';
import { codeOf, messageOf } from '../../../../lib/errors.ts';
import { readStat } from '../../../../lib/servlet/process/identity.ts';
import { eventually } from '../../../support/eventually.ts';
import { failureOf } from '../../../support/failure.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const LIMIT_MS = 30_000;
const STAY = 'setInterval(() => {}, 1000);';

describe('The new Vili of an upgrade', function () {
  this.timeout(60_000);

  it('has the lock file and the mark, and nothing that systemd told the old one about itself', () =>
    withSuccessor(
      `const { WATCHDOG_PID, LISTEN_PID, LISTEN_FDS, NOTIFY_SOCKET, VILI_UPGRADE } = process.env;
       const seen = { WATCHDOG_PID, LISTEN_PID, LISTEN_FDS, NOTIFY_SOCKET, VILI_UPGRADE };
       const lock = require('node:fs').readlinkSync('/proc/self/fd/4').split('/').at(-1);
       process.send({ type: 'hello', version: JSON.stringify({ ...seen, lock }) }); ${STAY}`,
      async (successor) => {
        const { version } = await successor.next('hello', LIMIT_MS);
        expect(JSON.parse(version)).to.deep.equal({
          NOTIFY_SOCKET: '/run/x',
          VILI_UPGRADE: '1',
          lock: 'lock',
        });
      },
    ));

  it('fails with its own words, with how it ended, with what it said instead, and when it is late', async () => {
    const cases = [
      [`process.send({ type: 'failed', text: 'no room' });${STAY}`, LIMIT_MS, /take over: no room/],
      ['process.exit(7)', LIMIT_MS, /it ended \(exit code 7\) before it was hello/],
      [`process.kill(process.pid, 'SIGKILL')`, LIMIT_MS, /it ended \(SIGKILL\)/],
      [`process.send({ type: 'serving' });${STAY}`, LIMIT_MS, /it said serving in place of hello/],
      [STAY, 300, /it was not hello within 0\.3 s/],
    ] as const;
    for (const [program, limitMs, message] of cases) {
      await withSuccessor(program, async (successor) => {
        const error = await failureOf(successor.next('hello', limitMs));
        expect(codeOf(error)).to.equal('VILI_UPGRADE');
        expect(messageOf(error)).to.match(message);
      });
    }
  });

  it('fails when the program cannot be started at all', () =>
    withSuccessor(
      '',
      async (successor) => {
        const error = await failureOf(successor.next('hello', LIMIT_MS));
        expect(messageOf(error)).to.match(/it ended \(spawn \/does\/not\/exist ENOENT\)/);
      },
      '/does/not/exist',
    ));

  it('passes on what it asks for later, in order', async () => {
    const asked: Wish[] = [];
    const program = `process.send({ type: 'route', running: null }); process.send({ type: 'hello' });
      process.send({ type: 'end', deadlineMs: 5 }); ${STAY}`;
    await withSuccessor(
      program,
      async (successor) => {
        await successor.next('hello', LIMIT_MS);
        await eventually('it has asked', () => asked.length === 2);
        expect(asked.map(({ type }) => type)).to.deep.equal(['route', 'end']);
      },
      process.execPath,
      (message) => asked.push(message),
    );
  });

  it('goes on alone when it is left', () =>
    withSuccessor(STAY, async (successor) => {
      successor.leave();
      expect(successor.isConnected).to.equal(false);
      expect(readStat(successor.pid)).to.not.equal(null);
    }));
});

// Private

async function withSuccessor(
  program: string,
  use: (successor: Successor) => Promise<void>,
  node = process.execPath,
  onMessage: (message: Wish) => void = () => {},
): Promise<void> {
  await withTempFolder(async (folder) => {
    const lockFile = openSync(join(folder, 'lock'), 'a+');
    const successor = new Successor({
      command: [node, '-e', program],
      environment: {
        ...process.env,
        WATCHDOG_PID: '4711',
        LISTEN_PID: '4711',
        LISTEN_FDS: '1',
        NOTIFY_SOCKET: '/run/x',
      },
      lockFile,
      onMessage,
    });
    try {
      await use(successor);
    } finally {
      await successor.kill();
      await successor.ended;
      closeSync(lockFile);
    }
  });
}
