import { copyAndTruncate } from './rotate.ts';
import { type DiskSpace, diskSpace } from './usage.ts';

/** How many old parts of a servlet's output are kept, compressed, beside the current file. */
const OUTPUTS_KEPT = 2;
/** While a disk has less than `disk.min_free`, no output is larger than this share of that. */
const SHORT_SHARE = 0.25;
/** No output is cut below this size, however small the disk is. */
const LEAST_BYTES = 65_536;

/** The files to which a servlet appends as much as it likes. */
export interface Outputs {
  readonly stdOut: string;
  readonly stdErr: string;
  /** The JSON log at its contract name; what the service rotates away from there is its own. */
  readonly jsonLog: string;
}

export interface OutputLimits {
  /** `servlet_log.max_size`, of each file. */
  readonly maxBytes: number;
  /** `disk.min_free`, 0 to 1. */
  readonly minFree: number;
  readonly now: () => number;
}

/**
 * Cuts the outputs of servlets that have grown beyond their limit, all files even when one fails. On a disk that is
 * short of space the limit is lower: a service whose write fails may end, and users with it. Throws an
 * `AggregateError` of Node's errors.
 */
export async function capOutputs(
  instances: Iterable<Outputs>,
  limits: OutputLimits,
  base: string,
): Promise<void> {
  const space = await diskSpace(base).catch(() => null);
  const maxBytes = space === null ? limits.maxBytes : outputLimit(limits, space);
  const errors: unknown[] = [];
  for (const { stdOut, stdErr, jsonLog } of instances) {
    for (const file of [stdOut, stdErr, jsonLog]) {
      const cut = copyAndTruncate({ file, maxBytes, keep: OUTPUTS_KEPT, now: limits.now });
      await cut.catch((error: unknown) => errors.push(error));
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '));
}

/** How large an output may be, in bytes, on a disk with so much space. */
export function outputLimit(
  { maxBytes, minFree }: Pick<OutputLimits, 'maxBytes' | 'minFree'>,
  { freeShare, totalBytes }: Pick<DiskSpace, 'freeShare' | 'totalBytes'>,
): number {
  if (freeShare >= minFree) return maxBytes;
  return Math.min(maxBytes, Math.max(LEAST_BYTES, SHORT_SHARE * minFree * totalBytes));
}
