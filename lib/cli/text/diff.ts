import { pairsOf } from '../../model/headers.ts';
import type { DifferencesView, ReplayPlan } from '../../operator/views/evidence-view.ts';
import { counted } from '../../text/numbers.ts';
import { dateTime, milliseconds } from '../../text/times.ts';
import type { TextOptions } from './colors.ts';
import { jsonLines } from './json-lines.ts';
import { diffLines } from './line-diff.ts';
import { printable } from './printable.ts';
import { wrapWords } from './table.ts';

const MAX_LINE = 400;
const MAX_LOG_LINES = 10;
/** Equal lines shown around a difference. */
const CONTEXT = 3;
const INDENT = ' '.repeat(13);

type Endpoint = DifferencesView['endpoints'][number];
type Field = Endpoint['differences'][number];
type Sample = ReplayPlan['samples'][number];
type Body = Sample['running']['body'];
type Logs = NonNullable<Sample['logs']>['running'];

/** `vili diff`: endpoints, fields and samples. */
export function differencesText(view: DifferencesView, { columns }: TextOptions): string[] {
  const lines = [`${printable(view.version)}: where the responses differ`];
  const endpoints = view.endpoints.filter(isDifferent);
  if (endpoints.length === 0) lines.push('  no difference fits');
  for (const one of endpoints) {
    lines.push('', `${printable(one.endpoint)}   ${balanceText(one)}`);
    const add = (title: string, entries: readonly Field[]): void => {
      for (const one of entries) lines.push(...wrapWords(fieldText(title, one), columns, INDENT));
    };
    add('failed', one.failures);
    add('counts', one.differences);
    add('also seen', one.alsoSeen);
    for (const { id, signal, key } of one.samples) {
      const what = key === signal ? signal : `${signal}, ${key}`;
      lines.push(...wrapWords(printable(`  sample     ${id}  ${what}`), columns, INDENT));
    }
  }
  const [sample] = view.endpoints.flatMap((one) => one.samples);
  if (sample !== undefined) lines.push('', `see one: vili diff --sample ${sampleIdOf(sample.id)}`);
  return lines;
}

/** `vili diff --sample`: the request and the differences of the responses. */
export function sampleText(sample: Sample, { columns, colors }: TextOptions): string[] {
  const { request, running, testing, differences } = sample;
  const lines = [
    ...wrapWords(`${sample.id}   ${request.method} ${printable(request.path)}`, columns, '  '),
    `  sent ${printable(dateTime(sample.at))}, request id ${printable(sample.requestId)}`,
    ...headerLines(request.headers, columns),
    ...bodyLines('  > ', request.body),
    '',
    `- running: ${responseText(running)}`,
    `+ testing: ${responseText(testing)}`,
  ];
  for (const { kind, path, running: ours, testing: theirs } of differences) {
    const where = path === kind ? kind : `${kind} ${path}`;
    const text = `  ${where}${changeText(': ', ours, theirs)}`;
    lines.push(...wrapWords(printable(text), columns, '    '));
  }
  const found = diffLines(pretty(running.body), pretty(testing.body, running.body));
  if (found.length > 0) lines.push('');
  for (const [at, { mark, text }] of found.entries()) {
    const near = found.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1);
    if (near.every((line) => line.mark === ' ')) continue;
    const line = `${mark} ${printable(text.replaceAll('\t', '  ')).slice(0, MAX_LINE)}`;
    lines.push(mark === '-' ? colors.bad(line) : mark === '+' ? colors.good(line) : line);
  }
  if (sample.logs !== undefined) {
    lines.push('', ...logLines('running', sample.logs.running, columns));
    lines.push(...logLines('testing', sample.logs.testing, columns));
  }
  return lines;
}

/** An id for a command line; one that Vili did not make is not offered to a shell. */
export function sampleIdOf(id: string): string {
  return /^\w+$/.test(id) ? id : 'ID';
}

/** `: 6.5 → "6.5"` after a prefix; empty when neither value is known. */
export function changeText(prefix: string, running = '', testing = ''): string {
  if (running === '' && testing === '') return '';
  return `${prefix}${running || 'nothing'} → ${testing || 'nothing'}`;
}

// Private

/** An endpoint may be listed for what it lacks alone, as one that was never compared. */
function isDifferent({ failures, differences, alsoSeen, samples }: Endpoint): boolean {
  return failures.length + differences.length + alsoSeen.length + samples.length > 0;
}

function balanceText({ pairs, worse, better }: Endpoint): string {
  const parts = [counted(pairs, 'pair')];
  if (worse > 0) parts.push(`testing did worse in ${worse}`);
  if (better > 0) parts.push(`better in ${better}`);
  return parts.join(', ');
}

function fieldText(title: string, entry: Field): string {
  const { kind, path, running, testing, count } = entry;
  const what = title === 'failed' ? '' : `${kind} ${path}`;
  const change = changeText('  ', running, testing);
  return printable(`  ${title.padEnd(9)}  ${what}${change}   ${counted(count, 'time')}`);
}

function headerLines(headers: readonly string[], columns: number): string[] {
  return pairsOf(headers).flatMap(([name, value]) =>
    wrapWords(`  > ${printable(name)}: ${printable(value)}`, columns, '      '),
  );
}

function responseText({ status, failure, ms, body }: Sample['running']): string {
  const what = failure ?? (status === 0 ? 'no response' : String(status));
  const cut = body?.cut === true ? ', not all of it kept' : '';
  return `${what} in ${milliseconds(ms)}, ${body?.bytes ?? 0} bytes${cut}`;
}

/** A sample of an earlier Vili may have more. */
function logLines(side: string, { lines, more }: Logs, columns: number): string[] {
  if (lines.length === 0) return [`${side} logged nothing of it`];
  const shown = lines
    .slice(-MAX_LOG_LINES)
    .flatMap(({ level, text }) =>
      wrapWords(`  ${level.toUpperCase().padEnd(7)} ${printable(text)}`, columns, ' '.repeat(10)),
    );
  const left = more + Math.max(0, lines.length - MAX_LOG_LINES);
  return [
    `${side} logged:`,
    ...shown,
    ...(left > 0 ? [`  and ${counted(left, 'more line')}`] : []),
  ];
}

function bodyLines(prefix: string, body: Body): string[] {
  return pretty(body).map((line) => `${prefix}${printable(line).slice(0, MAX_LINE)}`);
}

/** JSON with one field a line, its keys in the order of the other body. */
function pretty(body: Body, like: Body = null): readonly string[] {
  if (body?.hash !== undefined) return [`(not kept: ${body.bytes} bytes, ${body.hash})`];
  if (body === null || body.text === '') return [];
  if (body.base64) return [`(binary) ${body.text.slice(0, 60)}`];
  const lines = body.cut ? null : jsonLines(body.text, like?.text);
  return lines ?? body.text.split('\n');
}
