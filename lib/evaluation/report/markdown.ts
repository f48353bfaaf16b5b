import { counted, percent } from '../../text/numbers.ts';
import { durationOf } from '../../text/times.ts';
import type { TallyEntry } from '../../verdict/evidence/tally.ts';
import { confidenceOf, shortened, worseAndBetter } from '../../verdict/explain/wording.ts';
import { declaredReason } from './declared.ts';
import { pausedText } from './paused.ts';
import type { Report, ReportEndpoint, SampleLine, TestReport } from './report.ts';

const MAX_IGNORED = 30;
const MAX_FIELDS = 5;

/** `report.md`: the report for people, within the bounds of the report. */
export function reportMarkdown(report: Report): string {
  const { version, verdict, sentence, reasons, at, by, test } = report;
  const lines = [`# ${text(version)}: ${verdict}`, '', text(sentence), ''];
  lines.push(`Decided ${text(at)} by ${text(by)}.`, '');
  if (reasons.length > 0) lines.push('## Why', '');
  for (const reason of reasons) {
    const samples = reason.samples.map(code).join(', ');
    lines.push(`- ${text(reason.text)}${samples === '' ? '' : ` Samples: ${samples}.`}`);
  }
  if (test !== undefined) lines.push(...testLines(test));
  return `${lines.join('\n')}\n`;
}

// Private

function testLines(test: TestReport): string[] {
  const { pairs, elapsedMs, signals, endpoints, missing, certainty } = test;
  const known =
    certainty.ruledOut >= 1
      ? 'how often it fails is not known yet'
      : `with ${confidenceOf(certainty.ruledOutAlpha)} it fails at most ${percent(certainty.ruledOut)} more often`;
  return [
    '',
    '## Signals',
    '',
    `${counted(pairs, 'compared request')} in ${durationOf(elapsedMs)}; ${known}.`,
    '',
    '| signal | running | testing | limit | state |',
    '|---|---|---|---|---|',
    ...signals.map((it) =>
      `| ${it.name} | ${it.running} | ${it.testing} | ${it.limit} | ${it.state} |`.replaceAll(
        '| - |',
        '| – |',
      ),
    ),
    ...(pausedText(test) === null ? [] : ['', `Meanwhile ${pausedText(test)}.`]),
    ...(test.translated === undefined
      ? []
      : ['', `${counted(test.translated, 'session')} translated into testing's own.`]),
    ...section(
      'Still needed',
      missing.map((one) => `- ${text(one)}`),
    ),
    ...(test.estimate?.never == null
      ? []
      : section('Never at this traffic', [`- ${text(test.estimate.never)}`])),
    ...section('Declared', declaredLines(test)),
    ...section('Endpoints', endpoints.flatMap(endpointLines)),
    ...section('Ignored', ignoredLines(test)),
    ...section('Never compared', coverageLines(test)),
    ...section('Not comparable', notComparableLines(test)),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines];
}

function endpointLines(one: ReportEndpoint): string[] {
  const { endpoint, pairs, worse, better, timed, slower, samples } = one;
  const balance = worseAndBetter(worse, better) || 'as well as running in all';
  const speed = timed > 0 && slower > 0 ? `, clearly slower in ${slower} of ${timed}` : '';
  const head = `- ${code(endpoint)}: ${balance} of ${counted(pairs, 'request')}${speed}`;
  const fields = (title: string, entries: readonly TallyEntry[]): string[] =>
    entries.slice(0, MAX_FIELDS).map((entry) => {
      const { kind, path, running, testing, count } = entry;
      const change =
        running === '' && testing === '' ? '' : `: ${code(running)} → ${code(testing)}`;
      return `  - ${title} ${kind} ${code(path)}${change} (${count})`;
    });
  return [
    head,
    ...fields('failed:', one.failures),
    ...fields('counts:', one.differences),
    ...fields('also seen:', one.alsoSeen),
    ...samples.flatMap(sampleLines),
  ];
}

function sampleLines({ id, signal, key, logs }: SampleLine): string[] {
  const logged = (side: 'running' | 'testing'): string[] =>
    (logs?.[side] ?? []).map((line) => `    - ${side} logged ${code(line)}`);
  return [
    `  - sample ${code(id)}: ${signal}, ${code(key)}`,
    ...logged('running'),
    ...logged('testing'),
  ];
}

/** What the version is meant to have, and why. */
function declaredLines({ declared = [] }: TestReport): string[] {
  return declared.map(({ endpoint, path, reason, times }) => {
    const where = endpoint === null ? '' : `${code(endpoint)} `;
    const seen =
      times === null ? '' : times === 0 ? ' Not seen.' : ` Seen ${counted(times, 'time')}.`;
    return `- ${where}${code(path)}: ${text(reason)}.${seen}`;
  });
}

function ignoredLines({ ignored, ignoredCount, declared }: TestReport): string[] {
  const shown = ignored.slice(0, MAX_IGNORED).map((field) => {
    const { endpoint, kind, path, reason, times, of } = field;
    const why =
      declaredReason(declared, field) !== null
        ? `declared, ${times} times`
        : reason === 'rule'
          ? `by a rule of compare.rules, ${times} times`
          : `running's second response differs there in ${times} of ${of}`;
    return `- ${code(endpoint)} ${kind} ${code(path)}: ${why}`;
  });
  const more = ignoredCount - shown.length;
  return more > 0 ? [...shown, `- and ${more} more`] : shown;
}

function coverageLines({ coverage }: TestReport): string[] {
  const { endpoints, methods } = coverage;
  return [
    ...methods.map((it) => `- every ${text(it.name)}: ${percent(it.share)} of the requests`),
    ...endpoints.map((it) => `- ${code(it.name)}: ${percent(it.share)} of the requests`),
  ];
}

/** Bodies that could not be read on one side at least. */
function notComparableLines({ coverage }: TestReport): string[] {
  return (coverage.notComparable ?? []).map(
    ({ name, why, pairs }) => `- ${code(name)}: ${text(why)}, in ${counted(pairs, 'pair')}`,
  );
}

const MARKUP = /[\\`*_[\]<>|~&$]|(?<=:)\/\/|(?<=\bwww)\.|!(?=\[)|@/gi;
/** At the beginning of a block: a heading, a list, a quote, a line below a heading. */
const BLOCK = /^([#+=-]|\d{1,9}(?=[.)]))/;

/** Untrusted text is shown as it is: no markup, no link, no end of its line. */
function text(value: string): string {
  const escaped = shortened(value, 600).replace(MARKUP, (found) => `\\${found}`);
  return escaped.replace(BLOCK, (found) => (/\d/.test(found) ? `${found}\\` : `\\${found}`));
}

function code(value: string): string {
  return `\`${shortened(value, 160).replaceAll('`', "'")}\``;
}
