import type { Level } from '../../lib/logs/follow/batch.ts';

/**
 * The level of every line of each fixture, in order; the fixtures are output of real libraries, the documented
 * ones as their manuals show it, with fields of an application added. A line alone has the last of a key given twice.
 */
export const FIXTURE_LEVELS: Readonly<Record<string, string>> = {
  'go.jsonl': 'warn error fatal fatal unknown trace warn error warn error error warn warn error',
  'node.jsonl':
    'info warn error fatal warn error warn info info debug debug trace ' +
    'fatal fatal fatal error warn info info debug trace debug info warn error fatal',
  'documented.jsonl':
    'info error info error info error warn info error info info error info warn fatal info error error',
  'python.jsonl': 'unknown unknown error warn fatal error warn fatal error warn fatal info',
};

/** Documented shapes of log writers that are not among the fixtures. */
export const LOG_SHAPES: readonly (readonly [writer: string, entry: object, level: Level])[] = [
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
  ['a level that is not a known word', { level: 'purple' }, 'unknown'],
];
