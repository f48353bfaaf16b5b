import { expect } from 'chai';
import { isSystemFailure, WriteHealth } from '../../../lib/disk/write-health.ts';
import { recordingJournal } from '../../support/actor-kit.ts';
import { failureOf } from '../../support/failure.ts';

const FULL = new Error('cannot write /base/.vili/x.1a2b: ENOSPC: no space left on device, write');

describe("Vili's own writes", () => {
  it('are reported once when they fail, once more for another cause, and when they succeed again', async () => {
    const journal = recordingJournal();
    let nowMs = 5;
    const writes = new WriteHealth({ journal, now: () => nowMs });
    await writes.guard('the state', () => Promise.resolve());
    for (let i = 0; i < 5; i++) {
      expect(await failureOf(writes.guard('the state', () => failWith(FULL), 'crit'))).to.equal(
        FULL,
      );
      nowMs += 1;
    }
    const readOnly = new Error('EROFS: read-only');
    await failureOf(writes.guard('the state', () => failWith(readOnly), 'crit'));
    const [failing] = writes.failing();
    const what = { what: 'the state', problem: 'EROFS: read-only', sinceMs: 5, failures: 6 };
    expect(failing).to.deep.equal(what);
    expect(await writes.guard('the state', () => Promise.resolve(7))).to.equal(7);
    expect(writes.failing()).to.deep.equal([]);
    expect(journal.lines).to.deep.equal([
      `crit the state cannot be written: ${FULL.message}`,
      'crit the state cannot be written: EROFS: read-only',
      'notice the state is written again, after 6 failures',
    ]);
  });

  it('do not hide each other, and are bounded', async () => {
    const journal = recordingJournal();
    const writes = new WriteHealth({ journal, now: () => 0 });
    for (let i = 0; i < 100; i++) writes.failed(`file ${i}`, FULL);
    expect(writes.failing()).to.have.lengthOf(32);
    writes.succeeded('file 0');
    expect(writes.failing()[0]?.what).to.equal('file 1');
  });

  it('tell what the operating system refuses from what Vili does', () => {
    expect(isSystemFailure(FULL)).to.equal(true);
    expect(isSystemFailure(new Error('shop-1 is in use'))).to.equal(false);
  });
});

// Private

function failWith(error: Error): Promise<never> {
  return Promise.reject(error);
}
