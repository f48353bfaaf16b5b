import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { LogEntry } from '../../../../lib/logs/classify/fields.ts';
import { writerOf } from '../../../../lib/logs/classify/writers.ts';

const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  'documented.jsonl': [
    ...Array<string>(2).fill('ECS'),
    ...Array<string>(2).fill('GELF'),
    ...Array<string>(2).fill('logstash'),
    'ECS',
    'log4j2',
    ...Array<string>(2).fill('Google Cloud'),
    ...Array<string>(3).fill('Serilog compact'),
    'Serilog',
    '.NET console',
    ...Array<string>(2).fill('slog or logrus'),
    'winston logstash',
  ],
};

describe('the writer of a log line', () => {
  for (const [file, names] of Object.entries(WRITTEN)) {
    it(`is recognised in every line of ${file}`, () => {
      expect(linesOf(file).map((entry) => writerOf(entry)?.name)).to.deep.equal(names);
    });
  }

  it('is recognised in lines of node, python and Go as their libraries write them', () => {
    const names = new Set(
      ['node.jsonl', 'python.jsonl', 'go.jsonl'].flatMap((file) =>
        linesOf(file).map((entry) => writerOf(entry)?.name ?? 'none'),
      ),
    );
    expect([...names].sort()).to.deep.equal([
      'bunyan',
      'hclog',
      'loguru',
      'none',
      'pino',
      'python-json-logger',
      'slog or logrus',
      'structlog',
      'winston (level and message)',
      'zap',
      'zap development',
      'zerolog',
    ]);
  });

  it('is never found by throwing, whatever a line has', () => {
    const keys = fc.constantFrom('level', '@t', 'log', 'record', 'severity', '__proto__', 'time');
    fc.assert(
      fc.property(fc.dictionary(keys, fc.jsonValue({ maxDepth: 3 })), (entry) => {
        expect(writerOf(entry)?.name ?? 'none').to.be.a('string');
      }),
    );
  });
});

// Private

function linesOf(file: string): readonly LogEntry[] {
  const text = readFileSync(`spec/fixtures/logs/${file}`, 'utf8').trimEnd();
  return text.split('\n').map((line) => JSON.parse(line) as LogEntry);
}
