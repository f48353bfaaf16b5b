import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Level } from '../../../lib/logs/batch.ts';
import { type LevelOptions, levelOf } from '../../../lib/logs/level.ts';

const AUTO: LevelOptions = { levelField: '', numbers: 'auto' };

/** The level of every line of each fixture, in order; they are the output of the real libraries. */
const EXPECTED: Record<string, string> = {
  'go.jsonl': 'warn error fatal fatal unknown trace warn error warn error error warn warn error',
  'node.jsonl':
    'info warn error fatal warn error warn info info debug debug trace ' +
    'fatal fatal fatal error warn info info debug trace debug info warn error fatal',
  'python.jsonl': 'unknown unknown error warn fatal error warn fatal error warn fatal info',
};

/** Documented shapes of the writers that are not among the fixtures. */
const SHAPES: readonly (readonly [writer: string, entry: object, level: Level])[] = [
  ['logback', { level: 'WARN', level_value: 30000, message: 'm' }, 'warn'],
  ['logback by number', { level_value: 40000, message: 'm' }, 'error'],
  ['Spring Boot 3.4 ECS', { 'log.level': 'ERROR', message: 'm' }, 'error'],
  ['Spring Boot 3.5 ECS', { log: { level: 'WARN', logger: 'a.B' } }, 'warn'],
  ['GELF', { version: '1.1', short_message: 'm', level: 3 }, 'error'],
  ['GELF, inverse', { version: '1.1', short_message: 'm', level: 6 }, 'info'],
  ['Spring Boot GELF', { version: '1.1', short_message: 'm', _level_name: 'WARN' }, 'warn'],
  ['log4j2 ECS, padded', { 'log.level': ' WARN', message: 'm' }, 'warn'],
  ['log4j2 JSON', { level: 'FATAL', message: 'm' }, 'fatal'],
  ['GCP', { severity: 'WARNING', message: 'm' }, 'warn'],
  ['GCP alert', { severity: 'ALERT' }, 'fatal'],
  ['GCP without severity', { severity: 'DEFAULT' }, 'unknown'],
  ['GCP by number', { severity: 500 }, 'error'],
  ['GCP warning by number', { severity: 400 }, 'warn'],
  ['java.util.logging', { level: 'SEVERE', loggerName: 'a' }, 'error'],
  ['java.util.logging fine', { level: 'FINEST' }, 'trace'],
  ['pino between levels', { level: 35, msg: 'm' }, 'info'],
  ['zap development', { L: 'ERROR', M: 'm' }, 'error'],
  ['slog offset', { level: 'ERROR+4', msg: 'm' }, 'error'],
  ['slog negative offset', { level: 'WARN-1', msg: 'm' }, 'warn'],
  ['bragi', { level: 'CRIT', message: 'm' }, 'fatal'],
  ['Serilog compact without level', { '@t': 'x', '@mt': 'm' }, 'info'],
  ['Serilog compact', { '@t': 'x', '@mt': 'm', '@l': 'Error' }, 'error'],
  ['.NET JsonConsole', { LogLevel: 'Critical', Message: 'm' }, 'fatal'],
  ['Serilog JSON', { Level: 'Information', MessageTemplate: 'm' }, 'info'],
  ['OpenTelemetry', { severity_number: 17, severity_text: 'whatever', body: 'm' }, 'error'],
  ['OpenTelemetry camel case', { severityNumber: 13, body: 'm' }, 'warn'],
  ['OpenTelemetry text', { severity_text: 'WARN2' }, 'warn'],
  ['Monolog', { level: 300, level_name: 'WARNING', channel: 'app' }, 'warn'],
  ['Monolog by number', { level: 400, channel: 'app' }, 'error'],
  ['tracing-subscriber', { level: 'TRACE', fields: { message: 'm' } }, 'trace'],
  ['journald', { PRIORITY: '4', MESSAGE: 'm' }, 'warn'],
  ['journald error', { PRIORITY: '3', MESSAGE: 'm' }, 'error'],
  ['brackets', { level: '[ERROR]:' }, 'error'],
  ['an HTTP status', { status: 404, msg: 'not found' }, 'unknown'],
  ['a queue priority', { priority: 3, msg: 'm' }, 'unknown'],
  ['a bare small number', { level: 3, msg: 'm' }, 'unknown'],
  ['an exception without level', { message: 'm', stack_trace: 'java.lang.Error' }, 'error'],
  ['an empty exception field', { message: 'm', exception: null }, 'unknown'],
  ['a level that is no word', { level: 'purple' }, 'unknown'],
];

describe('levelOf', () => {
  for (const [file, levels] of Object.entries(EXPECTED)) {
    it(`knows the level of every line of ${file}`, () => {
      const text = readFileSync(`spec/fixtures/logs/${file}`, 'utf8').trimEnd();
      const found = text.split('\n').map((line) => levelOf(JSON.parse(line) as object, AUTO));
      expect(found.join(' ')).to.equal(levels);
    });
  }

  for (const [writer, entry, level] of SHAPES) {
    it(`reads ${writer} as ${level}`, () => {
      expect(levelOf(entry, AUTO)).to.equal(level);
    });
  }

  it('asks the configured field first, flat or dotted', () => {
    const options: LevelOptions = { levelField: 'meta.grade', numbers: 'auto' };
    expect(levelOf({ level: 'INFO', meta: { grade: 'ERROR' } }, options)).to.equal('error');
    expect(levelOf({ level: 'INFO', 'meta.grade': 'WARN' }, options)).to.equal('warn');
    expect(levelOf({ level: 'INFO' }, options)).to.equal('info');
  });

  it('takes no level from a numeric status even when it is the configured field', () => {
    const options: LevelOptions = { levelField: 'status', numbers: 'auto' };
    expect(levelOf({ status: 404 }, options)).to.equal('unknown');
    expect(levelOf({ status: 'error' }, options)).to.equal('error');
  });

  it('reads bare numbers as the setting says', () => {
    expect(levelOf({ level: 40 }, { levelField: '', numbers: 'auto' })).to.equal('warn');
    expect(levelOf({ level: 40 }, { levelField: '', numbers: 'pino' })).to.equal('warn');
    expect(levelOf({ level: 40 }, { levelField: '', numbers: 'python' })).to.equal('error');
    expect(levelOf({ level: 4 }, { levelField: '', numbers: 'syslog' })).to.equal('warn');
    expect(levelOf({ level: '3' }, { levelField: '', numbers: 'syslog' })).to.equal('error');
  });

  it('gives some level for any JSON object and never throws', () => {
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
