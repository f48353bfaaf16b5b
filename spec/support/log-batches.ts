import type { Level, LogBatch } from '../../lib/logs/follow/batch.ts';

/** A batch with these numbers of lines per level that ends at `toMs`. */
export function batchOf(
  toMs: number,
  levels: Partial<Record<Level, number>>,
  change: Partial<LogBatch> = {},
): LogBatch {
  const none = { trace: 0, debug: 0, info: 0, warn: 0, error: 0, fatal: 0, unknown: 0 };
  const counts = { ...none, ...levels };
  return {
    fromMs: toMs - 250,
    toMs,
    readToMs: toMs,
    lines: Object.values(counts).reduce((sum, count) => sum + count, 0),
    levels: counts,
    plain: 0,
    sampledOut: 0,
    format: '',
    kinds: [],
    unknownKeys: [],
    latest: [],
    offset: { inode: 1, position: 0 },
    ...change,
  };
}
