import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFile,
  chmod,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { walkFolder } from '../../../../lib/archive/zip/folder-entries.ts';
import { packFolder, verifyZip } from '../../../../lib/archive/zip/pack.ts';
import { readContent, readZip } from '../../../../lib/archive/zip/reader.ts';
import { eventually } from '../../../support/eventually.ts';
import { failureOf } from '../../../support/failure.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const run = promisify(execFile);
const never = new AbortController().signal;

async function withFolder(
  use: (folder: string, zip: string, parent: string) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (parent) => {
    const folder = join(parent, 'id-1.0');
    await mkdir(join(folder, '1_running', 'logs', 'json'), { recursive: true });
    await writeFile(join(folder, 'id-1.0.jar'), 'jar content', { mode: 0o754 });
    await writeFile(join(folder, '1_running', 'stdOut'), 'x'.repeat(500_000));
    await writeFile(join(folder, '1_running', 'empty'), '');
    await symlink('../id-1.0.jar', join(folder, '1_running', 'id.jar'));
    await symlink(folder, join(folder, 'id-running'));
    await use(folder, join(parent, 'id-1.0.zip'), parent);
  });
}

async function namesIn(zip: string): Promise<string[]> {
  const names: string[] = [];
  await readZip(zip, never, async (entry) => void names.push(`${entry.type} ${entry.name}`));
  return names;
}

describe('packing a folder', () => {
  it('keeps files, modes, empty folders and links as links, even a link to the folder itself', async () => {
    await withFolder(async (folder, zip, parent) => {
      const packed = await packFolder(folder, zip, never);
      expect(packed.entries).to.equal(8);
      expect(packed.bytes).to.equal((await readFile(zip)).length);
      expect(await namesIn(zip)).to.deep.equal([
        'folder 1_running',
        'file 1_running/empty',
        'link 1_running/id.jar',
        'folder 1_running/logs',
        'folder 1_running/logs/json',
        'file 1_running/stdOut',
        'file id-1.0.jar',
        'link id-running',
      ]);
      expect(await verifyZip(zip, folder)).to.deep.equal(packed);
      expect((await readdir(parent)).sort()).to.deep.equal(['id-1.0', 'id-1.0.zip']);
    });
  });

  it('makes a zip that other programs unpack to the same content', async () => {
    await withFolder(async (folder, zip, parent) => {
      await packFolder(folder, zip, never, 9);
      const script =
        'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])';
      await run('python3', ['-c', script, zip, join(parent, 'out')]);
      expect(await readFile(join(parent, 'out', 'id-1.0.jar'), 'utf8')).to.equal('jar content');
      expect((await readFile(join(parent, 'out', '1_running/stdOut'))).length).to.equal(500_000);
    });
  });

  it('keeps names that are difficult for zip files', async () => {
    await withFolder(async (folder, zip) => {
      for (const name of ['c:colon', 'back\\slash', 'æøå 日本', ' blank ', '-rf', '..dots']) {
        await writeFile(join(folder, name), name);
      }
      const { entries } = await packFolder(folder, zip, never);
      expect(entries).to.equal(14);
      expect(await namesIn(zip)).to.include.members([
        'file ./c:colon',
        'file back%5Cslash',
        'file æøå 日本',
      ]);
    });
  });

  it('omits sockets and pipes, and does not hang on them', async () => {
    await withFolder(async (folder, zip) => {
      await run('mkfifo', [join(folder, 'pipe')]);
      const server = createServer().listen(join(folder, 'socket'));
      await once(server, 'listening');
      const packed = await packFolder(folder, zip, never);
      server.close();
      await once(server, 'close');
      expect(packed.entries).to.equal(8);
    });
  });

  it('survives files that grow, shrink and vanish while it packs', async () => {
    await withFolder(async (folder, zip) => {
      for (let i = 0; i < 40; i += 1) await writeFile(join(folder, `f${i}`), 'y'.repeat(100_000));
      const packing = packFolder(folder, zip, never);
      const packed = new AbortController();
      const done = packing.finally(() => packed.abort());
      for (let i = 0; i < 200 && !packed.signal.aborted; i += 1) {
        await appendFile(join(folder, '1_running', 'stdOut'), 'more');
        await truncate(join(folder, `f${i % 40}`), i % 7).catch(() => undefined);
        if (i < 20) await rm(join(folder, `f${39 - i}`));
      }
      const { entries } = await done;
      expect(entries).to.be.within(28, 48);
    });
  });

  it('replaces an older zip only after verifying the new one, and leaves nothing when it fails', async () => {
    await withFolder(async (folder, zip, parent) => {
      await writeFile(zip, 'older');
      const file = join(folder, 'big');
      await truncate(await writeFile(file, '').then(() => file), 100_000_000);
      const stop = new AbortController();
      const packing = failureOf(packFolder(folder, zip, stop.signal));
      await eventually('packing begins', async () => (await readdir(parent)).length > 2);
      stop.abort(new Error('stop'));
      await packing;
      expect(await readFile(zip, 'utf8')).to.equal('older');
      expect((await readdir(parent)).sort()).to.deep.equal(['id-1.0', 'id-1.0.zip']);
      const missing = await failureOf(packFolder(folder, join(parent, 'none', 'x.zip'), never));
      expect(missing).to.have.property('code', 'VILI_ARCHIVE_FAILED');
    });
  });

  it('stops on its signal, and leaves nothing', async () => {
    await withFolder(async (folder, zip, parent) => {
      await truncate(join(folder, 'id-1.0.jar'), 300_000_000);
      const stop = new AbortController();
      const reason = new Error('stop');
      const packing = failureOf(packFolder(folder, zip, stop.signal));
      await eventually('packing begins', async () => (await readdir(parent)).length > 1);
      stop.abort(reason);
      expect(await packing).to.equal(reason);
      expect(await readdir(parent)).to.deep.equal(['id-1.0']);
    });
  });

  it('accepts files of any age', async () => {
    await withFolder(async (folder, zip) => {
      await utimes(join(folder, 'id-1.0.jar'), 0, 0);
      await utimes(join(folder, '1_running'), 6_000_000_000, 6_000_000_000);
      await packFolder(folder, zip, never);
    });
  });
});

describe('verifying a zip', () => {
  it('detects damage wherever it matters', async () => {
    await withFolder(async (folder, zip) => {
      await packFolder(folder, zip, never);
      const bytes = await readFile(zip);
      let found = 0;
      let tried = 0;
      for (let at = 0; at < bytes.length; at += 23) {
        tried += 1;
        const bad = Buffer.from(bytes);
        bad[at] = (bad[at] ?? 0) ^ 0x55;
        await writeFile(zip, bad);
        const isFound = await verifyZip(zip, folder).then(
          () => false,
          () => true,
        );
        if (isFound) found += 1;
      }
      // Dates, modes and the sizes repeated in local headers are not verified.
      expect(found / tried).to.be.greaterThan(0.5);
    });
  });

  it('detects changed content in the zip, and any difference from the folder', async () => {
    await withFolder(async (folder, zip) => {
      await packFolder(folder, zip, never);
      const code = 'VILI_ARCHIVE_DAMAGED';
      await writeFile(join(folder, 'id-1.0.jar'), 'JAR content');
      expect((await failureOf(verifyZip(zip, folder))).message).to.include('other content');
      await writeFile(join(folder, 'id-1.0.jar'), 'jar content');
      await writeFile(join(folder, 'new'), '');
      expect((await failureOf(verifyZip(zip, folder))).message).to.include('entry new is missing');
      await rm(join(folder, 'new'));
      await rm(join(folder, '1_running', 'empty'));
      expect((await failureOf(verifyZip(zip, folder))).message).to.include('unexpected');
      await truncate(zip, 100);
      expect(await failureOf(verifyZip(zip, folder))).to.have.property('code', code);
      await truncate(zip, 0);
      expect(await failureOf(verifyZip(zip, folder))).to.have.property('code', code);
      expect(await failureOf(verifyZip(join(folder, 'none'), folder))).to.have.property(
        'code',
        code,
      );
    });
  });

  it('detects a wrong CRC-32 of a stored entry', async () => {
    await withFolder(async (folder, zip) => {
      await packFolder(folder, zip, never, 0);
      const bytes = await readFile(zip);
      const at = bytes.indexOf('jar content');
      const file = await open(zip, 'r+');
      await file.write('J', at);
      await file.close();
      const error = await failureOf(
        readZip(zip, never, async (entry) => void (await readContent(entry, never))),
      );
      expect(error.message).to.include('CRC-32');
    });
  });
});

describe('walking a folder', () => {
  it('fails on a folder that may not be read, and does not follow links', async () => {
    await withFolder(async (folder) => {
      await chmod(join(folder, '1_running'), 0o700);
      const names: string[] = [];
      for await (const entry of walkFolder(folder)) names.push(entry.name);
      expect(names).to.have.lengthOf(8);
      expect(names.indexOf('1_running')).to.be.lessThan(names.indexOf('1_running/stdOut'));
    });
  });
});
