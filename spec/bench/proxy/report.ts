import { median, medianRatio, type Round } from './rounds.ts';

const MEGABYTE = 1_048_576;

/** Rounds of a scenario by contender. */
export type Results = ReadonlyMap<string, readonly Round[]>;

/** Something the product must reach, of issue 3; `least` or `most`. */
export interface Bar {
  readonly text: string;
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
}

/** Prints medians; ratios are those of each round, since the machine is not the same in the next. */
export function printResults(title: string, results: Results, to: string): void {
  process.stdout.write(`\n${title}\n`);
  const reference = results.get(to) ?? [];
  const rows = [...results].map(([name, rounds]) => {
    const of = (value: (round: Round) => number): number => median(rounds.map(value));
    const row = {
      'req/s': digits(
        of((round) => round.perSecond),
        0,
      ),
      [`x ${to}`]: digits(
        medianRatio(rounds, reference, (round) => round.perSecond),
        3,
      ),
      'p50 ms': digits(
        of((round) => round.p50Ms),
        2,
      ),
      'p99 ms': digits(
        of((round) => round.p99Ms),
        2,
      ),
      'CPU us/req': digits(
        of((round) => round.cpuMicros),
        1,
      ),
      'main thread': digits(
        of((round) => round.mainMicros),
        1,
      ),
      'RSS MB': digits(of((round) => round.residentBytes) / MEGABYTE, 0),
      'compared %': digits(of((round) => round.mirroredShare) * 100, 1),
      failures: rounds.reduce((sum, round) => sum + round.failures, 0),
    };
    return [name, row] as const;
  });
  console.table(Object.fromEntries(rows));
}

/** Prints the bars; false when one is not reached. */
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
