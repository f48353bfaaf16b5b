import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { isAlive } from '../../../../lib/servlet/process/identity.ts';
import { tagPrefixOf } from '../../../../lib/servlet/process/tag.ts';
import { eventually } from '../../../support/eventually.ts';
import {
  endServlets,
  fileHolds,
  fixture,
  makeInstance,
  scanByTag,
  startServlet,
  textOf,
} from '../../../support/servlets.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const SERVER = fixture('server.mjs');

/** A chain that goes on is hundreds of processes further then. */
const QUIET_MS = 1000;
const CHAIN = 20_000;

afterEach(endServlets);

describe('ServletProcess.stop', () => {
  it('lets a servlet drain and end by itself', () =>
    withTempFolder(async (base) => {
      const { stdOut } = makeInstance(base);
      const servlet = startServlet(base, [process.execPath, SERVER, 'drain']);
      await fileHolds(stdOut, 'listening');
      const report = await servlet.stop({ signal: 'SIGTERM', timeoutMs: 8000 });
      expect(report).to.include({ killed: false });
      expect(report.exit).to.include({ code: 0, kind: 'exit' });
      expect(textOf(stdOut)).to.equal('listening\ndraining\ndrained\n');
    }));

  it('kills a servlet that ignores SIGTERM in time, and reports it', () =>
    withTempFolder(async (base) => {
      const servlet = startServlet(base, [process.execPath, SERVER, 'ignore-term,ignore-hup']);
      await fileHolds(makeInstance(base).stdOut, 'listening');
      const report = await servlet.stop({ signal: 'SIGTERM', timeoutMs: 300 });
      expect(report).to.include({ killed: true });
      expect(report.exit).to.include({ kind: 'signal', signal: 'SIGKILL' });
      expect(report.survivors).to.deep.equal([]);
      expect(report.tookMs).to.be.within(290, 3300);
    }));

  it('ends the whole process tree: same group, setsid, double fork, and children without the tag', () =>
    withTempFolder(async (base) => {
      const modes = 'ignore-term,same-group,setsid,double-fork,grandchild-without-tag';
      const servlet = startServlet(base, [process.execPath, SERVER, modes]);
      await fileHolds(makeInstance(base).stdOut, 'listening');
      const tree = await eventually('the process tree is complete', async () => {
        const found = await scanByTag(tagPrefixOf(base));
        return found.length >= 4 && found;
      });
      const { survivors } = await servlet.stop({ signal: 'SIGTERM', timeoutMs: 100 });
      expect(survivors).to.deep.equal([]);
      expect(tree.filter(({ identity }) => isAlive(identity))).to.deep.equal([]);
      expect(await scanByTag(tagPrefixOf(base))).to.deep.equal([]);
    }));

  it('ends a chain of processes of which none stays for long', () =>
    withTempFolder(async (base) => {
      const { folder } = makeInstance(base);
      const servlet = startServlet(base, [process.execPath, SERVER, 'fork-loop']);
      const chain = join(folder, 'chain');
      await eventually('the chain goes on', () => Number(textOf(chain) || CHAIN) < CHAIN - 10);
      const { survivors } = await servlet.stop({ signal: 'SIGTERM', timeoutMs: 100 });
      expect(survivors).to.deep.equal([]);
      const left = textOf(chain);
      await sleep(QUIET_MS);
      expect(textOf(chain)).to.equal(left);
    }));

  it('continues a stopped process so that it can end in order', () =>
    withTempFolder(async (base) => {
      const servlet = startServlet(base, [process.execPath, SERVER, 'drain']);
      await fileHolds(makeInstance(base).stdOut, 'listening');
      process.kill(servlet.pid, 'SIGSTOP');
      const report = await servlet.stop({ signal: 'SIGTERM', timeoutMs: 8000 });
      expect(report.exit).to.include({ code: 0, kind: 'exit' });
    }));

  it('returns one result to all callers, even after the end', () =>
    withTempFolder(async (base) => {
      const servlet = startServlet(base, [process.execPath, SERVER, '']);
      const reports = await Promise.all(
        [1, 2, 3].map(() => servlet.stop({ signal: 'SIGTERM', timeoutMs: 5000 })),
      );
      expect(new Set(reports).size).to.equal(1);
      expect(await servlet.stop({ signal: 'SIGKILL', timeoutMs: 1 })).to.equal(reports[0]);
    }));

  it('sends no signal when the process is already gone', () =>
    withTempFolder(async (base) => {
      const servlet = startServlet(base, ['true']);
      const exit = await servlet.exited;
      const report = await servlet.stop({ signal: 'SIGTERM', timeoutMs: 5000 });
      expect(report).to.include({ killed: false, exit });
    }));
});
