import { readdirSync, readlinkSync } from 'node:fs';
import { expect } from 'chai';
import { codeOf } from '../../../../lib/errors.ts';
import { ServletLauncher } from '../../../../lib/servlet/launcher/launcher.ts';
import { readStat } from '../../../../lib/servlet/process/identity.ts';
import { readPidRecords } from '../../../../lib/servlet/process/pid-records.ts';
import type { Servlet } from '../../../../lib/servlet/process/registry.ts';
import { tagPrefixOf } from '../../../../lib/servlet/process/tag.ts';
import { childrenNamed } from '../../../support/child-processes.ts';
import { eventually } from '../../../support/eventually.ts';
import { failureOf } from '../../../support/failure.ts';
import {
  fileHolds,
  fixture,
  makeInstance,
  pidRecordFolderOf,
  scanByTag,
  spawnOptions,
  textOf,
} from '../../../support/servlets.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const TERM = { signal: 'SIGTERM', timeoutMs: 3000 } as const;
const [SECRET, MASKED] = ['s3cr3t', '[masked]'];
const SLEEPER = ['sleep', '1000'];

function deafTo(signal: string): string[] {
  return ['sh', '-c', `trap "" ${signal}; echo ready; while :; do sleep 1; done`];
}

interface Scene {
  readonly base: string;
  readonly launcher: ServletLauncher;
  readonly spawn: (command: readonly string[], id?: string) => Promise<Servlet>;
  readonly launcherPid: () => number;
  readonly problems: readonly string[];
}

/** Runs `use` with a launcher, and checks that nothing of it and its servlets is left afterwards. */
async function withLauncher(
  use: (scene: Scene) => Promise<void>,
  limits?: { readonly replyLimitMs: number },
): Promise<void> {
  await withTempFolder(async (base) => {
    const problems: string[] = [];
    const launcher = new ServletLauncher({
      maskText: (text) => text.replaceAll(SECRET, MASKED),
      now: Date.now,
      onProblem: (text) => problems.push(text),
      ...limits,
    });
    const spawn = (command: readonly string[], id?: string): Promise<Servlet> =>
      launcher.spawn(spawnOptions(base, command, makeInstance(base, id)));
    const launcherPid = (): number => launcher.pid;
    launcher.open();
    try {
      await use({ base, launcher, spawn, launcherPid, problems });
    } finally {
      await launcher.close();
      await eventually('nothing is left', async () => {
        const left = await scanByTag(tagPrefixOf(base));
        return left.length === 0;
      });
    }
  });
}

describe('the launcher of servlets', () => {
  it('starts a servlet as its own child, reports its identity, and ends it', () =>
    withLauncher(async ({ base, spawn, launcherPid }) => {
      const servlet = await spawn(SLEEPER);
      expect(servlet.identity()).to.include({ pid: servlet.pid });
      expect(Date.parse(servlet.startedAt)).to.be.closeTo(Date.now(), 5000);
      expect(readStat(servlet.pid)).to.include({ parentPid: launcherPid(), session: servlet.pid });
      expect(readPidRecords(pidRecordFolderOf(base)).entries).to.have.length(1);
      const report = await servlet.stop(TERM);
      expect(report).to.include({ killed: false }).and.to.deep.include({ survivors: [] });
      expect(report.exit).to.include({ signal: 'SIGTERM', kind: 'signal' });
      expect(await servlet.exited).to.deep.equal(report.exit);
      expect(readPidRecords(pidRecordFolderOf(base)).entries).to.deep.equal([]);
    }));

  it('gives a servlet neither the channel to Vili nor the terminals of others', () =>
    withLauncher(async ({ spawn }) => {
      await spawn(SLEEPER, 'app-1.0.0/2_test');
      const { pid } = await spawn(SLEEPER);
      await eventually('the command runs', () => readStat(pid)?.command === 'sleep');
      const folder = `/proc/${pid}/fd`;
      const open = readdirSync(folder).map((fd) => readlinkSync(`${folder}/${fd}`));
      expect(open.filter((it) => it.startsWith('/dev/pts/'))).to.have.length(1);
      expect(open.filter((it) => /^socket:|ptmx/.test(it))).to.deep.equal([]);
    }));

  it('reports an unrequested end, and replies to a stop that comes after it', () =>
    withLauncher(async ({ spawn }) => {
      const servlet = await spawn(['sh', '-c', 'echo no room >&2; exit 3']);
      const exit = await servlet.exited;
      expect(exit).to.include({ code: 3, kind: 'exit' });
      expect(exit.text).to.match(/^exited with code 3 after .* s: no room$/);
      const report = await servlet.stop(TERM);
      expect(report).to.deep.equal({ exit, killed: false, survivors: [], tookMs: 0 });
    }));

  it('masks the last words of a servlet before anybody hears them', () =>
    withLauncher(async ({ spawn }) => {
      const servlet = await spawn(['sh', '-c', `echo db://bob:${SECRET}@host >&2; exit 3`]);
      const exit = await servlet.exited;
      expect(exit.text).to.match(/: db:\/\/bob:\[masked]@host$/);
    }));

  it('kills a servlet that ignores SIGTERM when its time is over, with one result for all callers', () =>
    withLauncher(async ({ base, spawn }) => {
      const servlet = await spawn(deafTo('TERM'));
      await fileHolds(makeInstance(base).stdOut, 'ready');
      const [first, second] = await Promise.all([
        servlet.stop({ signal: 'SIGTERM', timeoutMs: 200 }),
        servlet.stop(TERM),
      ]);
      expect(first).to.equal(second);
      expect(first).to.include({ killed: true });
      expect(first.exit).to.include({ signal: 'SIGKILL' });
    }));

  it('reports a faulty command exactly as without a launcher', () =>
    withLauncher(async ({ base, spawn }) => {
      expect(codeOf(await failureOf(spawn(['a\0b'])))).to.equal('VILI_COMMAND_INVALID');
      await spawn(SLEEPER);
      // Its shell writes who it is a moment later.
      const records = (): number => readPidRecords(pidRecordFolderOf(base)).entries.length;
      await eventually('it is recorded', () => records() === 1);
      expect(codeOf(await failureOf(spawn(SLEEPER)))).to.equal('VILI_SERVLET_RUNNING');
      const missing = await spawn(['/does/not/exist'], 'app-1.0.0/2_test');
      expect(await missing.exited).to.include({
        kind: 'not-started',
        text: 'command not found: /does/not/exist',
      });
    }));

  it('leaves no servlet when it is killed, reports it, and restarts for the next servlet', () =>
    withLauncher(async ({ base, spawn, launcherPid, problems }) => {
      const servlets = await Promise.all([
        spawn(SLEEPER),
        spawn([process.execPath, fixture('server.mjs')], 'app-1.0.0/2_test'),
        spawn(deafTo('HUP'), 'app-1.0.0/3_test'),
      ]);
      await fileHolds(makeInstance(base, 'app-1.0.0/3_test').stdOut, 'ready');
      const before = launcherPid();
      process.kill(before, 'SIGKILL');
      const exits = await Promise.all(servlets.map((servlet) => servlet.exited));
      for (const exit of exits) {
        expect(exit.kind).to.equal('infrastructure-failure');
        expect(exit.text).to.contain('the process of Vili that keeps servlets has ended (SIGKILL)');
      }
      const reports = await Promise.all(servlets.map((servlet) => servlet.stop(TERM)));
      expect(reports.flatMap(({ survivors }) => survivors)).to.deep.equal([]);
      expect(await scanByTag(tagPrefixOf(base))).to.deep.equal([]);
      expect(problems).to.deep.equal([
        'the launcher process has ended, and all servlets with it: SIGKILL',
      ]);
      const again = await spawn(SLEEPER);
      expect(readStat(again.pid)?.parentPid).to.equal(launcherPid()).and.to.not.equal(before);
    }));

  it('fails a requested start when it ends before it could carry it out', () =>
    withLauncher(async ({ base, launcher, spawn, launcherPid }) => {
      await (await spawn(SLEEPER)).stop(TERM);
      process.kill(launcherPid(), 'SIGSTOP');
      const spawned = failureOf(spawn(SLEEPER));
      process.kill(launcherPid(), 'SIGKILL');
      expect(codeOf(await spawned)).to.equal('VILI_KEEPER_LOST');
      expect(await scanByTag(tagPrefixOf(base))).to.deep.equal([]);
      await launcher.close();
      expect(codeOf(await failureOf(spawn(SLEEPER)))).to.equal('VILI_KEEPER_LOST');
    }));

  it('is killed and replaced when a reply is overdue', () =>
    withLauncher(
      async ({ spawn, launcherPid, problems }) => {
        const first = await spawn(SLEEPER);
        process.kill(launcherPid(), 'SIGSTOP');
        const failure = await failureOf(spawn(SLEEPER, 'app-1.0.0/2_test'));
        expect(codeOf(failure)).to.equal('VILI_KEEPER_LOST');
        expect((await first.exited).kind).to.equal('infrastructure-failure');
        const second = await spawn(SLEEPER);
        process.kill(launcherPid(), 'SIGSTOP');
        const report = await second.stop({ signal: 'SIGTERM', timeoutMs: 100 });
        expect(report).to.deep.include({ killed: false, survivors: [] });
        expect(report.exit?.kind).to.equal('infrastructure-failure');
        expect(problems).to.have.length(2);
        expect(problems[0]).to.contain('it did not reply for 1.5 s and was killed');
      },
      { replyLimitMs: 1500 },
    ));

  it('ends its servlets when it is closed, though signals do not end it', () =>
    withLauncher(async ({ base, launcher, spawn, launcherPid }) => {
      const servlet = await spawn(SLEEPER);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.kill(launcherPid(), signal);
      }
      await spawn(SLEEPER, 'app-1.0.0/2_test');
      expect(childrenNamed(process.pid, 'vili: launcher')).to.deep.equal([launcherPid()]);
      await launcher.close();
      expect(await servlet.exited).to.include({ kind: 'infrastructure-failure' });
      expect(childrenNamed(process.pid, 'vili: launcher')).to.deep.equal([]);
      expect(textOf(makeInstance(base).stdErr)).to.equal('');
    }));
});
