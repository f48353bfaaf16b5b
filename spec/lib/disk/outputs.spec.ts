import { open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { capOutputs, outputLimit } from '../../../lib/disk/outputs.ts';
import { failureOf } from '../../support/failure.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const LIMITS = { maxBytes: 100, minFree: 0, now: () => 0 };
const MIB = 1024 ** 2;

describe('The outputs of servlets', () => {
  it('are cut when they are too large, the JSON log too, and no others', () =>
    withTempFolder(async (folder) => {
      const files = outputsIn(folder);
      await writeFile(files.stdOut, 'x'.repeat(200));
      await writeFile(files.stdErr, 'x'.repeat(20));
      await writeFile(files.jsonLog, 'y'.repeat(150));
      await capOutputs([files], LIMITS, folder);
      expect((await stat(files.stdOut)).size).to.equal(0);
      expect((await stat(files.stdErr)).size).to.equal(20);
      expect((await stat(files.jsonLog)).size).to.equal(0);
      const kept = (await readdir(folder)).find((name) => name.startsWith('shop.1970'));
      const text = gunzipSync(await readFile(join(folder, kept ?? ''))).toString();
      expect(text).to.equal('y'.repeat(100));
    }));

  it('are cut all the same when one of them cannot be', () =>
    withTempFolder(async (folder) => {
      const files = { ...outputsIn(folder), stdOut: `${folder}\0` };
      await writeFile(files.stdErr, 'x'.repeat(200));
      expect((await failureOf(capOutputs([files], LIMITS, folder))).message).to.match(/null byte/);
      expect((await stat(files.stdErr)).size).to.equal(0);
    }));

  it('count what they take: a writer that keeps its place leaves a hole, which takes nothing', () =>
    withTempFolder(async (folder) => {
      const files = outputsIn(folder);
      const writer = await open(files.jsonLog, 'w');
      try {
        await writer.write(Buffer.alloc(4 * MIB, 1), 0, 4 * MIB, 0);
        const limits = { ...LIMITS, maxBytes: 2 * MIB };
        await capOutputs([files], limits, folder);
        await writer.write(Buffer.from('{}\n'), 0, 3, 4 * MIB);
        await capOutputs([files], limits, folder);
        expect((await stat(files.jsonLog)).size, 'it was not cut again').to.equal(4 * MIB + 3);
      } finally {
        await writer.close();
        await rm(files.jsonLog);
      }
    }));

  it('get less room on a disk that is short of space, however large they may be elsewhere', () => {
    const limits = { maxBytes: 100 * MIB, minFree: 0.05 };
    const of = (freeShare: number, totalBytes: number): number =>
      outputLimit(limits, { freeShare, totalBytes });
    expect(of(0.05, 100 * MIB)).to.equal(100 * MIB);
    expect(of(0.04, 100 * MIB)).to.equal(1.25 * MIB);
    expect(of(0, MIB)).to.equal(65_536);
    expect(of(0, 1000 * 1024 * MIB)).to.equal(100 * MIB);
  });
});

// Private

function outputsIn(folder: string) {
  const at = (name: string): string => join(folder, name);
  return { stdOut: at('stdOut'), stdErr: at('stdErr'), jsonLog: at('shop.log') };
}
