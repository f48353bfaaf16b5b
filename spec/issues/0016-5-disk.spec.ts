import {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { packFolder, verifyZip } from '../../lib/archive/zip/pack.ts';
import { stageRelease } from '../../lib/base/arrival/stage.ts';
import { createInstance } from '../../lib/base/instance/instance.ts';
import { layoutOf } from '../../lib/base/names/layout.ts';
import { TEMP_SUFFIX, writeFileAtomic } from '../../lib/base/state/atomic-file.ts';
import { type History, openHistory } from '../../lib/base/state/history.ts';
import { readState, writeState } from '../../lib/base/state/state-file.ts';
import { writeRelease } from '../../lib/demo/release.ts';
import { requireRoom } from '../../lib/disk/room.ts';
import { rotateLog } from '../../lib/disk/rotate.ts';
import { SampleStore } from '../../lib/evaluation/samples/sample-store.ts';
import { openJournal } from '../../lib/journal/journal.ts';
import { TraceLog } from '../../lib/journal/trace-log.ts';
import { faultOf } from '../../lib/model/fault.ts';
import type { HistoryEntry } from '../../lib/model/history.ts';
import { writeRecord } from '../../lib/servlet/process/pid-records.ts';
import { release } from '../lib/deployment/world.ts';
import { IDENTIFIER, withWorld } from '../support/daemon-world.ts';
import { failureOf } from '../support/failure.ts';
import { jarBytes } from '../support/jar-file.ts';
import { fillDisk, withSmallDisk } from '../support/small-disk.ts';

/** A daemon goes through a full disk and a promotion on a machine that is busy with other things. */
const LIMIT_MS = 120_000;
const SIGNAL = new AbortController().signal;
const MIB = 1024 ** 2;

describe('A full disk costs the write that meets it, and no more:', () => {
  it('the state, the evidence and an instance with its properties', function () {
    return withSmallDisk(this, 1, async (disk) => {
      const layout = layoutOf(disk, 'shop');
      await writeFile(layout.serverFile(release(1)), jarBytes());
      await stageRelease(layout, release(1)).catch(() => undefined);
      await writeFile(join(disk, 'shop.properties'), 'name=x\n');
      await writeState(layout.stateFile, { n: 1 });
      await writeFileAtomic(layout.serverFile(release(3)), 'evidence 1');
      const options = { propertiesFileName: 'shop.properties', portIdentifier: 'server.port' };
      const instance = () =>
        createInstance({ layout, file: release(1), role: 'testing', port: 1, ...options });
      const writes = [
        () => writeState(layout.stateFile, { n: 2, text: 'x'.repeat(9000) }),
        () => writeFileAtomic(layout.serverFile(release(3)), `evidence 2 ${'x'.repeat(9000)}`),
        instance,
      ];
      await fillDisk(join(disk, 'filler'));
      for (const write of writes) {
        const error = await failureOf(write());
        expect(error.message).to.contain('ENOSPC');
        expect(faultOf(error)).to.equal('place');
      }
      expect((await readState(layout.stateFile, (it) => it)).state).to.deep.equal({ n: 1 });
      expect(await readFile(layout.serverFile(release(3)), 'utf8')).to.equal('evidence 1');
      await rm(join(disk, 'filler'));
      for (const write of writes) await write();
      const { state, problems } = await readState(layout.stateFile, (it) => it);
      expect([state, problems]).to.have.nested.property('[0].n', 2);
      expect(problems).to.deep.equal([]);
      const { folder, number } = await instance();
      expect(await readFile(join(folder, 'shop.properties'), 'utf8')).to.contain('server.port=1');
      expect(number, 'nothing is left of the instance that failed').to.equal(2);
      expect(await leftAside(disk)).to.deep.equal([]);
    });
  });

  it('a zip, which is never there in part', function () {
    return withSmallDisk(this, 2, async (disk) => {
      const folder = join(disk, 'shop-1');
      await mkdir(folder);
      const noise = Array.from({ length: 400_000 }, () => Math.floor(Math.random() * 256));
      await writeFile(join(folder, 'file'), Buffer.from(noise));
      const zip = join(disk, 'shop-1.zip');
      const filler = join(disk, 'filler');
      await fillDisk(filler);
      await truncate(filler, 1.25 * MIB);
      const error = await failureOf(packFolder(folder, zip, SIGNAL));
      expect(error.message).to.contain('ENOSPC');
      expect((await readdir(disk)).sort()).to.deep.equal(['filler', 'shop-1']);
      await rm(filler);
      await packFolder(folder, zip, SIGNAL);
      expect((await verifyZip(zip, folder)).entries).to.equal(1);
    });
  });

  it('the history, whose entries wait in memory until there is room', function () {
    return withSmallDisk(this, 1, async (disk) => {
      const path = join(disk, 'history.jsonl');
      const history = openHistory(path, 100);
      await history.append(entry(1));
      await fillDisk(join(disk, 'filler'));
      // The last page of the file has some room left, which one of them may still use.
      for (const number of [2, 3]) {
        await history.append(entry(number, 'x'.repeat(5000))).catch(() => undefined);
      }
      const error = await failureOf(history.append(entry(4, 'x'.repeat(5000))));
      expect(error.message).to.contain('ENOSPC');
      const numbers = async (of: History) => (await of.read(9)).map(({ version }) => version);
      expect(await numbers(history)).to.deep.equal(['shop-1', 'shop-2', 'shop-3', 'shop-4']);
      await rm(join(disk, 'filler'));
      await history.retry();
      expect(await numbers(openHistory(path, 100))).to.deep.equal(await numbers(history));
      const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as HistoryEntry).version)).to.have.lengthOf(4);
    });
  });

  it('samples and traces, each reported once', function () {
    return withSmallDisk(this, 1, async (disk) => {
      const problems: string[] = [];
      const settings = { perEndpoint: 9, maxBytes: MIB, maxBodyBytes: 100 };
      const folder = join(disk, 'samples');
      const store = await SampleStore.open(folder, true, settings, (it) =>
        problems.push(String(it)),
      );
      const path = join(disk, 'trace.jsonl');
      const onProblem = (text: string): void => void problems.push(text);
      const trace = await TraceLog.open<{ correlation: string; text: string }>({
        path,
        maxRecords: 100,
        onProblem,
      });
      await fillDisk(join(disk, 'filler'));
      for (const id of ['00000001', '00000002', '00000003']) store.add(sample(id));
      trace.add({ correlation: 'a', text: 'x'.repeat(9000) });
      await store.flush();
      await trace.close();
      trace.add({ correlation: 'a', text: 'y'.repeat(9000) });
      await trace.close();
      expect(problems.map((text) => /ENOSPC/.test(text))).to.deep.equal([true, true]);
      expect(store.entries()).to.deep.equal([]);
      await rm(join(disk, 'filler'));
      store.add(sample('00000004'));
      trace.add({ correlation: 'b', text: 'z' });
      await store.flush();
      await trace.close();
      expect(await readdir(folder)).to.deep.equal(['00000004.json']);
      const last = (await readFile(path, 'utf8')).trimEnd().split('\n').at(-1) ?? '';
      expect(JSON.parse(last)).to.deep.equal({ correlation: 'b', text: 'z' });
    });
  });

  it("lines of Vili's own log, which says how many, and its rotation", function () {
    return withSmallDisk(this, 1, async (disk) => {
      const dir = join(disk, 'logs');
      const journal = openJournal({ dir, level: 'INFO', now: Date.now });
      journal.info('before');
      await journal.flush();
      await fillDisk(join(disk, 'filler'));
      for (let i = 0; i < 3; i++) {
        journal.info(`lost ${'x'.repeat(9000)}`);
        await journal.flush();
      }
      const file = join(dir, 'vili.log');
      const reopen = (): Promise<void> => journal.reopen();
      const rotation = { file, maxBytes: 1, keep: 3, now: Date.now, reopen };
      expect((await failureOf(rotateLog(rotation))).message).to.contain('ENOSPC');
      await rm(join(disk, 'filler'));
      journal.info('after');
      await journal.flush();
      const text = await readFile(file, 'utf8');
      expect(text).to.match(/3 lines lost here: ENOSPC/);
      expect(text).to.match(/after\n$/);
      expect((await rotateLog(rotation)).archive).to.match(/\.gz$/);
      await journal.close();
    });
  });

  it('the record of a process, and a copy that would fill the disk', function () {
    return withSmallDisk(this, 2, async (disk) => {
      const large = join(disk, 'shop-2.jar');
      await writeFile(large, Buffer.alloc(1.2 * MIB));
      const error = await failureOf(requireRoom(large, disk, 0.05));
      expect(error).to.have.property('code', 'VILI_DISK_SHORT');
      expect(error.message).to.contain(large).and.contain('make room');
      expect(faultOf(error)).to.equal('place');
      const record = { id: 'a', tag: 'a', bootId: 'a', port: 1, stopTimeoutMs: 1 };
      const folder = join(disk, 'servlets');
      const write = () => writeRecord(folder, { ...record, argv: ['x'.repeat(9000)] });
      await mkdir(folder);
      await fillDisk(join(disk, 'filler'));
      expect(write).to.throw('ENOSPC');
      await rm(join(disk, 'filler'));
      write();
      await requireRoom(join(disk, 'absent'), disk, 0.05);
    });
  });
});

describe('A daemon whose disk of 100 MB is filled to the brim', function () {
  this.timeout(LIMIT_MS);

  it('serves, deletes the oldest archives, begins no test, and goes on when there is room', function () {
    return withSmallDisk(this, 100, (disk) =>
      withWorld(
        { log_dir: 'logs_vili', disk_min_free: '5%', probation: '1s', verdict_mode: 'manual' },
        async (world) => {
          const archive = join(world.base, 'archive');
          await mkdir(archive);
          // Together they are not enough for `disk.min_free`, so that the disk stays short.
          for (const [age, name] of ['0.1', '0.2', '0.3'].entries()) {
            const path = join(archive, `${IDENTIFIER}-${name}.zip`);
            await writeFile(path, Buffer.alloc(MIB, 1));
            await utimes(path, age, age);
          }
          // A copy of the next version, so that it can arrive on a disk without room for it.
          await mkdir(join(world.base, 'later'));
          const later = await writeRelease(join(world.base, 'later'), IDENTIFIER, {
            version: '1.1.0',
          });
          const daemon = await world.startServing();
          const users = world.users(40);
          const filler = join(world.base, 'filler');
          await fillDisk(filler);
          await daemon.recorded('deleted', `${IDENTIFIER}-0.1`);
          const deleted = await daemon.client.history();
          const names = deleted.filter(({ event }) => event === 'deleted').map((it) => it.version);
          expect(names, 'the oldest first').to.deep.equal([...names].sort());
          await fillDisk(filler);
          await rename(later, join(world.base, `${IDENTIFIER}-1.1.0.mjs`));
          const refused = await daemon.recorded('refused', `${IDENTIFIER}-1.1.0`);
          expect(refused.reasons[0]).to.match(/less than disk\.min_free 5 %.*make room/);
          const { stdout } = await world.vili('status');
          expect(stdout.replaceAll(/\s+/g, ' ')).to.match(
            /disk .* free, less than disk\.min_free 5 %: no new test begins.*Delete or move/,
          );
          const full = await daemon.client.status();
          expect(full.running?.state).to.equal('ready');
          expect(full.testing?.state).not.to.equal('ready');
          await rm(filler);
          await daemon.testing(`${IDENTIFIER}-1.1.0`);
          expect((await world.vili('promote', '--yes')).code).to.equal(0);
          await daemon.serving(`${IDENTIFIER}-1.1.0`);
          await daemon.recorded('archived', `${IDENTIFIER}-1.0.0`);
          const { disk: healed } = await daemon.until(
            'all is written again',
            (it) => it.disk.failing.length === 0,
          );
          expect(healed.freeShare).to.be.above(healed.minFree);
          expect(healed.baseBytes).to.be.above(0);
          const { ok, failed } = await users.stop();
          expect(ok).to.be.above(100);
          expect(failed).to.equal(0);
          await expectWhole(world.base);
        },
        disk,
      ),
    );
  });
});

// Private

/** The state, the history and the archive can be read, and the log reports each problem once. */
async function expectWhole(base: string): Promise<void> {
  const state = await readFile(join(base, '.vili', 'state.json'), 'utf8');
  expect(JSON.parse(state)).to.have.nested.property('running.release.version', '1.1.0');
  const history = await readFile(join(base, '.vili', 'history.jsonl'), 'utf8');
  const events = history
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as HistoryEntry);
  expect(events.map(({ event }) => event)).to.include.members(['deleted', 'refused', 'promoted']);
  const zip = join(base, 'archive', `${IDENTIFIER}-1.0.0.zip`);
  await mkdir(join(base, 'empty'));
  const error = await failureOf(verifyZip(zip, join(base, 'empty')));
  expect(error.message, 'it is whole, but not that of an empty folder').to.contain('unexpected');
  expect(await leftAside(base)).to.deep.equal([]);
  const log = await readFile(join(base, 'logs_vili', 'vili.log'), 'utf8');
  const times = (text: RegExp): number => log.match(text)?.length ?? 0;
  expect(times(/the state cannot be written/g)).to.be.at.most(1);
  expect(times(/the history cannot be written/g)).to.be.at.most(1);
}

async function leftAside(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(TEMP_SUFFIX));
}

function entry(number: number, reason = 'r'): HistoryEntry {
  const version = `shop-${number}`;
  return {
    at: new Date(number).toISOString(),
    event: 'promoted',
    version,
    by: 'vili',
    reasons: [reason],
  };
}

function sample(id: string) {
  const at = new Date(0).toISOString();
  const body = { schema: 'vili.sample/1', id, endpoint: 'GET /a', signal: 'error', key: 'k', at };
  const text = JSON.stringify({ ...body, text: 'x'.repeat(9000) });
  const known = { id, endpoint: 'GET /a', key: 'k', atMs: 0, requestId: 'r', path: '/a' };
  return { ...known, signal: 'errors' as const, runningMs: 1, text };
}
