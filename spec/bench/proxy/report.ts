import { median, medianRatio, type Round } from './rounds.ts';

const MEGABYTE = 1_048_576;

/** The rounds of a scenario by contender. */
export type Results = ReadonlyMap<string, readonly Round[]>;

/** A bar of the project: the value must be at least `least` or at most `most`. */
export interface Bar {
  readonly text: string;
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
}

/** Prints medians; ratios are taken within each round, since the machine differs from round to round. */
export function printResults(title: string, results: Results, to: string): void {
  process.stdout.write(`\n${title}\n`);
  const reference = results.get(to) ?? [];
  const rows = [...results].map(([name, rounds]) => {
    const of = (key: keyof Round, count: number, by = 1): number | string =>
      digits(median(rounds.map((round) => round[key])) / by, count);
    const ratio = medianRatio(rounds, reference, (round) => round.perSecond);
    const row = {
      'req/s': of('perSecond', 0),
      [`x ${to}`]: digits(ratio, 3),
      'p50 ms': of('p50Ms', 2),
      'p99 ms': of('p99Ms', 2),
      'CPU us/req': of('cpuMicros', 1),
      'main thread': of('mainMicros', 1),
      'RSS MB': of('residentBytes', 0, MEGABYTE),
      'compared %': of('mirroredShare', 1, 0.01),
      failures: rounds.reduce((sum, round) => sum + round.failures, 0),
    };
    return [name, row] as const;
  });
  console.table(Object.fromEntries(rows));
}

/** Prints the bars; returns false when one is missed. */
export function printBars(bars: readonly Bar[]): boolean {
  process.stdout.write('\nBars of the project\n');
  let all = true;
  for (const { text, value, least, most } of bars) {
    const fits = value >= (least ?? -Infinity) && value <= (most ?? Infinity);
    const limit = least === undefined ? `at most ${most}` : `at least ${least}`;
    process.stdout.write(`${fits ? 'ok  ' : 'MISS'} ${text}: ${digits(value, 3)}, ${limit}\n`);
    all &&= fits;
  }
  return all;
}

// Private

function digits(value: number, count: number): number | string {
  return Number.isNaN(value) ? '' : Number(value.toFixed(count));
}
