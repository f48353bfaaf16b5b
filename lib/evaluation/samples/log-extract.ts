import type { SampleLines, SampleLogs } from '../../compare/sample/sample.ts';
import { isNotable } from '../../logs/follow/batch.ts';

const LINES_MAX = 3;
const TEXT_MAX = 200;

/** The most informative lines of a sample, short enough for a report. */
export interface LogExtract {
  readonly running: readonly string[];
  readonly testing: readonly string[];
}

/** The last warnings and errors, or the last lines where there are none. */
export function extractOf({ running, testing }: SampleLogs): LogExtract {
  return { running: lastOf(running), testing: lastOf(testing) };
}

// Private

function lastOf({ lines }: SampleLines): readonly string[] {
  const notable = lines.filter(({ level }) => isNotable(level));
  const shown = (notable.length > 0 ? notable : lines).slice(-LINES_MAX);
  return shown.map(({ level, text }) => `${level.toUpperCase()} ${text.slice(0, TEXT_MAX)}`);
}
