import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { isComplete } from '../../../../lib/base/arrival/complete.ts';
import { jarBytes } from '../../../support/jar-file.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const inner = jarBytes({ 'a.class': 'inner class' });
const outer = jarBytes({
  'BOOT-INF/lib/inner.jar': inner,
  'b.class': 'outer',
  'inner2.jar': inner,
});

async function isCompleteJar(bytes: Buffer): Promise<boolean> {
  return await withTempFolder(async (folder) => {
    const path = join(folder, 'x-1.0.jar');
    await writeFile(path, bytes);
    return await isComplete(path);
  });
}

describe('isComplete', () => {
  it('accepts a jar with its end record, even with a comment, padding, a leading script, or no entry', async () => {
    expect(await isCompleteJar(jarBytes())).to.equal(true);
    expect(await isCompleteJar(jarBytes({ a: 'b' }, 'x'.repeat(65_535)))).to.equal(true);
    expect(await isCompleteJar(jarBytes({}))).to.equal(true);
    expect(await isCompleteJar(Buffer.concat([jarBytes(), Buffer.alloc(1000)]))).to.equal(true);
    expect(
      await isCompleteJar(Buffer.concat([Buffer.from('#!/bin/sh\nexec x\n'), jarBytes()])),
    ).to.equal(true);
  });

  it('rejects a jar cut off anywhere, even right after a jar inside it', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, 'x-1.0.jar');
      await writeFile(path, outer);
      for (let length = outer.length - 1; length >= 0; length -= 1) {
        await truncate(path, length);
        expect(await isComplete(path), `${length} of ${outer.length} bytes`).to.equal(false);
      }
      await writeFile(path, outer);
      expect(await isComplete(path)).to.equal(true);
    });
  });

  it('rejects other bytes with the name of a jar', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(await isCompleteJar(Buffer.from(bytes))).to.equal(false);
      }),
      { numRuns: 50 },
    );
    expect(await isCompleteJar(Buffer.alloc(200_000, 'PK\u0005\u0006'))).to.equal(false);
  });

  it('accepts a zip64 jar, and rejects a truncated one', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, 'x-1.0.jar');
      const jar = zip64Bytes();
      await writeFile(path, jar);
      expect(await isComplete(path)).to.equal(true);
      await truncate(path, jar.length - 1);
      expect(await isComplete(path)).to.equal(false);
    });
  });

  it('accepts every file of another type', async () => {
    await withTempFolder(async (folder) => {
      await writeFile(join(folder, 'x-1.0.js'), 'const');
      expect(await isComplete(join(folder, 'x-1.0.js'))).to.equal(true);
      expect(await isComplete(join(folder, 'x-1.0.js'), '.jar')).to.equal(false);
    });
  });
});

/** A jar whose small end record refers to the zip64 one. */
function zip64Bytes(): Buffer {
  const plain = jarBytes({ a: 'content' });
  const end = plain.length - 22;
  const record = Buffer.alloc(56 + 20 + 22);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(1n, 24);
  record.writeBigUInt64LE(1n, 32);
  record.writeBigUInt64LE(BigInt(plain.readUInt32LE(end + 12)), 40);
  record.writeBigUInt64LE(BigInt(plain.readUInt32LE(end + 16)), 48);
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(end), 64);
  record.writeUInt32LE(1, 72);
  record.writeUInt32LE(0x06054b50, 76);
  record.writeUInt16LE(0xffff, 84);
  record.writeUInt16LE(0xffff, 86);
  record.writeUInt32LE(0xffffffff, 88);
  record.writeUInt32LE(0xffffffff, 92);
  return Buffer.concat([plain.subarray(0, end), record]);
}
