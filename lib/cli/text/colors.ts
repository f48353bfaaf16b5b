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

/** How text for people is laid out. */
export interface TextOptions {
  readonly columns: number;
  readonly colors: Colors;
  readonly nowMs: number;
}

/** Plain unless standard output is a terminal that shows colours. */
export function colorsFor(io: Pick<CliIo, 'env' | 'isTerminal'>): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = io.env;
  const isPlain = (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb';
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  const colors = picocolors.createColors(!isPlain && (isForced || io.isTerminal.stdout));
  return {
    good: colors.green,
    bad: colors.red,
    careful: colors.yellow,
    strong: colors.bold,
    quiet: colors.dim,
  };
}
