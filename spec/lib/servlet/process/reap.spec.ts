import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  identityOf,
  isAlive,
  type ProcessIdentity,
  readBootId,
  readStat,
  signalProcess,
} from '../../../../lib/servlet/process/identity.ts';
import {
  pidRecordPaths,
  readPidRecords,
  writeRecord,
} from '../../../../lib/servlet/process/pid-records.ts';
import { type ReapReport, reapLeftovers } from '../../../../lib/servlet/process/reap.ts';
import { servletTag, TAG_VARIABLE, tagPrefixOf } from '../../../../lib/servlet/process/tag.ts';
import { eventually } from '../../../support/eventually.ts';
import { fileHolds, fixture, pidRecordFolderOf, scanByTag } from '../../../support/servlets.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

/** A program that does nothing until it is ended. */
const IDLE = 'setInterval(() => {}, 1000)';
const PARENT = fileURLToPath(new URL('../../../support/servlet-parent.js', import.meta.url));

const children: ChildProcess[] = [];
const servlets: ProcessIdentity[] = [];

afterEach('processes that a failed spec left running are killed', () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const servlet of servlets.splice(0)) signalProcess(servlet, 'SIGKILL');
});

describe('reapLeftovers', () => {
  it('ends everything left by a killed Vili: ignored signals, setsid, double fork', () =>
    withTempFolder(async (base) => {
      const modes = ['', 'ignore-hup', 'ignore-hup,ignore-term', 'setsid', 'double-fork'];
      const parent = await killedParent(base, modes);
      const left = await scanByTag(tagPrefixOf(base));
      // Two ignore the hang-up, two have children outside the session; otherwise this spec proves nothing.
      expect(left.length).to.be.at.least(4);
      expect(readPidRecords(pidRecordFolderOf(base)).entries).to.have.length(parent.pids.length);
      const startMs = performance.now();
      const report = await reap(base);
      expect(performance.now() - startMs).to.be.below(5000);
      expect(await scanByTag(tagPrefixOf(base))).to.deep.equal([]);
      expect(left.filter(({ identity }) => isAlive(identity))).to.deep.equal([]);
      expect(report.survivors).to.deep.equal([]);
      expect(report.reaped.filter(({ foundBy }) => foundBy === 'recorded').length).to.equal(2);
      expect(readPidRecords(pidRecordFolderOf(base)).entries).to.deep.equal([]);
    }));

  it('never signals a pid with another start time or from before a boot', () =>
    withTempFolder(async (base) => {
      const stranger = await sleeper();
      const { pid, startTime } = stranger.identity;
      const earlier = String(Number(startTime) - 1);
      recordLeader(base, 'a', { pid, startTime: earlier, bootId: readBootId() });
      recordLeader(base, 'b', { pid, startTime, bootId: 'before the boot' });
      const report = await reap(base);
      expect(isAlive(stranger.identity)).to.equal(true);
      expect(report.reaped).to.deep.equal([]);
      expect(report.untouched.map((one) => one.pid)).to.deep.equal([pid, pid]);
      expect(report.untouched[0]?.reason).to.match(/now belongs to another process, sleep/);
      expect(readPidRecords(pidRecordFolderOf(base)).entries).to.deep.equal([]);
      await stranger.end();
    }));

  it('touches no process of another base, not even through copied pid records', () =>
    withTempFolder(async (folder) => {
      const [base, other] = [join(folder, 'app'), join(folder, 'app:2')];
      mkdirSync(base);
      const tag = servletTag({ base: other, id: 'x' });
      const stranger = await sleeper({ [TAG_VARIABLE]: tag });
      expect(tag.startsWith(tagPrefixOf(base))).to.equal(true);
      recordLeader(base, 'x', stranger.identity, tag);
      const report = await reap(base);
      expect(isAlive(stranger.identity)).to.equal(true);
      expect(report.untouched[0]?.reason).to.match(/belongs to another base/);
      await stranger.end();
    }));

  it('finds strays by their tag when the pid records are gone', () =>
    withTempFolder(async (base) => {
      const stray = await sleeper({ [TAG_VARIABLE]: servletTag({ base, id: 'x' }) });
      const report = await reap(base);
      expect(report.reaped).to.deep.equal([
        { pid: stray.identity.pid, command: 'sleep', foundBy: 'tagged' },
      ]);
      await stray.end();
    }));

  it('reports an unreadable record once and continues', () =>
    withTempFolder(async (base) => {
      mkdirSync(pidRecordFolderOf(base), { recursive: true });
      const bad = join(pidRecordFolderOf(base), 'bad.json');
      writeFileSync(bad, '{');
      writeFileSync(join(pidRecordFolderOf(base), 'people.txt'), 'not Vili');
      const report = await reap(base);
      expect(report.unreadable.map(({ file }) => file)).to.deep.equal([bad]);
      expect((await reap(base)).unreadable).to.deep.equal([]);
      expect(readdirSync(pidRecordFolderOf(base))).to.deep.equal(['people.txt']);
    }));
});

describe('pid files left by an earlier program', () => {
  it('count only when the process was started from that very instance folder', () =>
    withTempFolder(async (base) => {
      const name = '2026-11-22_08.52.58_running';
      const jar = writeInstance(base, 'app-1.0.0', name, 'app.jar');
      // Only what /proc shows counts, so any program with these arguments will do.
      const java = await sleeper({}, [process.execPath, '-e', IDLE, '--', '-jar', jar]);
      const stranger = await sleeper();
      pidFile(base, 'app-1.0.0', name, java.identity.pid);
      writeInstance(base, 'app-1.0.1', '1_test', 'app.jar');
      pidFile(base, 'app-1.0.1', '1_test', stranger.identity.pid);
      symlinkSync(join(base, 'app-1.0.0'), join(base, 'app-running'));
      const report = await reap(base);
      expect(report.reaped.map(({ pid, foundBy }) => [pid, foundBy])).to.deep.equal([
        [java.identity.pid, 'pid-file'],
      ]);
      expect(report.untouched.map(({ pid }) => pid)).to.deep.equal([stranger.identity.pid]);
      expect(isAlive(stranger.identity)).to.equal(true);
      await java.end();
      await stranger.end();
    }));

  it('are skipped when they are empty, not a number, or name a dead process or pid 1', () =>
    withTempFolder(async (base) => {
      const dead = await sleeper();
      await dead.end();
      const texts = ['', 'abc', '1', '-5', '0', '99999999999', String(dead.identity.pid)];
      for (const [index, text] of texts.entries()) {
        writeInstance(base, 'app-1.0.0', `${index}_test`, 'app.jar');
        pidFile(base, 'app-1.0.0', `${index}_test`, text);
      }
      expect(await reap(base)).to.deep.include({ reaped: [], untouched: [] });
    }));

  it('spare their process while its own Vili is still running', () =>
    withTempFolder(async (base) => {
      const jar = writeInstance(base, 'app-1.0.0', '1_running', 'app.jar');
      // A program called vili that has started the servlet and waits for it.
      const vili = join(base, 'vili');
      cpSync(
        execFileSync('sh', ['-c', 'command -v dash || command -v bash']).toString().trim(),
        vili,
      );
      const script = `"$2" -e "$3" -- -jar "$1" >/dev/null & echo $!; wait`;
      const parameters = ['-c', script, 'vili', jar, process.execPath, IDLE];
      const parent = spawn(vili, parameters, { stdio: ['ignore', 'pipe', 'ignore'] });
      const pid = Number(await firstLine(parent));
      children.push(parent);
      servlets.push(...identitiesOf([pid]));
      await eventually('the servlet runs', () => readStat(pid)?.command !== 'vili');
      pidFile(base, 'app-1.0.0', '1_running', pid);
      const report = await reap(base);
      expect(report.untouched[0]?.reason).to.match(/another vili that still runs/);
      const servlet = identityOf(pid);
      expect(servlet).to.not.equal(null);
      const ended = once(parent, 'exit');
      parent.kill('SIGKILL');
      await ended;
      // Once its Vili is dead, the servlet is a leftover.
      const reaped = (await reap(base)).reaped.map((one) => one.pid);
      expect(reaped).to.deep.equal([pid]);
    }));
});

// Private

function reap(base: string): Promise<ReapReport> {
  return reapLeftovers({ pidRecordFolder: pidRecordFolderOf(base), base, graceMs: 300 });
}

/** Starts a process that spawns one servlet per mode, and kills it with SIGKILL. */
async function killedParent(
  base: string,
  modes: readonly string[],
): Promise<{ pids: readonly number[] }> {
  const parent = spawn(process.execPath, [PARENT, base, fixture('server.mjs'), ...modes], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(parent);
  const { pids } = JSON.parse(await firstLine(parent)) as { pids: readonly number[] };
  servlets.push(...identitiesOf(pids));
  for (const index of modes.keys()) {
    await fileHolds(join(base, `app-1.0.0/${index + 1}_test`, 'stdOut'), 'listening');
  }
  await eventually('the grandchildren run', async () => {
    const found = await scanByTag(tagPrefixOf(base));
    return found.length >= modes.length + 2;
  });
  const ended = once(parent, 'exit');
  parent.kill('SIGKILL');
  await ended;
  await eventually(
    'the kernel hangs up the first servlet',
    () => pids[0] === undefined || identityOf(pids[0]) === null,
  );
  return { pids };
}

function identitiesOf(pids: readonly number[]): readonly ProcessIdentity[] {
  return pids.flatMap((pid) => identityOf(pid) ?? []);
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('stdout is not a pipe');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return line;
}

interface Sleeper {
  readonly identity: NonNullable<ReturnType<typeof identityOf>>;
  end(): Promise<void>;
}

async function sleeper(
  environment: object = {},
  command: readonly string[] = ['sleep', '1000'],
): Promise<Sleeper> {
  const env = { PATH: process.env['PATH'] ?? '', ...environment };
  const [program = '', ...parameters] = command;
  const child = spawn(program, parameters, { stdio: 'ignore', env });
  children.push(child);
  await once(child, 'spawn');
  const identity = child.pid === undefined ? null : identityOf(child.pid);
  if (identity === null) throw new Error(`${program} did not start`);
  const exited = once(child, 'exit');
  return {
    identity,
    end: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function recordLeader(base: string, id: string, leader: Sleeper['identity'], tag?: string): void {
  const folder = pidRecordFolderOf(base);
  writeRecord(folder, {
    id,
    tag: tag ?? servletTag({ base, id }),
    bootId: leader.bootId,
    argv: ['sleep'],
    port: 9400,
    stopTimeoutMs: 1000,
  });
  const fields = `S 1 1 1 0 -1 4194304 5 0 0 0 1 2 3 4 20 0 1 0 ${leader.startTime} 1000 200`;
  writeFileSync(pidRecordPaths(folder, id).stat, `${leader.pid} (sleep) ${fields}\n`);
}

function writeInstance(base: string, version: string, instance: string, jar: string): string {
  const folder = join(base, version, instance);
  mkdirSync(folder, { recursive: true });
  return join(folder, jar);
}

function pidFile(base: string, version: string, instance: string, pid: number | string): void {
  writeFileSync(join(base, version, instance, 'pid'), String(pid));
}
