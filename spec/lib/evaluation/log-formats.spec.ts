import { expect } from 'chai';
import { LogFormats } from '../../../lib/evaluation/log-formats.ts';
import { batchOf } from '../../support/log-batches.ts';

describe('the change of log format between two versions', () => {
  it('is found once both have logged 50 lines, running with levels and testing without', () => {
    const formats = logged(1, 50, 0);
    formats.add('testing', batchOf(0, { unknown: 49 }));
    expect(formats.change()).to.equal(null);
    formats.add('testing', batchOf(0, { unknown: 1 }));
    expect(formats.change()).to.deep.equal({
      running: '50 of 50 lines had a level',
      testing: '0 of 50 lines had a level',
    });
  });

  it('is found when testing logs nothing from its start on', () => {
    expect(logged(0, 49, 0).change()).to.equal(null);
    expect(logged(0, 50, 0).change()?.testing).to.equal('logged nothing where the log should be');
    expect(logged(1, 50, 0).change(), 'testing logged during its start').to.equal(null);
  });

  it('is not found when running has no levels either, or testing has them', () => {
    const both = logged(1, 0, 0);
    both.add('running', batchOf(0, { unknown: 60 }));
    both.add('testing', batchOf(0, { unknown: 60 }));
    expect(both.change()).to.equal(null);
    expect(logged(1, 60, 60).change()).to.equal(null);
  });

  it('is told apart from logs that say nothing on both sides', () => {
    expect(new LogFormats(0).sides()).to.deep.include({ running: 'none', testing: 'none' });
    expect(new LogFormats(3, true).sides()).to.deep.include({ running: 'read', testing: 'read' });
    const both = logged(1, 0, 0);
    both.add('running', batchOf(0, { unknown: 12 }));
    both.add('testing', batchOf(0, { unknown: 12 }));
    expect(both.sides()).to.deep.include({ running: 'unreadable', testing: 'unreadable' });
    const text = JSON.stringify(both.checkpoint());
    expect(LogFormats.restore(JSON.parse(text)).sides()).to.deep.equal(both.sides());
  });

  it('is the same after a checkpoint, and absent after anything else', () => {
    const formats = logged(0, 50, 0);
    const saved: unknown = JSON.parse(JSON.stringify(formats.checkpoint()));
    expect(LogFormats.restore(saved).change()).to.deep.equal(formats.change());
    for (const other of [null, 'x', {}, { running: 7, testing: [], startUpLines: '1' }]) {
      expect(LogFormats.restore(other).change()).to.equal(null);
    }
  });
});

// Private

function logged(startUpLines: number, runningLines: number, testingLines: number): LogFormats {
  const formats = new LogFormats(startUpLines);
  formats.add('running', batchOf(0, { info: runningLines }));
  formats.add('testing', batchOf(0, { info: testingLines }));
  return formats;
}
