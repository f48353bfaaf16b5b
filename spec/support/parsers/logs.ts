import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLineMask } from '../../../lib/compare/mask/line.ts';
import { LogBatchBuilder } from '../../../lib/logs/count/batch-builder.ts';
import { LineSplitter } from '../../../lib/logs/follow/line-splitter.ts';
import { parseStat } from '../../../lib/servlet/process/identity.ts';
import { parseKibibytes, parseTimes } from '../../../lib/servlet/process/usage.ts';
import { DEFAULT_COMPARE_SETTINGS } from '../default-settings.ts';
import { bytesOf, texts } from './inputs.ts';
import { must, type Parser } from './parser.ts';

/** Real lines of log writers, from dist/spec/support/parsers to the sources. */
const LINES = ['documented', 'go', 'node', 'python'].flatMap((name) => {
  const path = new URL(`../../../../spec/fixtures/logs/${name}.jsonl`, import.meta.url);
  return readFileSync(fileURLToPath(path), 'utf8').split('\n').filter(Boolean);
});
const LINE_WORDS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  ':',
  ',',
  '\\',
  'level',
  'ERROR',
  'error',
  'msg',
  '50',
  'NaN',
  '\x1b[31m',
  'at a.b(C.java:1)',
  '\tat ',
  'Caused by: ',
  'password=',
  'Bearer ',
  '=',
  ' ',
  '\0',
  '__proto__',
  'e+9',
  '<3>',
  '[error]',
  'E1122 08:48:11.708 ',
];
const MAX_LINE_BYTES = 65_536;
const BATCH_MAX_CHARACTERS = 250_000;
const STAT = '12 (a) b) S 1 12 12 0 -1 4194304 5 0 0 0 1 2 3 4 20 0 1 0 183063 1000 200';

const maskLine = createLineMask(DEFAULT_COMPARE_SETTINGS.mask);

const lines: Parser<string> = {
  name: 'log lines of every format: level, kind, masking',
  inputs: texts(LINE_WORDS, LINES),
  parse: (text) => {
    const options = { levelField: '', numbers: 'auto', maxKinds: 10, mask: maskLine } as const;
    const builder = new LogBatchBuilder(options, 0);
    builder.line(text);
    builder.overlong(text.slice(0, MAX_LINE_BYTES / 4));
    const batch = builder.take(1, { inode: 0, position: 0 });
    must(batch === null || batch.lines <= 2, 'one line is counted more than once');
    const length = JSON.stringify(batch).length;
    must(length <= BATCH_MAX_CHARACTERS, `two lines make a batch of ${length} characters`);
  },
};

const splitting: Parser<Buffer> = {
  name: 'bytes of a log file',
  inputs: bytesOf(texts(['\n', '\r\n', '\0', 'a', '\xff', '{"level":"error"}', 'é'], LINES)),
  parse: async (bytes) => {
    let found = 0;
    const maxLineBytes = 100;
    const splitter = new LineSplitter({
      maxLineBytes,
      onLine: (line) => {
        found += 1;
        must(line.length <= maxLineBytes, 'a line is longer than the limit');
      },
      onOverlong: () => (found += 1),
    });
    const middle = Math.floor(bytes.length / 2);
    for (const part of [bytes.subarray(0, middle), bytes.subarray(middle)]) {
      await splitter.write(part);
    }
    await splitter.end();
    splitter.close();
    const ends = bytes.filter((byte) => byte === '\n'.charCodeAt(0)).length;
    must(found <= ends + 1, `${found} lines of ${ends + 1}`);
  },
};

const processFiles: Parser<string> = {
  name: 'files of /proc, in which a process chooses its own name',
  inputs: texts(
    [' ', '(', ')', ') ', '1', '-1', 'S', 'Z', '\n', '9'.repeat(30), 'Pss:', ' kB'],
    [STAT, 'Pss:   234 kB\nRss: 5 kB\n'],
  ),
  parse: (text) => {
    const stat = parseStat(text);
    must(stat === null || (Number.isInteger(stat.pid) && stat.pid > 0), 'no pid');
    const times = parseTimes(text);
    must(times === null || Number.isFinite(times.cpuMs), 'no time');
    const bytes = parseKibibytes(text, ['Pss']);
    must(bytes === null || bytes >= 0, 'no size');
  },
};

export const LOG_PARSERS = { lines, splitting, processFiles };
