import { parseArgs } from 'node:util';
import { messageOf } from '../../lib/errors.ts';
import { leaving } from './apps/run.ts';
import { nameOf, type Outcome, type Row, rowsOf, runRow } from './apps/rows.ts';

/**
 * The gallery: small applications of many kinds, each the same build again and with faults, under clients that log
 * in and write. The same build must be promoted, or held with a rule named and promoted with that rule; a fault must be
 * rejected or held with a reason that names it, or named as never compared. Times are short, all else is as shipped.
 *
 *   npm run bench:apps -- [--runs 20] [--only APP] [--fault none|500|blank|…] [--at-once 3]
 *                         [--busy-host] [--verbose]
 *
 * --busy-host: verdict.speed=report but for faults of speed, where the machine is too busy to take times
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    only: { type: 'string', default: '' },
    fault: { type: 'string', default: '' },
    'at-once': { type: 'string', default: '3' },
    'busy-host': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const rows = rowsOf(values.only, values.fault);
const width = Math.max(0, ...rows.map((row) => nameOf(row).length)) + 2;
const outcomes = new Map<Row, Outcome[]>(rows.map((row) => [row, []]));
const waiting = Array.from({ length: Number(values.runs) }, () => rows).flat();
const startMs = performance.now();
let wrong = 0;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    waiting.length = 0;
    leaving.abort();
  });
}
await Promise.all(Array.from({ length: Number(values['at-once']) }, work));
print(`\n${'row'.padEnd(width)}right  what became of the runs`);
for (const row of rows) for (const line of linesOf(row, outcomes.get(row) ?? [])) print(line);
const all = [...outcomes.values()].flat();
print(
  `\n${all.length - wrong} of ${all.length} runs right, in ${Math.round((performance.now() - startMs) / 60_000)} minutes`,
);
process.exitCode = wrong === 0 ? 0 : 1;

// Private

async function work(): Promise<void> {
  for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
    const outcome = await runRow(row, values['busy-host']).catch(
      (error: unknown): Outcome => ({
        kind: 'could not be run',
        isRight: false,
        detail: messageOf(error).replaceAll(/\s+/g, ' ').slice(0, 300),
      }),
    );
    outcomes.get(row)?.push(outcome);
    const { kind, isRight, detail } = outcome;
    if (!isRight) wrong++;
    if (values.verbose || !isRight) print(`${nameOf(row).padEnd(width)}${kind}: ${detail}`);
  }
}

function linesOf(row: Row, list: readonly Outcome[]): readonly string[] {
  const right = list.filter(({ isRight }) => isRight).length;
  const kinds = new Map<string, number>();
  for (const { kind } of list) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const text = [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ');
  const example = list.find(({ detail }) => detail !== '')?.detail;
  return [
    `${nameOf(row).padEnd(width)}${`${right}/${list.length}`.padEnd(7)}${text}`,
    ...(example === undefined ? [] : [`${' '.repeat(width + 7)}${example}`]),
  ];
}
