import type { SampleLines, SampleLogs } from '../../compare/sample/sample.ts';

const LINES_MAX = 3;
const TEXT_MAX = 200;
const NOTABLE = new Set(['warn', 'error', 'fatal']);

/** The lines of a sample that tell most, short enough for a report. */
export interface LogExtract {
  readonly running: readonly string[];
  readonly testing: readonly string[];
}

/** Warnings and errors where there are any, else the last lines. */
export function extractOf({ running, testing }: SampleLogs): LogExtract {
  return { running: lastOf(running), testing: lastOf(testing) };
}

// Private

function lastOf({ lines }: SampleLines): readonly string[] {
  const notable = lines.filter(({ level }) => NOTABLE.has(level));
  const shown = (notable.length > 0 ? notable : lines).slice(-LINES_MAX);
  return shown.map(({ level, text }) => `${level.toUpperCase()} ${text.slice(0, TEXT_MAX)}`);
}
