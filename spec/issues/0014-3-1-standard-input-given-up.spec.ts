import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { attempt } from '../../lib/errors.ts';
import { identityOf, isAlive } from '../../lib/servlet/process/identity.ts';
import type { ServletProcess } from '../../lib/servlet/process/servlet-process.ts';
import { tagPrefixOf } from '../../lib/servlet/process/tag.ts';
import { eventually } from '../support/eventually.ts';
import {
  endServlets,
  fileHolds,
  makeInstance,
  scanByTag,
  startServlet,
} from '../support/servlets.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const PARENT = fileURLToPath(new URL('../support/servlet-parent.js', import.meta.url));
/** The terminal hung up after 2 to 60 ms. */
const HANG_UP_MS = 300;

const NODE_SERVER = `
require('node:http').createServer((_, response) => response.end()).listen(0, '127.0.0.1');
console.log('serves');
`;
const NODE_GIVES_UP = `
const fs = require('node:fs');
fs.closeSync(0);
fs.openSync('/dev/null', 'r');
console.log(JSON.stringify({ input: fs.readlinkSync('/proc/self/fd/0') }));
setInterval(() => {}, 1000);
`;
const PYTHON_REOPENS = `
import os, time
print("serves", flush=True)
time.sleep(0.1)
null = os.open("/dev/null", os.O_RDONLY)
os.dup2(null, 0)
print("given up", flush=True)
time.sleep(1000)
`;

/** How each program is started, and what it prints once its standard input is given up. */
const PROGRAMS: Readonly<Record<string, readonly [command: readonly string[], text: string]>> = {
  'a node server behind </dev/null': [['sh', '-c', 'exec node server.cjs </dev/null'], 'serves'],
  'a server behind <&-': [['sh', '-c', 'exec sh -c "echo serves; sleep 1000; true" <&-'], 'serves'],
  'a python service that reopens descriptor 0': [['python3', '-c', PYTHON_REOPENS], 'given up'],
  'a node service that reopens descriptor 0': [['node', '-e', NODE_GIVES_UP], '/dev/null'],
};

function terminalsHeld(): number {
  const names = readdirSync('/proc/self/fd');
  return names.filter((name) =>
    /pts|ptmx/.test(attempt(() => readlinkSync(`/proc/self/fd/${name}`), '')),
  ).length;
}

async function lives(servlet: ServletProcess, text: string, stdOut: string): Promise<void> {
  await fileHolds(stdOut, text);
  await sleep(HANG_UP_MS);
  expect(servlet.exit?.text ?? 'alive').to.equal('alive');
}

afterEach(endServlets);

describe('A servlet that gives up its standard input', function () {
  this.timeout(20_000);

  for (const [what, [command, text]] of Object.entries(PROGRAMS)) {
    it(`is not hung up: ${what}`, async () => {
      await withTempFolder(async (base) => {
        const { folder, stdOut } = makeInstance(base);
        await writeFile(join(folder, 'server.cjs'), NODE_SERVER);
        const before = terminalsHeld();
        const servlet = startServlet(base, command);
        await lives(servlet, text, stdOut);
        const report = await servlet.stop({ signal: 'SIGTERM', timeoutMs: 1000 });
        expect(report.killed).to.equal(false);
        await eventually('no terminal is held', () => terminalsHeld() <= before);
      });
    });
  }

  it('is reported as ended at once, and not when a time has passed', async () => {
    await withTempFolder(async (base) => {
      const servlet = startServlet(base, ['sh', '-c', 'exec sleep 1000 </dev/null']);
      await sleep(HANG_UP_MS);
      const identity = identityOf(servlet.pid);
      const began = performance.now();
      process.kill(servlet.pid, 'SIGKILL');
      await servlet.exited;
      expect(servlet.exit?.signal).to.equal('SIGKILL');
      expect(performance.now() - began).to.be.lessThan(180);
      expect(identity !== null && isAlive(identity)).to.equal(false);
    });
  });

  it('ends with Vili, however Vili ends', async () => {
    await withTempFolder(async (base) => {
      const server = join(base, 'gives-up.cjs');
      await writeFile(server, NODE_GIVES_UP);
      // Several: no later child may hold the terminal of an earlier one.
      const parent = spawn(process.execPath, [PARENT, base, server, 'a', 'b', 'c'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(createInterface(parent.stdout), 'line');
      for (const number of [1, 2, 3]) {
        await fileHolds(join(base, 'app-1.0.0', `${number}_test`, 'stdOut'), '/dev/null');
      }
      await sleep(HANG_UP_MS);
      expect(await scanByTag(tagPrefixOf(base))).to.have.lengthOf(3);
      parent.kill('SIGKILL');
      await eventually('all are gone', async () => {
        return (await scanByTag(tagPrefixOf(base))).length === 0;
      });
    });
  });
});
