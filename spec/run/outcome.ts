/** What a spec that failed is called, and why it did, as one text each. */
export interface Failure {
  readonly title: string;
  readonly text: string;
}

/** What became of some specs. Retries that helped are counted, and are no failures. */
export interface Outcome {
  readonly passing: number;
  readonly pending: number;
  readonly again: number;
  readonly failures: readonly Failure[];
}

const SECONDS = 1000;
const MINUTES = 60 * SECONDS;

export function sumOf(outcomes: readonly Outcome[]): Outcome {
  const count = (key: 'passing' | 'pending' | 'again'): number =>
    outcomes.reduce((sum, one) => sum + one[key], 0);
  return {
    passing: count('passing'),
    pending: count('pending'),
    again: count('again'),
    failures: outcomes.flatMap(({ failures }) => failures),
  };
}

/** As mocha ends its list: the counts, then every failure in full. */
export function outcomeText(
  { passing, pending, again, failures }: Outcome,
  tookMs: number,
): string {
  const took =
    tookMs < MINUTES ? `${Math.round(tookMs / SECONDS)}s` : `${Math.round(tookMs / MINUTES)}m`;
  const lines = ['', `  ${passing} passing (${took})`];
  if (pending > 0) lines.push(`  ${pending} pending`);
  if (failures.length > 0) lines.push(`  ${failures.length} failing`);
  if (again > 0) lines.push(`  ${again} tried again, see above`);
  for (const [index, { title, text }] of failures.entries()) {
    lines.push('', `  ${index + 1}) ${title}:`, text.replaceAll(/^/gm, '     '));
  }
  return `${lines.join('\n')}\n`;
}
