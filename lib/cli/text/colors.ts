import picocolors from 'picocolors';
import type { CliIo } from '../terminal/io.ts';

export type Style = (text: string) => string;

export interface Colors {
  readonly good: Style;
  readonly bad: Style;
  readonly careful: Style;
  readonly strong: Style;
  readonly quiet: Style;
}

/** The one place that knows picocolors. Plain unless standard output is a terminal that wants it. */
export function colorsFor(io: Pick<CliIo, 'env' | 'isTerminal'>): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = io.env;
  const refused = (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb';
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  const colors = picocolors.createColors(!refused && (forced || io.isTerminal.stdout));
  return {
    good: colors.green,
    bad: colors.red,
    careful: colors.yellow,
    strong: colors.bold,
    quiet: colors.dim,
  };
}
