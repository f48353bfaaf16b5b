import type { IgnoredField } from '../../compare/noise/ignored.ts';

/** A checkpoint, `.vili/evidence/NAME.json`. */
export interface Saved {
  readonly fingerprint: string;
  readonly knownKinds: readonly string[];
  readonly evidence: unknown;
  /** For how long the test was observed; absent in checkpoints of earlier Vilis. */
  readonly observedMs?: unknown;
  readonly sinceMs: number;
  readonly ignored: readonly IgnoredField[];
  readonly measures: unknown;
  readonly coverage: unknown;
  readonly formats: unknown;
  readonly noise: unknown;
  /** How the evidence grew; absent in checkpoints of earlier Vilis. */
  readonly course?: unknown;
}

/** The time observed, ms; 0 where it is not known. */
export function timeOf(saved: unknown): number {
  return typeof saved === 'number' && Number.isFinite(saved) ? Math.max(0, saved) : 0;
}

/** Whether a text that was read is a checkpoint: who it is of, at least. */
export function isSaved(saved: unknown): saved is Saved {
  if (typeof saved !== 'object' || saved === null) return false;
  const { fingerprint, knownKinds } = saved as Partial<Saved>;
  return (
    typeof fingerprint === 'string' &&
    Array.isArray(knownKinds) &&
    knownKinds.every((kind) => typeof kind === 'string')
  );
}
