import { execFile } from 'node:child_process';
import {
  link,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { adoptBase } from '../../lib/base/instance/adopt.ts';
import { createInstance } from '../../lib/base/instance/instance.ts';
import { layoutOf } from '../../lib/base/names/layout.ts';
import { parseServerFile } from '../../lib/base/names/server-file.ts';
import { openRegular, readRegular, readRegularSync } from '../../lib/base/state/regular-file.ts';
import { copyAndTruncate } from '../../lib/disk/rotate.ts';
import { readReport } from '../../lib/evaluation/report/files.ts';
import { readSample, readSamples, SampleStore } from '../../lib/evaluation/samples/sample-store.ts';
import { inspectLog } from '../../lib/logs/classify/inspect.ts';
import { LogTail, type TailSink } from '../../lib/logs/follow/tail.ts';
import { describeExit } from '../../lib/servlet/process/exit.ts';
import { findStalePids } from '../../lib/servlet/process/stale-pids.ts';
import { failureOf } from '../support/failure.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const run = promisify(execFile);
const GIB = 1024 ** 3;

/** What a service can put in the place of a file that Vili reads; `secret` is a file elsewhere. */
const SHAPES: Readonly<Record<string, (path: string, secret: string) => Promise<unknown>>> = {
  'a pipe': (path) => run('mkfifo', [path]),
  'a link to a file elsewhere': (path, secret) => symlink(secret, path),
  'a link to an endless device': (path) => symlink('/dev/zero', path),
  'a link to itself': (path) => symlink(path, path),
  'a folder': (path) => mkdir(path),
  'a socket': (path) =>
    run('python3', [
      '-c',
      `import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])`,
      path,
    ]),
};

/** Runs `use` once for each shape, with that shape at the path that `use` gets. */
async function withShapes(
  use: (path: string, shape: string, base: string) => Promise<void>,
  at: (base: string) => string = (base) => join(base, 'file'),
  secret = 'secret',
): Promise<void> {
  for (const [shape, make] of Object.entries(SHAPES)) {
    await withTempFolder(async (base) => {
      await withTempFolder(async (elsewhere) => {
        await writeFile(join(elsewhere, 'secret'), secret);
        const path = at(base);
        await mkdir(join(path, '..'), { recursive: true });
        await make(path, join(elsewhere, 'secret'));
        await use(path, shape, base);
        expect(await readFile(join(elsewhere, 'secret'), 'utf8')).to.equal(secret);
      });
    });
  }
}

async function hugeFile(path: string): Promise<void> {
  await writeFile(path, '');
  await truncate(path, 20 * GIB);
}

describe('A file that a service can write', function () {
  this.timeout(20_000);

  it('is read only when it is a regular one, and no larger than its bound', async () => {
    await withShapes(async (path, shape) => {
      expect(await failureOf(readRegular(path, 100)), shape).to.have.property(
        'code',
        'VILI_NOT_A_FILE',
      );
      expect(() => readRegularSync(path, 100), shape).to.throw('is not a regular file');
    });
    await withTempFolder(async (base) => {
      const path = join(base, 'file');
      await hugeFile(path);
      expect(await failureOf(readRegular(path, 100))).to.have.property(
        'code',
        'VILI_FILE_TOO_LARGE',
      );
      await writeFile(path, 'x'.repeat(100));
      expect((await readRegular(path, 100)).toString()).to.have.lengthOf(100);
      expect(readRegularSync(path, 100).toString()).to.have.lengthOf(100);
      await symlink(path, join(base, 'link'));
      await (await openRegular(join(base, 'link'), { follow: true })).close();
      expect(await failureOf(readRegular(join(base, 'none'), 1))).to.have.property(
        'code',
        'ENOENT',
      );
    });
  });

  it('is no sample unless it is a small regular file in the folder itself', async () => {
    const sample = JSON.stringify({ schema: 'vili.sample/1', id: '00000001' });
    const at = (base: string): string => join(base, 'samples', '00000001.json');
    await withShapes(
      async (path, shape) => {
        expect(await readSamples(join(path, '..'), 1000), shape).to.deep.equal([]);
        expect(await readSample(join(path, '..'), '00000001'), shape).to.equal(null);
      },
      at,
      sample,
    );
    await withTempFolder(async (base) => {
      await mkdir(join(base, 'samples'));
      await hugeFile(at(base));
      await writeFile(join(base, 'samples', '00000002.json'), sample.replace('1"}', '2"}'));
      const found = await readSamples(join(base, 'samples'), 1000);
      expect(found.map(({ id }) => id)).to.deep.equal(['00000002']);
    });
  });

  it('is no sample when its folder is a link, and none is written there', async () => {
    await withTempFolder(async (base) => {
      await mkdir(join(base, 'elsewhere'));
      const sample = JSON.stringify({ schema: 'vili.sample/1', id: '00000001' });
      await writeFile(join(base, 'elsewhere', '00000001.json'), sample);
      await symlink(join(base, 'elsewhere'), join(base, 'samples'));
      const folder = join(base, 'samples');
      expect(await readSamples(folder, 1000)).to.deep.equal([]);
      const problems: unknown[] = [];
      const settings = { perEndpoint: 5, maxBytes: 1000, maxBodyBytes: 100 };
      const store = await SampleStore.open(folder, false, settings, (it) => problems.push(it));
      store.add({
        text: sample,
        id: '00000002',
        endpoint: 'GET /',
        signal: 'errors',
        key: '500',
        atMs: 0,
      } as unknown as Parameters<SampleStore['add']>[0]);
      await store.flush();
      expect(problems).to.have.lengthOf(1);
      expect(await readdir(join(base, 'elsewhere'))).to.deep.equal(['00000001.json']);
    });
  });

  it('is no report', async () => {
    const report = JSON.stringify({ schema: 'vili.report/1', reasons: [] });
    const at = (base: string): string => join(base, 'report.json');
    await withShapes(
      async (_path, shape, base) => {
        expect(await readReport(base), shape).to.equal(null);
      },
      at,
      report,
    );
    await withTempFolder(async (base) => {
      await hugeFile(at(base));
      expect(await readReport(base)).to.equal(null);
    });
  });

  it('is no log unless it is a regular file, or a link to one beside it', async () => {
    const nothing: TailSink = {
      chunk: () => Promise.reject(new Error('bytes were read')),
      skipped: () => undefined,
      ended: () => Promise.resolve(),
      truncated: () => undefined,
    };
    const levels = { maxBytes: 1000 } as Parameters<typeof inspectLog>[1];
    await withShapes(async (path, shape) => {
      const tail = new LogTail(path, null);
      await failureOf(tail.poll(1000, nothing)).then(
        (error) => expect(error, shape).not.to.have.property('message', 'bytes were read'),
        // A link to itself leads to no file: the log is not there yet.
        () => expect(shape).to.equal('a link to itself'),
      );
      await tail.close();
      await failureOf(inspectLog(path, levels));
    });
    await withTempFolder(async (base) => {
      await writeFile(join(base, 'shop-2026.log'), 'a line\n');
      await symlink('shop-2026.log', join(base, 'shop.log'));
      const tail = new LogTail(join(base, 'shop.log'), null);
      const chunks: string[] = [];
      await tail.poll(1000, { ...nothing, chunk: async (it) => void chunks.push(it.toString()) });
      await tail.close();
      expect(chunks).to.deep.equal(['a line\n']);
    });
  });

  it('is not truncated in the place of an output', async () => {
    await withShapes(async (path, shape) => {
      const options = { file: path, maxBytes: 1, keep: 2, now: () => 0 };
      expect(await copyAndTruncate(options), shape).to.deep.equal({ archive: null, lostBytes: 0 });
    });
  });

  it('is not written through by a link in the place of a compressed output', async () => {
    await withTempFolder(async (base) => {
      const file = join(base, 'stdOut');
      await writeFile(file, 'x'.repeat(100));
      await writeFile(join(base, 'victim'), 'untouched');
      await symlink(join(base, 'victim'), join(base, 'stdOut.1970.01.01_00.00.00.000.gz.tmp'));
      const rotated = await copyAndTruncate({ file, maxBytes: 1, keep: 2, now: () => 0 });
      expect(rotated.archive).not.to.equal(null);
      expect(await readFile(join(base, 'victim'), 'utf8')).to.equal('untouched');
    });
  });

  it('is cut also when the service took the rights from it', async () => {
    await withTempFolder(async (base) => {
      const file = join(base, 'stdOut');
      await writeFile(file, 'x'.repeat(100), { mode: 0o400 });
      await copyAndTruncate({ file, maxBytes: 1, keep: 2, now: () => 0 });
      expect((await stat(file)).size).to.equal(0);
    });
  });

  it('does not keep the end of a servlet from being reported, in the place of its stdErr', async () => {
    await withShapes(async (path, shape, base) => {
      const exit = await describeExit({
        code: 3,
        signal: 0,
        atMs: 0,
        elapsedMs: 1000,
        wrapperFailed: false,
        command: ['sh'],
        folder: base,
        searchPath: '/bin',
        stdOut: join(base, 'stdOut'),
        stdErr: path,
        stdErrStart: 0,
        pidFile: join(base, 'pid'),
        ttyTail: '',
      });
      expect(exit.text, shape).to.equal('exited with code 3 after 1.0 s');
    });
  });

  it('does not stop a start in the place of a pid', async () => {
    const at = (base: string): string => join(base, 'shop-1.0.0', '1_running', 'pid');
    await withShapes(
      async (_path, shape, base) => {
        expect(findStalePids(base), shape).to.deep.equal([]);
        expect((await adoptBase(layoutOf(base, 'shop'))).faults, shape).to.deep.equal([]);
      },
      at,
      '1',
    );
  });

  it('is not read for ever in the place of the properties', async () => {
    await withTempFolder(async (base) => {
      const layout = layoutOf(base, 'shop');
      const file = parseServerFile('shop', 'shop-1.0.0.js');
      if (file === undefined) throw new Error('not a server file');
      await mkdir(layout.versionFolder(file.name));
      const options = { layout, file, role: 'running', port: 1, portIdentifier: 'p' } as const;
      const propertiesFileName = 'shop.properties';
      for (const name of [propertiesFileName, 'authorization.properties']) {
        await rm(join(base, propertiesFileName), { force: true });
        await writeFile(join(base, propertiesFileName), 'a=b');
        await rm(join(base, name), { force: true });
        await run('mkfifo', [join(base, name)]);
        await failureOf(createInstance({ ...options, propertiesFileName }));
        await rm(join(base, name));
        // An operator may keep the file elsewhere.
        await writeFile(join(base, 'elsewhere'), 'a=b');
        await symlink('elsewhere', join(base, name));
        if (name !== propertiesFileName) await link(join(base, name), join(base, 'second'));
        const instance = await createInstance({ ...options, propertiesFileName });
        expect(await readFile(join(instance.folder, name), 'utf8')).to.include('a=b');
      }
    });
  });
});
