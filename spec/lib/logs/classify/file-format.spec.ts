import { expect } from 'chai';
import type { LogEntry } from '../../../../lib/logs/classify/fields.ts';
import { FileFormat } from '../../../../lib/logs/classify/file-format.ts';
import type { LevelOptions } from '../../../../lib/logs/classify/level.ts';
import type { Level } from '../../../../lib/logs/follow/batch.ts';

const AUTO: LevelOptions = { levelField: '', numbers: 'auto' };
const SLOG = '{"time":"2026-11-22T08:48:11Z","level":"INFO","msg":"m"}';

describe('the format of a log file', () => {
  const domainFields: readonly (readonly [what: string, line: string, level: Level])[] = [
    [
      'levelname before severity',
      '{"levelname":"INFO","severity":"critical","message":"m"}',
      'info',
    ],
    ["Serilog's @l before Level", '{"@t":"t","@mt":"m","@l":"Warning","Level":"Fatal"}', 'warn'],
    ['no level of Serilog before Level', '{"@t":"t","@mt":"m","Level":"Fatal"}', 'info'],
    ['log.level before level', '{"@timestamp":"t","log.level":"INFO","level":"error"}', 'info'],
    ['L before Level', '{"L":"INFO","M":"m","Level":"error"}', 'info'],
    [
      'severity before a level of the game',
      '{"severity":"INFO","message":"m","level":"gold"}',
      'info',
    ],
    [
      'a number of pino before severity',
      '{"level":30,"time":1,"msg":"m","severity":"alert"}',
      'info',
    ],
    ['the first of a key given twice', '{"level":"info","msg":"m","level":"error"}', 'info'],
    ['the first of a configured key too', '{"@l":"x","level":"warn","level":"error"}', 'warn'],
  ];
  for (const [what, line, level] of domainFields) {
    it(`takes ${what}`, () => {
      expect(levelIn(new FileFormat(AUTO), line)).to.equal(level);
    });
  }

  for (const colour of [
    '\u001b[31merror\u001b[39m',
    '\u001b[38;5;196m ERROR \u001b[0m',
    '[31merror[39m',
  ]) {
    it(`reads ${JSON.stringify(colour)} without its colours`, () => {
      expect(new FileFormat(AUTO).levelOf({ level: colour, message: 'm' }, '')).to.equal('error');
    });
  }

  it('takes the field of the file’s majority where a line could be another writer’s', () => {
    const format = new FileFormat(AUTO);
    const both = '{"severity":"INFO","message":"m","level":"error"}';
    expect(levelIn(format, both), 'alone').to.equal('error');
    for (let i = 0; i < 40; i += 1) levelIn(format, '{"severity":"INFO","message":"m"}');
    expect(levelIn(format, both)).to.equal('info');
    expect(format.name).to.equal('Google Cloud');
  });

  it('takes the field that nearly all lines of an unknown writer have, and says which', () => {
    const format = new FileFormat(AUTO);
    for (let i = 0; i < 40; i += 1) levelIn(format, '{"lvl":"info","text":"m"}');
    expect(levelIn(format, '{"lvl":"info","text":"m","severity":"critical"}')).to.equal('info');
    expect(levelIn(format, '{"lvl":"error","text":"m"}')).to.equal('error');
    expect(format.name).to.equal('unknown format, level in lvl');
  });

  it('reads a line of another writer in the same file by its own format', () => {
    const format = new FileFormat(AUTO);
    for (let i = 0; i < 100; i += 1) levelIn(format, SLOG);
    expect(format.name).to.equal('slog or logrus');
    expect(levelIn(format, '{"@t":"t","@mt":"m","@l":"Error"}')).to.equal('error');
    expect(levelIn(format, '{"severity":"ERROR","message":"m"}')).to.equal('error');
    expect(levelIn(format, '{"message":"m"}')).to.equal('unknown');
  });

  it('changes when another writer takes over', () => {
    const format = new FileFormat(AUTO);
    for (let i = 0; i < 1000; i += 1) levelIn(format, SLOG);
    for (let i = 0; i < 40_000; i += 1) levelIn(format, '{"levelname":"INFO","message":"m"}');
    expect(format.name).to.equal('python-json-logger');
  });

  it('is that of every line where two writers share a file', () => {
    const format = new FileFormat(AUTO);
    for (let i = 0; i < 200; i += 1) {
      expect(levelIn(format, SLOG)).to.equal('info');
      expect(levelIn(format, '{"@t":"t","@mt":"m","level":"x"}')).to.equal('info');
    }
  });

  it('has no name before a JSON line, and the configured field afterwards', () => {
    const format = new FileFormat({ levelField: 'grade', numbers: 'auto' });
    expect(format.name).to.equal('');
    expect(levelIn(format, '{"grade":"warn","level":"error"}')).to.equal('warn');
    expect(format.name).to.equal('level in grade');
  });
});

// Private

function levelIn(format: FileFormat, line: string): Level {
  return format.levelOf(JSON.parse(line) as LogEntry, line);
}
