import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { type LevelOptions, levelOf } from '../../../../lib/logs/classify/level.ts';
import { FIXTURE_LEVELS, LOG_SHAPES } from '../../../support/log-shapes.ts';

const AUTO: LevelOptions = { levelField: '', numbers: 'auto' };

describe('the level of a JSON line', () => {
  for (const [file, levels] of Object.entries(FIXTURE_LEVELS)) {
    it(`is found in every line of ${file}`, () => {
      const text = readFileSync(`spec/fixtures/logs/${file}`, 'utf8').trimEnd();
      const found = text.split('\n').map((line) => levelOf(JSON.parse(line) as object, AUTO));
      expect(found.join(' ')).to.equal(levels);
    });
  }

  for (const [writer, entry, level] of LOG_SHAPES) {
    it(`is ${level} for ${writer}: ${JSON.stringify(entry)}`, () => {
      expect(levelOf(entry, AUTO)).to.equal(level);
    });
  }

  it('comes from the configured field first, flat or dotted', () => {
    const options: LevelOptions = { levelField: 'meta.grade', numbers: 'auto' };
    expect(levelOf({ level: 'INFO', meta: { grade: 'ERROR' } }, options)).to.equal('error');
    expect(levelOf({ level: 'INFO', 'meta.grade': 'WARN' }, options)).to.equal('warn');
    expect(levelOf({ level: 'INFO' }, options)).to.equal('info');
  });

  it('never comes from a numeric status, not even as the configured field', () => {
    const options: LevelOptions = { levelField: 'status', numbers: 'auto' };
    expect(levelOf({ status: 404 }, options)).to.equal('unknown');
    expect(levelOf({ status: 'error' }, options)).to.equal('error');
  });

  it('comes from bare numbers as the setting says', () => {
    expect(levelOf({ level: 40 }, { levelField: '', numbers: 'auto' })).to.equal('warn');
    expect(levelOf({ level: 40 }, { levelField: '', numbers: 'pino' })).to.equal('warn');
    expect(levelOf({ level: 40 }, { levelField: '', numbers: 'python' })).to.equal('error');
    expect(levelOf({ level: 4 }, { levelField: '', numbers: 'syslog' })).to.equal('warn');
    expect(levelOf({ level: '3' }, { levelField: '', numbers: 'syslog' })).to.equal('error');
  });

  it('exists for any JSON object, and nothing throws', () => {
    const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'unknown'];
    const keys = fc.constantFrom('level', '@l', 'log', 'record', 'PRIORITY', '__proto__', 'x');
    const entries = fc.dictionary(keys, fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(entries, fc.constantFrom('', 'log.level', '__proto__.a'), (entry, levelField) => {
        expect(levels).to.include(levelOf(entry, { levelField, numbers: 'auto' }));
      }),
    );
  });
});
