import { durationOf } from '../../text/times.ts';
import type { Rules } from '../events.ts';
import type { Complaint, Deployment } from '../state.ts';

/** What people are shown of a probation. */
export interface ProbationView {
  /** The version on probation, and the one that is kept warm for it. */
  readonly version: string;
  readonly previous: string;
  readonly leftMs: number;
  /** What speaks against the version, while users stay with it; null when nothing does. */
  readonly complaint: (Complaint & { readonly text: string }) | null;
}

/** Null outside a probation. */
export function probationView(
  { running, previous }: Deployment,
  { nowMs }: Rules,
): ProbationView | null {
  if (running === null || previous === null) return null;
  const { complaint = null, release } = previous;
  const leftMs = Math.max(0, previous.untilMs - nowMs);
  return {
    version: running.release.name,
    previous: release.name,
    leftMs,
    complaint: complaint && {
      ...complaint,
      text:
        `${running.release.name} is worse than ${release.name} on probation, and users stay with it; ` +
        `to take them back within ${durationOf(leftMs)}: vili rollback`,
    },
  };
}
