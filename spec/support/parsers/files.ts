import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { ArchiveFailed } from '../../../lib/archive/errors.ts';
import { restoreVersion } from '../../../lib/archive/restore.ts';
import { adoptBase } from '../../../lib/base/instance/adopt.ts';
import { layoutOf } from '../../../lib/base/names/layout.ts';
import { attempt } from '../../../lib/errors.ts';
import { jarBytes } from '../jar-file.ts';
import { must, type Parser } from './parser.ts';

const ENTRY_NAMES = [
  'a',
  'b/c',
  'b/',
  '../x',
  '/x',
  'b/../../x',
  'b\\..\\x',
  '%2e%2e/x',
  'a',
  'CON',
  '\0',
  'x'.repeat(300),
  '.',
  '..',
  '',
  'é',
];
const LINK_MODE = 0o120777;
const MADE_BY_UNIX = 3;
/** Of a record of the central directory. */
const DIRECTORY_RECORD = Buffer.from([0x50, 0x4b, 1, 2]);
const [MADE_BY_AT, ATTRIBUTES_AT] = [5, 38];
const TARGETS = [
  'a',
  '..',
  '../..',
  '/',
  '/etc/passwd',
  '../../vili-outside',
  'b/c',
  '.',
  'x'.repeat(5000),
  '\n',
];
const LINK_TARGETS = [
  'shop-1.0.0',
  './shop-1.0.0/',
  '../shop-1.0.0',
  '/nowhere/shop-1.0.0',
  'shop-1.0.0/..',
  '..',
  '/',
  'shop-test',
  'shop-running',
  'shop-x',
  'archive',
  'a'.repeat(300),
  '/dev/zero',
  '/proc/self/fd/0',
];
const BASE_LINKS = [
  'shop-running',
  'shop-test',
  'logs_shop-running',
  'shop-1.0.0/current',
  'shop-1.0.0/logs',
  'shop-1.0.0/1_running',
];

interface Zip {
  readonly entries: readonly (readonly [name: string, content: string, isLink: boolean])[];
  readonly changes: readonly { readonly at: number; readonly byte: number }[];
  readonly cut: number;
}

const zips: Parser<Zip> = {
  name: 'zips: entries, links, damage',
  inputs: fc.record({
    entries: fc.array(
      fc.tuple(
        fc.oneof(fc.constantFrom(...ENTRY_NAMES), fc.string({ unit: 'binary', maxLength: 8 })),
        fc.oneof(fc.constantFrom(...TARGETS), fc.string({ maxLength: 50 })),
        fc.boolean(),
      ),
      { maxLength: 5 },
    ),
    changes: fc.array(
      fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) }),
      { maxLength: 3 },
    ),
    cut: fc.constantFrom(0, 0, 0, 1, 10, 30),
  }),
  parse: async (zip, folder) => {
    const file = join(folder, 'in.zip');
    const inner = join(folder, 'inner');
    mkdirSync(inner, { recursive: true });
    writeFileSync(file, bytesOfZip(zip));
    try {
      const restored = await restoreVersion(file, join(inner, 'out'), {
        maxBytes: 1e6,
        maxEntries: 100,
      });
      must(restored.bytes <= 1e6 && restored.entries <= 100, 'it is not bounded');
      must(same(readdirSync(inner), ['out']), 'it leaves something beside the folder');
    } catch (error) {
      must(same(readdirSync(inner), []), 'a failure leaves something behind');
      throw error;
    } finally {
      rmSync(inner, { recursive: true });
    }
    must(same(readdirSync(folder), ['in.zip']), 'it writes outside');
  },
  mayThrow: (error) => error instanceof ArchiveFailed,
};

const links: Parser<readonly (readonly [string, string])[]> = {
  name: 'links of a base',
  inputs: fc.array(fc.tuple(fc.constantFrom(...BASE_LINKS), fc.constantFrom(...LINK_TARGETS)), {
    maxLength: 6,
  }),
  parse: async (made, folder) => {
    const base = join(folder, 'base');
    mkdirSync(join(base, 'shop-1.0.0'), { recursive: true });
    writeFileSync(join(base, 'shop-1.0.0.jar'), 'x');
    for (const [name, target] of made)
      attempt(() => symlinkSync(target, join(base, name)), undefined);
    try {
      const { running, testing, faults } = await adoptBase(layoutOf(base, 'shop'));
      must(
        faults.length <= 20 && faults.every((it) => it.length < 2000),
        'its faults are not bounded',
      );
      for (const file of [running, testing])
        must(file === null || file.name === 'shop-1.0.0', 'no version');
    } finally {
      rmSync(base, { recursive: true });
    }
  },
};

export const FILE_PARSERS = { zips, links };

// Private

function bytesOfZip({ entries, changes, cut }: Zip): Buffer {
  const bytes = jarBytes(Object.fromEntries(entries.map(([name, content]) => [name, content])));
  const isLink = new Map(entries.map(([name, , it]) => [name, it]));
  let at = bytes.indexOf(DIRECTORY_RECORD);
  for (const each of isLink.values()) {
    if (at < 0) break;
    if (each) {
      bytes[at + MADE_BY_AT] = MADE_BY_UNIX;
      bytes.writeUInt32LE((LINK_MODE << 16) >>> 0, at + ATTRIBUTES_AT);
    }
    at = bytes.indexOf(DIRECTORY_RECORD, at + 1);
  }
  for (const { at: share, byte } of changes) bytes[Math.floor(share * (bytes.length - 1))] = byte;
  return bytes.subarray(0, bytes.length - cut);
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.join() === right.join();
}
