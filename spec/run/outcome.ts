/** What a spec that failed is called, and why it did, as one text each. */
export interface Failure {
  readonly title: string;
  readonly text: string;
}

/** What became of the specs of one file. */
export interface FileOutcome {
  readonly passing: number;
  readonly pending: number;
  readonly failures: readonly Failure[];
}

/** By the path of the file, relative to the project; what failed outside any file is under ''. */
export type Outcome = Readonly<Record<string, FileOutcome>>;

const SECONDS = 1000;
const MINUTES = 60 * SECONDS;

/** As mocha ends its list: the counts, then every failure in full. */
export function outcomeText(outcome: Outcome, again: number, tookMs: number): string {
  const took =
    tookMs < MINUTES ? `${Math.round(tookMs / SECONDS)}s` : `${Math.round(tookMs / MINUTES)}m`;
  const count = (key: 'passing' | 'pending'): number =>
    Object.values(outcome).reduce((sum, one) => sum + one[key], 0);
  const failures = failuresOf(outcome);
  const lines = ['', `  ${count('passing')} passing (${took})`];
  // Also where there are none: the lists above may have said otherwise of a first try.
  lines.push(`  ${count('pending')} pending`, `  ${failures.length} failing`);
  if (again > 0) lines.push(`  ${again} files tried again, see above`);
  for (const [index, { title, text }] of failures.entries()) {
    lines.push('', `  ${index + 1}) ${title}:`, text.replaceAll(/^/gm, '     '));
  }
  return `${lines.join('\n')}\n`;
}

export function failuresOf(outcome: Outcome): readonly Failure[] {
  return Object.values(outcome).flatMap(({ failures }) => failures);
}
