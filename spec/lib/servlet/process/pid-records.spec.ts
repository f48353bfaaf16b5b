import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  pidRecordPaths,
  readEntry,
  readPidRecords,
  removeRecord,
  writeRecord,
} from '../../../../lib/servlet/process/pid-records.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const RECORD = {
  tag: '/b:i:u',
  bootId: 'boot',
  argv: ['node', 'x'],
  port: 9400,
  stopTimeoutMs: 1000,
};
const STAT = '12 (sh) S 7 12 12 34816 12 4194304 5 0 0 0 1 2 3 4 20 0 1 0 183063 1000 200\n';

describe('the pid records', () => {
  it('hold one record per id, whatever the id contains', () =>
    withTempFolder(async (folder) => {
      const ids = ['a-1/1_test', 'a-1/1_test ', '..', '.', 'x'.repeat(500), 'é:%2F\n'];
      for (const id of ids) writeRecord(folder, { ...RECORD, id });
      const { entries, unreadable } = readPidRecords(folder);
      expect(entries.map(({ record }) => record.id)).to.have.members(ids);
      expect(unreadable).to.deep.equal([]);
      for (const id of ids) removeRecord(folder, id);
      expect(readdirSync(folder)).to.deep.equal([]);
    }));

  it('leave nothing behind where one cannot be written', () =>
    withTempFolder(async (folder) => {
      mkdirSync(pidRecordPaths(folder, 'a').record);
      expect(() => writeRecord(folder, { ...RECORD, id: 'a' }))
        .to.throw()
        .with.property('code', 'VILI_LEDGER_WRITE');
      expect(readdirSync(folder)).to.deep.equal(['a.json']);
    }));

  it('return the process that the wrapper noted, and drop that of an earlier start', () =>
    withTempFolder(async (folder) => {
      writeRecord(folder, { ...RECORD, id: 'a' });
      expect(readEntry(folder, 'a')?.leader).to.equal(null);
      writeFileSync(pidRecordPaths(folder, 'a').stat, STAT);
      expect(readEntry(folder, 'a')).to.deep.equal({
        record: { ...RECORD, id: 'a' },
        leader: { pid: 12, startTime: '183063', bootId: 'boot' },
      });
      writeRecord(folder, { ...RECORD, id: 'a' });
      expect(readEntry(folder, 'a')?.leader).to.equal(null);
    }));

  it('lose no good record to a bad one', () =>
    withTempFolder(async (folder) => {
      writeRecord(folder, { ...RECORD, id: 'good' });
      writeFileSync(join(folder, 'half.json'), '{"schema":"vili.servlet/1","id":"ha');
      writeFileSync(join(folder, 'null.json'), 'null');
      writeFileSync(join(folder, 'other.json'), '{"schema":"vili.servlet/9","id":"x"}');
      writeFileSync(join(folder, 'aside.json.tmp'), '{');
      const { entries, unreadable } = readPidRecords(folder);
      expect(entries.map(({ record }) => record.id)).to.deep.equal(['good']);
      expect(unreadable.map(({ file }) => file)).to.have.members(
        ['half.json', 'null.json', 'other.json'].map((name) => join(folder, name)),
      );
    }));

  it('are empty where there is no folder', () => {
    expect(readPidRecords('/no/such/folder').entries).to.deep.equal([]);
    expect(readEntry('/no/such/folder', 'a')).to.equal(null);
  });
});
