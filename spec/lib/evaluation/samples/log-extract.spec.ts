import { expect } from 'chai';
import type { SampleLogLine } from '../../../../lib/compare/sample/sample.ts';
import { extractOf } from '../../../../lib/evaluation/samples/log-extract.ts';

describe('the log extract of a sample', () => {
  it('has the last three warnings and errors of a side that logged any', () => {
    const lines = ['warn', 'error', 'info', 'fatal', 'warn', 'info'].map((level, n) =>
      line(level, `line ${n}`),
    );
    const { testing } = extractOf({ running: side([]), testing: side(lines) });
    expect(testing).to.deep.equal(['ERROR line 1', 'FATAL line 3', 'WARN line 4']);
  });

  it('has the last three lines of a side without warnings and errors', () => {
    const lines = [1, 2, 3, 4].map((n) => line('info', `line ${n}`));
    const { running, testing } = extractOf({ running: side(lines), testing: side([]) });
    expect(running).to.deep.equal(['INFO line 2', 'INFO line 3', 'INFO line 4']);
    expect(testing).to.deep.equal([]);
  });

  it('cuts lines to 200 characters', () => {
    const { running } = extractOf({
      running: side([line('error', 'x'.repeat(500))]),
      testing: side([]),
    });
    expect(running).to.deep.equal([`ERROR ${'x'.repeat(200)}`]);
  });
});

// Private

function line(level: string, text: string): SampleLogLine {
  return { at: '2026-01-01T00:00:00.000Z', level, text };
}

function side(lines: readonly SampleLogLine[]) {
  return { lines, more: 0 };
}
